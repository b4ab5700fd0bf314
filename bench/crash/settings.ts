// What a run of the crash laboratory was asked for, parsed and checked. options.ts makes it.

import type { Device } from "../host.js";

export type CrashFormat = "text" | "json" | "md";

/** One row of the matrix: a flush method and the two settings that decide what it promises. */
export interface RowSpec {
  readonly profile: string;
  readonly method: string;
  /** As the user writes it: ON, OFF, DETECT_ONLY, DETECT_AND_RECOVER, or fast. */
  readonly doublewrite: string;
  readonly trxCommit: 0 | 1 | 2;
}

/** Shard `index` of `count`; from 1, as people count. */
export interface ShardSpec {
  readonly index: number;
  readonly count: number;
}

/** What decides the result: two runs of equal subjects, seeds and engines are equal. */
export interface Subject {
  readonly rows: readonly RowSpec[];
  /** Names of fault models, in the order of the columns. */
  readonly faults: readonly string[];
  readonly workloads: readonly string[];
  /** Bytes. */
  readonly pageSize: number;
  /** What the user says of the drive. */
  readonly drive: Partial<Device>;
  /** Crash states of one cell; null: all of them. */
  readonly budget: number | null;
  readonly seeds: readonly number[];
}

export interface CrashSettings extends Subject {
  readonly shard: ShardSpec | null;
  readonly jobs: number;
  readonly shrink: boolean;
  readonly expect: "safe" | "unsafe" | null;
  readonly output: string | null;
  readonly outputFormat: CrashFormat;
  readonly format: CrashFormat;
  readonly color: boolean;
  readonly quiet: boolean;
  /** The arguments as typed. */
  readonly argv: readonly string[];
}
