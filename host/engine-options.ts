// From InnoDB's options to the numbers of engine/abi/config.ts.

import type { EngineOptions } from "./engine.js";
import type { NormalizedOptions } from "./options.js";

/** Numbers of the engine's options; the same list as setOption in engine/abi/config.ts. */
export const ENGINE_OPTION = {
  pageSize: 1,
  framesCount: 2,
  redoCapacity: 3,
  logBufferSize: 4,
  doublewriteMode: 5,
  doublewritePages: 6,
  doublewriteFiles: 7,
  batchesCount: 8,
  oldBlocksPct: 9,
  oldBlocksTimeMs: 10,
  logTimeoutMs: 11,
  lruScanDepth: 12,
  ioCapacity: 13,
  ioCapacityMax: 14,
  maxDirtyPagesPct: 15,
  maxDirtyPagesPctLwm: 16,
  adaptiveFlushing: 17,
  adaptiveFlushingLwm: 18,
  flushNeighbors: 19,
  forceRecovery: 20,
  storeUuid: 21,
  extendPages: 22,
  trxBytesMax: 23,
  cleanerIntervalMs: 24,
} as const;

const DOUBLEWRITE_MODES = ["OFF", "ON", "DETECT_ONLY", "DETECT_AND_RECOVER"] as const;
/** Flush batches in flight, hence doublewrite segments, unless there are more files. */
const BATCHES = 4;
/** Largest write set of a transaction, however large the log buffer is. */
const TRX_BYTES_MAX = 16 * 2 ** 20;

/** The engine's options for a store. `uuid` is drawn by the caller for a new store. */
export function engineOptions(options: NormalizedOptions, uuid: number): EngineOptions {
  const id = ENGINE_OPTION;
  const logBuffer = options.innodb_log_buffer_size - (options.innodb_log_buffer_size % 4096);
  return new Map([
    [id.pageSize, options.innodb_page_size],
    [id.framesCount, options.innodb_buffer_pool_size / options.innodb_page_size],
    [id.redoCapacity, options.innodb_redo_log_capacity],
    [id.logBufferSize, logBuffer],
    [id.doublewriteMode, DOUBLEWRITE_MODES.indexOf(options.innodb_doublewrite)],
    [id.doublewritePages, options.innodb_doublewrite_pages],
    [id.doublewriteFiles, options.innodb_doublewrite_files],
    [id.batchesCount, Math.max(BATCHES, options.innodb_doublewrite_files)],
    [id.oldBlocksPct, options.innodb_old_blocks_pct],
    [id.oldBlocksTimeMs, options.innodb_old_blocks_time],
    [id.logTimeoutMs, options.innodb_flush_log_at_timeout * 1000],
    [id.lruScanDepth, options.innodb_lru_scan_depth],
    [id.ioCapacity, options.innodb_io_capacity],
    [id.ioCapacityMax, options.innodb_io_capacity_max],
    [id.maxDirtyPagesPct, options.innodb_max_dirty_pages_pct],
    [id.maxDirtyPagesPctLwm, options.innodb_max_dirty_pages_pct_lwm],
    [id.adaptiveFlushing, options.innodb_adaptive_flushing ? 1 : 0],
    [id.adaptiveFlushingLwm, options.innodb_adaptive_flushing_lwm],
    [id.flushNeighbors, options.innodb_flush_neighbors],
    [id.forceRecovery, options.innodb_force_recovery],
    [id.storeUuid, uuid],
    [id.trxBytesMax, Math.min(TRX_BYTES_MAX, Math.floor(logBuffer / 2))],
  ]);
}
