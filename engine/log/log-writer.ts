// The log writer: takes redo from the log buffer to the file, and makes it durable.
//
// At most one write (with its sync) is in flight. Whoever asks meanwhile shares the next one: group
// commit, without a window to wait for. The blocks are copied to a staging area first, because the
// last block goes on growing while its older state is on its way.
// Invariants: flushedToDiskLsn <= writeLsn <= lsn; no two redo writes overlap in flight.

import * as counters from "../abi/counters";
import { logBufferBase, logStagingBase } from "../abi/arena";
import { logBufferSize } from "../abi/config";
import { poison } from "../abi/failure";
import { AT_LOG_COMMIT, IO_LINK, IO_STAMP, KIND_LOG, OP_SYNC, OP_WRITE } from "../abi/io";
import { OWNER_LOG, pushRequest, tagOf } from "../abi/ring";
import { LOG_BLOCK_HDR_SIZE, OS_FILE_LOG_BLOCK_SIZE } from "../format/log-block";
import { LOG_FILE_HDR_SIZE } from "../format/log-file";
import { LOG_WRITE_MAX } from "../limits";
import { blockStart, lsn, ringAddress } from "./log-buffer";
import { logDataSize, logFileOffset } from "./log-file";

const BLOCK: u64 = OS_FILE_LOG_BLOCK_SIZE;

/** Redo below this LSN is with the operating system. */
export let writeLsn: u64 = 0;
/** Redo below this LSN is durable, as the flush method defines it. */
export let flushedToDiskLsn: u64 = 0;

/** Like flushedToDiskLsn, but always the end of a record group. */
export let flushedGroupsLsn: u64 = 0;

let wantedWrite: u64 = 0;
let wantedFlush: u64 = 0;
let wantedPoint: u32 = AT_LOG_COMMIT;
let requestsLeft: u32 = 0;
let inFlightEnd: u64 = 0;
let inFlightSyncs: bool = false;
/** The write ends where a group ends, not where the staging area did. */
let inFlightIsWhole: bool = true;

/** Starts with everything below `at` written and durable. */
export function logWriterInit(at: u64): void {
  writeLsn = at;
  flushedToDiskLsn = at;
  flushedGroupsLsn = at;
  wantedWrite = at;
  wantedFlush = at;
}

/** Asks for redo below `upTo` to be written, and made durable if `flush`; `point` says for whom. */
export function logWriteUpTo(upTo: u64, flush: bool, point: u32): void {
  assert(upTo <= lsn, "log: only redo that exists can be written");
  if (flush && upTo > wantedFlush) {
    if (wantedFlush <= flushedToDiskLsn || point == AT_LOG_COMMIT) wantedPoint = point;
    wantedFlush = upTo;
  }
  if (upTo > wantedWrite) {
    if (!flush && wantedFlush <= flushedToDiskLsn) wantedPoint = point;
    wantedWrite = upTo;
  }
}

export function logWriteInFlight(): bool {
  return requestsLeft > 0;
}

/** Starts the next write when one is wanted and none is in flight. */
export function logWriterStep(): void {
  if (requestsLeft > 0) return;
  const mustFlush = wantedFlush > flushedToDiskLsn;
  const mustWrite = max(wantedWrite, wantedFlush) > writeLsn;
  if (!mustFlush && !mustWrite) return;
  inFlightSyncs = mustFlush;
  inFlightEnd = writeLsn;
  inFlightIsWhole = writeLsn == lsn;
  if (mustWrite) pushWrites(mustFlush);
  if (mustFlush) {
    requestsLeft++;
    pushRequest(OP_SYNC, KIND_LOG, wantedPoint, 0, 0, 0, 0, 0, tagOf(OWNER_LOG, 1));
  }
}

/** Copies blocks to the staging area and requests one write, or two where the file wraps. */
function pushWrites(mustFlush: bool): void {
  const from = blockStart(writeLsn);
  // A block that holds nothing but its header yet is not worth writing.
  const end = blockStart(lsn - LOG_BLOCK_HDR_SIZE + BLOCK - 1);
  const to = min(end, from + LOG_WRITE_MAX);
  inFlightIsWhole = to == end;
  inFlightEnd = inFlightIsWhole ? lsn : to;
  const length = <u32>(to - from);
  copyOut(from, length);
  const offset = logFileOffset(from);
  const untilWrap = LOG_FILE_HDR_SIZE + logDataSize() - offset;
  const first = <u32>min<u64>(length, untilWrap);
  pushWrite(offset, logStagingBase, first, mustFlush || first < length);
  if (first < length) {
    pushWrite(LOG_FILE_HDR_SIZE, logStagingBase + first, length - first, mustFlush);
  }
  counters.count(counters.LOG_WRITES);
}

function pushWrite(offset: u64, address: usize, length: u32, isLinked: bool): void {
  requestsLeft++;
  const flags = IO_STAMP | (isLinked ? IO_LINK : 0);
  pushRequest(
    OP_WRITE,
    KIND_LOG,
    wantedPoint,
    flags,
    0,
    offset,
    address,
    length,
    tagOf(OWNER_LOG, 0),
  );
}

function copyOut(from: u64, length: u32): void {
  let at = from;
  let copied: u32 = 0;
  while (copied < length) {
    // Blocks never straddle the end of the ring: its size is a multiple of the block.
    const ring = ringAddress(at);
    const untilRingEnd = <u32>(logBufferBase + logBufferSize - ring);
    const piece = min(length - copied, untilRingEnd);
    memory.copy(logStagingBase + copied, ring, piece);
    copied += piece;
    at += piece;
  }
}

/** A redo write or sync has ended. */
export function logWriteDone(result: i32): void {
  assert(requestsLeft > 0, "log: a finished redo request was in flight");
  requestsLeft--;
  if (result < 0) {
    poison(KIND_LOG, 0, result);
    return;
  }
  if (requestsLeft > 0) return;
  assert(inFlightEnd >= writeLsn, "log: write LSN never goes back");
  writeLsn = inFlightEnd;
  if (!inFlightSyncs) return;
  flushedToDiskLsn = inFlightEnd;
  if (inFlightIsWhole) flushedGroupsLsn = inFlightEnd;
}
