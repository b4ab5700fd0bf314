// What the traced process is asked to do, and the lines it answers with.

import type { Metrics } from "../../host/metrics.js";
import type { StoreStatus } from "../../host/status.js";
import type { TraceEvent } from "../../host/trace.js";

export interface Setting {
  readonly dir: string;
  readonly backend: "native" | "node-fs";
  readonly profile: string;
  readonly method: string;
  readonly doublewrite: "ON" | "OFF" | "DETECT_ONLY";
  readonly trxCommit: 0 | 1 | 2;
}

/** The parts of one life of a store; the child writes "@<setting> <phase>" when each begins. */
export const PHASES = [
  "open",
  "create",
  "fill",
  "commit",
  "change",
  "checkpoint",
  "drop",
  "close",
  "end",
] as const;
export type Phase = (typeof PHASES)[number];

/** One line of JSON for each setting, after its last phase. */
export interface Report {
  readonly setting: number;
  readonly trace: Readonly<Record<Phase, readonly TraceEvent[]>>;
  /** Of the phases commit, change and checkpoint together. */
  readonly status: StoreStatus;
  readonly io: Metrics["io"];
  /** Of everything before them. */
  readonly ioBefore: Metrics["io"];
  readonly substitutions: readonly string[];
}

export const PAGE_SIZE = 4096;
export const PAGES_PER_SPACE = 3;
