// What a run of the crash laboratory is of: the method and the settings, and sizes so small that
// everything wraps, fills up and runs out within a hundred requests.

import type { ENGINE_OPTION } from "../engine-options.js";
import { ENGINE_OPTION as NUMBERS } from "../engine-options.js";
import type { FlushMethod } from "../flush/index.js";

export const DOUBLEWRITE_MODES = ["OFF", "ON", "DETECT_ONLY", "DETECT_AND_RECOVER"] as const;
export type DoublewriteMode = (typeof DOUBLEWRITE_MODES)[number];

export interface LabConfig {
  readonly profile: string;
  readonly method: FlushMethod;
  readonly doublewrite: DoublewriteMode;
  /** innodb_flush_log_at_trx_commit. */
  readonly trxCommit: 0 | 1 | 2;
  /** 4096 to 65536 bytes. */
  readonly pageSize: number;
}

export type LabSizes = Partial<Record<keyof typeof ENGINE_OPTION, number>>;

/** A store of a few pages. */
export const TINY: LabSizes = {
  framesCount: 24,
  redoCapacity: 16384,
  logBufferSize: 16384,
  trxBytesMax: 4096,
  doublewritePages: 4,
  doublewriteFiles: 1,
  batchesCount: 1,
  extendPages: 2,
  lruScanDepth: 8,
  storeUuid: 0x7e57,
  // Nothing is written in the background unless the workload asks for it.
  maxDirtyPagesPctLwm: 90,
  adaptiveFlushingLwm: 100,
  logTimeoutMs: 1000,
};

/** Everything at once: two batches, two doublewrite files, a pool that evicts. */
export const SMALL: LabSizes = {
  ...TINY,
  framesCount: 28,
  redoCapacity: 32768,
  doublewriteFiles: 2,
  batchesCount: 2,
  extendPages: 3,
};

/** The engine's options of a configuration. */
export function labOptions(config: LabConfig, sizes: LabSizes): ReadonlyMap<number, number> {
  const settings: LabSizes = {
    ...sizes,
    pageSize: config.pageSize,
    doublewriteMode: DOUBLEWRITE_MODES.indexOf(config.doublewrite),
  };
  const names = Object.keys(settings) as (keyof typeof NUMBERS)[];
  return new Map(names.map((name) => [NUMBERS[name], settings[name]!]));
}
