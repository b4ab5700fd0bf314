// Where redo lives in the file: one file of fixed capacity, written around and around.
//
//   file  0                    2048
//         │ header, checkpoints │ block │ block │ …                 … │ block │
//                                 ▲ lsn 8192, and every capacity bytes later again
//
// The thresholds of the checkpoint age are shares of what may be written before redo that is still
// needed would be overwritten. Source: InnoDB log0files_capacity; the shares are the same, the file
// layout behind them is not.

import { redoCapacity } from "../abi/config";
import { OS_FILE_LOG_BLOCK_SIZE } from "../format/log-block";
import { LOG_FILE_HDR_SIZE, LOG_START_LSN } from "../format/log-file";

/** Bytes of log the file holds at once. */
export function logDataSize(): u64 {
  return (redoCapacity - LOG_FILE_HDR_SIZE) & ~(<u64>(OS_FILE_LOG_BLOCK_SIZE - 1));
}

/** Offset in the file of the byte with this LSN. */
export function logFileOffset(at: u64): u64 {
  assert(at >= LOG_START_LSN, "log: no LSN lies before the start of the log");
  return LOG_FILE_HDR_SIZE + ((at - LOG_START_LSN) % logDataSize());
}

/** Log that may exist between the checkpoint and the end: the rest is a margin never used. */
export function hardLimit(): u64 {
  const margin = max<u64>(logDataSize() / 10, 2 * OS_FILE_LOG_BLOCK_SIZE);
  return logDataSize() - margin;
}

/** Log a transaction may use; beyond it commits wait for a checkpoint. */
export function softLimit(): u64 {
  return (hardLimit() * 95) / 100;
}

/** Checkpoint age from which the page cleaner follows the age (log_max_modified_age_async). */
export function asyncFlushAge(): u64 {
  return (softLimit() / 8) * 7;
}

/** Checkpoint age from which it flushes without limit (log_max_modified_age_sync). */
export function syncFlushAge(): u64 {
  return (softLimit() / 16) * 15;
}
