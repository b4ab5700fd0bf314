// The shape of a study, schema `tornproof.study/1` (bench/schema/study.schema.json): speed and loss
// of the same configuration in one row. The two results it was made of come along whole.

import type { CellResult, CrashResult } from "../crash/result.js";
import type { Result, Survival, TornPages } from "../result.js";

export const STUDY_SCHEMA = "tornproof.study/1";

/** Measured here, on the disk that was given. */
export interface Measured {
  readonly commits_per_second: number;
  readonly p50_ns: number | null;
  readonly p99_ns: number | null;
  readonly p999_ns: number | null;
  readonly syscalls_per_commit: number;
  readonly syncs_per_commit: number;
  readonly bytes_per_commit: number;
  readonly write_amplification: number | null;
  /** The table that really ran; differs from the row's method where that is not real here. */
  readonly effective: string;
}

/** Computed on the clock of a drive model, processor time left out. */
export interface Modelled {
  readonly drive: string;
  readonly commits_per_second: number;
  readonly p50_us: number;
  readonly p99_us: number;
}

export interface StudyRow {
  readonly variables: {
    readonly innodb_flush_method: string;
    readonly innodb_doublewrite: string;
    readonly innodb_flush_log_at_trx_commit: 0 | 1 | 2;
  };
  readonly profile: string;
  readonly durability: Survival;
  readonly torn_pages: TornPages;
  /** null: not available on this disk. */
  readonly measured: Measured | null;
  readonly modelled: readonly Modelled[];
  /** One for each fault, in the order of `crash.faults`. */
  readonly loss: readonly CellResult[];
}

export interface StudyResult {
  readonly schema: typeof STUDY_SCHEMA;
  readonly study: string;
  readonly complete: boolean;
  readonly argv: readonly string[];
  readonly seed: number;
  readonly rows: readonly StudyRow[];
  readonly run: Result;
  readonly crash: CrashResult;
  readonly exit: { readonly code: number; readonly reason: string };
}
