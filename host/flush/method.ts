// The shape of a flush method: a pure table. No I/O, no clock, no state.

import type { IoPoint } from "../abi.js";
import type { OpenMode } from "../backend/backend.js";

/** File kinds whose open mode a flush method decides; `bdblwr` follows `dblwr`. */
export type MethodFile = "log" | "data" | "dblwr";

/** The sync points a flush method decides. */
export type SyncPoint = Exclude<IoPoint, "none" | "page-read">;

/**
 * What happens at a sync point. `size-changed` syncs (with the method's sync call) only when the
 * file's size changed since its last sync: MySQL 8.0.14+ O_DIRECT_NO_FSYNC.
 */
export type SyncRule = "sync" | "none" | "size-changed";

/** What an acknowledged commit (innodb_flush_log_at_trx_commit=1, doublewrite ON) survives. */
export type DurabilityClass =
  | "power-loss" // survives a power cut on an honest disk with a volatile cache
  | "protected-cache" // survives a power cut only when the drive's cache does (PLP, battery)
  | "os-crash" // survives a crash of the operating system, not a power cut
  | "process-crash"; // survives only the end of the process

export interface FlushMethod {
  /** Canonical name, as a user writes it. */
  readonly name: string;
  /** InnoDB's number 0-5, or null for names that are not InnoDB's. */
  readonly number: number | null;
  /** One sentence for `bench list methods`. */
  readonly summary: string;
  readonly open: Readonly<Record<MethodFile, OpenMode>>;
  /** The call every sync of this method makes. */
  readonly syncCall: "fsync" | "fdatasync";
  readonly sync: Readonly<Record<SyncPoint, SyncRule>>;
  /** Where one file kind departs from `sync`. Read the two together with `ruleFor` of call.ts. */
  readonly except?: Readonly<Partial<Record<MethodFile, Partial<Record<SyncPoint, SyncRule>>>>>;
  /** In-place page writes use RWF_ATOMIC: whole pages, never torn. */
  readonly atomicPages: boolean;
  readonly durability: DurabilityClass;
  /** Why the class is not "power-loss"; one sentence; empty when it is. */
  readonly caveat: string;
}
