// What a finished operation adds to the metrics, and what it makes of its file's sync state.

import type { FileKind, IoPoint } from "./abi.js";
import { CALL, type Call } from "./backend/backend.js";
import type { OpenFile } from "./files.js";
import type { Flights } from "./flights.js";
import type { LatencyClass, Recorder } from "./metrics.js";

/** Names of the calls by wire code. */
export const CALL_NAMES = [
  "",
  "pread",
  "pwrite",
  "fsync",
  "fdatasync",
  "zero-fill",
  "nop",
] as const;

/** In-place pages of a flush batch. */
export function isInPlace(point: IoPoint): boolean {
  return point === "data-batch" || point === "data-batch-plain";
}

/** The histogram an operation belongs to, or null. */
export function latencyOf(kind: FileKind, call: Call, point: IoPoint): LatencyClass | null {
  const isSync = call === CALL.fsync || call === CALL.fdatasync;
  if (call === CALL.pread) return kind === "data" ? "pageRead" : null;
  if (call === CALL.zeroFill) return null;
  if (kind === "log") return isSync ? "logSync" : "logWrite";
  if (kind === "data") return isSync ? "dataSync" : isInPlace(point) ? "pageWrite" : null;
  return kind === "marker" ? null : isSync ? "dblwrSync" : "dblwrWrite";
}

/** Counts a finished operation. `result`: bytes or a negative errno. */
export function account(
  recorder: Recorder,
  flights: Flights,
  flight: number,
  result: number,
  nanoseconds: number,
): void {
  const file = flights.file[flight]!;
  const call = flights.call[flight]! as Call;
  const latency = flights.latency[flight] ?? null;
  if (latency !== null) recorder.latency[latency].record(nanoseconds);
  if (latency === "pageWrite") recorder.dataWriteEnded();
  recorder.count(CALL_NAMES[call]);
  const io = recorder.io[file.kind];
  if (call === CALL.pread) {
    io.reads++;
    if (result > 0) io.readBytes += result;
  } else if (call === CALL.fsync || call === CALL.fdatasync) {
    io.syncs++;
    if (result >= 0) markSynced(file, flights.covers[flight]!);
  } else {
    io.writes++;
    if (result > 0) io.writtenBytes += result;
    if (result >= 0) file.endedWrites++;
    if (file.isSynchronous) file.syncedWrites = file.endedWrites;
  }
}

function markSynced(file: OpenFile, covers: number): void {
  if (covers > file.syncedWrites) file.syncedWrites = covers;
  if (covers === file.writes) file.hasGrown = false;
}
