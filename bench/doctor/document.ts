// The shape of a diagnosis, schema `tornproof.doctor/1` (bench/schema/doctor.schema.json). Both the
// screen and --json come from it.
//
// Rules: a unit is in every key; null says "not told" or "not measurable here", never zero or
// false.

import type { Advice } from "./advice.js";
import type { Note } from "./note.js";

export const DOCTOR_SCHEMA = "tornproof.doctor/1";

export interface HintDocument {
  readonly state: "found" | "none found" | "unknown";
  readonly name: string | null;
  readonly evidence: string | null;
}

export interface DeviceDocument {
  readonly name: string;
  readonly kind: string;
  readonly model: string | null;
  readonly is_virtual: boolean;
  readonly write_cache: string | null;
  readonly fua: boolean | null;
  readonly rotational: boolean | null;
  readonly scheduler: string | null;
  readonly logical_block_bytes: number | null;
  readonly physical_block_bytes: number | null;
  readonly optimal_io_bytes: number | null;
  readonly discard_granularity_bytes: number | null;
  readonly discard_max_bytes: number | null;
  readonly atomic_unit_min_bytes: number | null;
  readonly atomic_unit_max_bytes: number | null;
  readonly atomic_boundary_bytes: number | null;
}

export interface WayDocument {
  readonly way: string;
  readonly count: number;
  readonly p50_ns: number | null;
  readonly p99_ns: number | null;
  readonly max_ns: number | null;
  readonly problem: string | null;
}

export interface DoctorDocument {
  readonly schema: typeof DOCTOR_SCHEMA;
  readonly tool: { readonly name: "tornproof"; readonly version: string };
  readonly directory: string;
  readonly profile: string;
  readonly page_bytes: number;
  readonly probe: {
    readonly problem: string | null;
    readonly seconds: number | null;
    /** The measurements wrote no more than this. */
    readonly written_bytes_max: number | null;
  };
  readonly system: {
    readonly os: string;
    readonly kernel: string;
    readonly node: string;
    readonly container: HintDocument;
    readonly virtual_machine: HintDocument;
  };
  readonly file_system: {
    readonly type: string;
    readonly mount: string | null;
    readonly source: string | null;
    readonly options: readonly string[] | null;
    readonly block_bytes: number | null;
    readonly free_bytes: number | null;
    readonly inode: {
      readonly no_copy_on_write: boolean;
      readonly journals_data: boolean;
      readonly compressed: boolean;
      readonly extent_size_hint_bytes: number | null;
    } | null;
    readonly zfs: {
      readonly version: string | null;
      readonly record_bytes: number | null;
      readonly direct_io_enabled: boolean | null;
    } | null;
  };
  /** Who else writes behind the mount; null when the kernel alone does. */
  readonly shared: {
    readonly kind: string;
    readonly product: string;
    readonly evidence: string;
  } | null;
  readonly layers: readonly {
    readonly kind: string;
    readonly name: string;
    readonly detail: string;
  }[];
  readonly device: DeviceDocument | null;
  readonly partition: {
    readonly name: string;
    readonly start_bytes: number | null;
    readonly misaligned_bytes: number | null;
  } | null;
  readonly has_volatile_cache: boolean | null;
  readonly direct_io: {
    readonly state: "real" | "not real" | "unknown" | "not tried";
    readonly reason: string;
    readonly aligned: string | null;
    readonly misaligned: string | null;
    /** The smallest length and offset that was accepted. */
    readonly accepted_align_bytes: number | null;
    readonly statx_memory_align_bytes: number | null;
    readonly statx_offset_align_bytes: number | null;
  };
  readonly atomic_write: {
    readonly state: "works" | "refused" | "not tried";
    readonly refused_by: string | null;
    readonly reason: string;
    readonly remedy: string;
    readonly unit_min_bytes: number | null;
    readonly unit_max_bytes: number | null;
  };
  readonly sync: {
    readonly block_bytes: number;
    readonly grade: string;
    readonly sentences: readonly string[];
    readonly ways: readonly WayDocument[];
  };
  readonly backend: {
    readonly active: string;
    readonly executor: string;
    readonly choices: readonly {
      readonly name: string;
      readonly is_active: boolean;
      readonly reason: string;
    }[];
    readonly io_uring_problem: string | null;
    /** "works", an errno, or null where it was not tried. */
    readonly rwf_dsync: string | null;
    readonly checksums: string | null;
  };
  readonly notes: readonly Note[];
  readonly verdict: readonly Advice[];
  /** Whether a method's promise can be kept here at all. */
  readonly claims_durability: boolean;
  readonly needs_power_loss_protection: readonly string[];
  readonly requested: {
    readonly method: string;
    readonly is_real: boolean;
    readonly problems: readonly string[];
  } | null;
  readonly exit: { readonly code: number; readonly reason: string };
}
