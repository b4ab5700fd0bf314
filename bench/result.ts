// The shape of a result, schema `tornproof.result/1` (bench/schema/result.schema.json). The run
// builds it, every report and export reads it, and nothing else passes between the two.
//
// Rules: a unit is in every key; `null` says "not measurable here", never zero.

import type { IoLatency } from "./api.js";
import type { DurabilityClass, FileKind } from "./host.js";

export const RESULT_SCHEMA = "tornproof.result/1";

/** `none`: a commit may be lost even when only the process dies (trx_commit 0). */
export type Survival = DurabilityClass | "none";

/**
 * What becomes of a page that a power cut leaves half written. `impossible`: the device writes
 * whole pages (RWF_ATOMIC). null: the workload writes no pages.
 */
export type TornPages = "repaired" | "not-repaired" | "impossible" | null;

/** What one operation of a workload is: the thing that rates and costs are counted per. */
export type Unit = "commit" | "page" | "write";

export interface Latency {
  readonly unit: "ns";
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly buckets: readonly (readonly [number, number])[];
}

export interface RoundResult {
  readonly round: number;
  /** Position of this configuration in its round, from 0. */
  readonly position: number;
  readonly operations: number;
  readonly seconds: number;
  readonly payload_bytes: number;
  readonly written_bytes: number;
}

export interface FileResult {
  readonly writes: number;
  readonly written_bytes: number;
  readonly syncs: number;
  readonly reads: number;
  readonly read_bytes: number;
}

export interface ConfigResult {
  readonly id: string;
  readonly variables: Readonly<Record<string, string | number>>;
  readonly profile: string | null;
  readonly effective: {
    readonly requested: string;
    readonly effective: string;
    readonly substitutions: readonly string[];
    readonly backend: string;
    readonly executor: string;
  };
  readonly durability: Survival;
  readonly torn_pages: TornPages;
  readonly rounds: readonly RoundResult[];
  /** Median over rounds. */
  readonly operations_per_second: number;
  /** What the workload times: a commit, a checkpoint, or a write with its sync. */
  readonly latency: { readonly operation: Latency | null } & Readonly<
    Record<LatencyKey, Latency | null>
  >;
  readonly counters: {
    readonly syscalls: Readonly<Record<string, number>>;
    readonly files: Readonly<Record<FileKind, FileResult>>;
    readonly payload_bytes: number;
    readonly write_amplification: number | null;
    /** Bytes this process made the block layer write, from procfs. */
    readonly os_bytes_written: number | null;
    readonly data_write_busy_seconds: number;
  };
}

export const LATENCY_KEYS = {
  logSync: "log_sync",
  logWrite: "log_write",
  pageWrite: "page_write",
  dblwrWrite: "dblwr_write",
  dblwrSync: "dblwr_sync",
  dataSync: "data_sync",
  pageRead: "page_read",
} as const satisfies Record<IoLatency, string>;
export type LatencyKey = (typeof LATENCY_KEYS)[IoLatency];

/** Two configurations of one run. `ratio` is the rate of `a` divided by the rate of `b`. */
export interface Comparison {
  readonly kind: "class" | "doublewrite";
  readonly a: string;
  readonly b: string;
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  /** null: fewer rounds than a conclusion needs. */
  readonly is_different: boolean | null;
}

export interface Environment {
  readonly os: string;
  readonly kernel: string;
  readonly node: string;
  readonly cpu: string;
  readonly cpu_count: number;
  readonly memory_bytes: number;
  readonly load1: number;
  readonly container: string | null;
  readonly fs: {
    readonly type: string | null;
    readonly mount: string | null;
    readonly options: readonly string[] | null;
    readonly block_bytes: number | null;
    readonly free_bytes: number | null;
  };
  readonly device: {
    readonly name: string | null;
    readonly model: string | null;
    readonly rotational: boolean | null;
    readonly write_cache: string | null;
    readonly fua: boolean | null;
    readonly scheduler: string | null;
    readonly logical_block_bytes: number | null;
    readonly physical_block_bytes: number | null;
    readonly atomic_unit_max_bytes: number | null;
  };
  /** What a real aligned and a real misaligned direct write found; null when nothing was probed. */
  readonly dio: {
    readonly is_real: boolean;
    readonly offset_align_bytes: number | null;
    readonly reason: string;
  } | null;
}

export interface Result {
  readonly schema: typeof RESULT_SCHEMA;
  readonly tool: {
    readonly name: "tornproof";
    readonly version: string;
    readonly engine_sha256: string | null;
    readonly backend: string;
  };
  readonly complete: boolean;
  readonly started_at: string;
  readonly duration_seconds: number;
  readonly seed: number;
  readonly argv: readonly string[];
  readonly directory: string;
  readonly workload: {
    readonly name: string;
    readonly unit: Unit;
    /** What `latency.operation` times. */
    readonly timed: string;
    readonly api: "async" | "sync";
    readonly concurrency: number;
    readonly rounds: number;
    readonly runtime_seconds: number;
    readonly warmup_seconds: number;
    readonly change_bytes: number;
    readonly page_bytes: number;
    readonly working_set_bytes: number;
    readonly buffer_pool_bytes: number;
    readonly redo_log_bytes: number;
    readonly max_bytes: number;
    readonly written_bytes: number;
  };
  readonly environment: Environment;
  readonly configs: readonly ConfigResult[];
  readonly comparisons: readonly Comparison[];
  readonly warnings: readonly string[];
  readonly verdict: { readonly assertions: readonly never[] };
  readonly exit: { readonly code: number; readonly reason: string };
}
