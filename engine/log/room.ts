// Is there room for more redo? Asked before every mini-transaction, because a commit cannot fail.

import * as counters from "../abi/counters";
import { AT_LOG_BACKGROUND } from "../abi/io";
import { checkpointLsn } from "./checkpoint";
import { logBufferHasRoom, logBytesFor, lsn } from "./log-buffer";
import { hardLimit, softLimit } from "./log-file";
import { logWriteUpTo, writeLsn } from "./log-writer";

/** Bytes of payload the note in front of a group and its end mark may add. */
const GROUP_OVERHEAD: u32 = 32;

/** Somebody waits for redo space; the store answers with page cleaning and a checkpoint. */
export let logSpaceWanted: bool = false;

export function clearLogSpaceWanted(): void {
  logSpaceWanted = false;
}

/** True when the log file takes `payload` bytes more while redo still needed stays intact. */
export function logFileHasRoom(payload: u32, limit: u64): bool {
  const end = lsn + <u64>logBytesFor(payload + GROUP_OVERHEAD);
  if (end - checkpointLsn <= limit) return true;
  logSpaceWanted = true;
  return false;
}

/**
 * True when the log buffer takes `payload` bytes more; otherwise its content is sent to the file.
 */
export function logBufferTakes(payload: u32): bool {
  if (logBufferHasRoom(payload + GROUP_OVERHEAD, writeLsn)) return true;
  counters.count(counters.LOG_WAITS);
  logWriteUpTo(lsn, false, AT_LOG_BACKGROUND);
  return false;
}

/** For the engine's own mini-transactions, which may use the margin above the soft limit. */
export function logHasRoomFor(payload: u32): bool {
  return logFileHasRoom(payload, hardLimit()) && logBufferTakes(payload);
}

/** For transactions. */
export function logHasRoomForTrx(payload: u32): bool {
  return logFileHasRoom(payload, softLimit());
}
