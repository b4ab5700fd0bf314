// The first pass over redo: where does the log end, which tablespaces does it create and drop, and
// does anything prove that more of it once was durable?
//
// A torn tail and damage in the middle look alike to a checksum. Two facts tell them apart: a
// sector is written whole or not at all, so a block with a wrong checksum is damage; and every mtr
// notes how far redo was durable (MLOG_FLUSHED_TO), so a note behind the end that names an LSN
// beyond the end proves that durable redo is missing. InnoDB takes either for the end of the log,
// silently.

import * as counters from "../abi/counters";
import { logBufferBase, logStagingBase } from "../abi/arena";
import { AT_RECOVERY, KIND_LOG, OP_READ } from "../abi/io";
import { OWNER_RECV, pushRequest, tagOf } from "../abi/ring";
import { SPACE_DROPPED, spaceFind } from "../fil/space";
import { blockDataLength, blockFirstRecordGroup, LOG_BLOCK_TRAILER } from "../format/log-block";
import { OS_FILE_LOG_BLOCK_SIZE } from "../format/log-block";
import { LOG_FILE_HDR_SIZE } from "../format/log-file";
import { MLOG_FILE_DELETE, MLOG_FLUSHED_TO } from "../format/mlog";
import { PARSE_MALFORMED, PARSE_TRUNCATED, parseRecord, recSpace } from "../format/mlog";
import { recType, recValue1 } from "../format/mlog";
import { LOG_WRITE_MAX } from "../limits";
import { logDataSize, logFileOffset } from "../log/log-file";
import { findGroup, GROUP_CUT, GROUP_MALFORMED, groupLength } from "./groups";
import { lsnAfter } from "./lsn-math";
import { bufferLsn, END_DAMAGED, END_MISPLACED, END_NOT_YET, END_OVERWRITTEN } from "./stream";
import { judgeBlock } from "./stream";
import { streamConsume, streamEnd, streamEndBlock, streamEpoch } from "./stream";

const BLOCK: u32 = OS_FILE_LOG_BLOCK_SIZE;
/** How far behind the end a note is looked for: several of the largest writes. */
const LOOK_BEHIND: u64 = 4 * LOG_WRITE_MAX;

/** End LSN of the last complete group. */
export let scannedLsn: u64 = 0;
/** Records that are none, in blocks that are valid. */
export let scanIsMalformed: bool = false;
/** Highest LSN that a note proves durable. */
export let provenLsn: u64 = 0;
/** Highest epoch in any block seen. */
export let highestEpoch: u32 = 0;

let lookBlock: u64 = 0;
let lookLimit: u64 = 0;
let lookLength: u32 = 0;

export function scanStart(from: u64): void {
  scannedLsn = from;
  scanIsMalformed = false;
  provenLsn = 0;
  highestEpoch = 0;
}

/** Takes every complete group out of the parse buffer. */
export function scanGroups(): void {
  let position: u32 = 0;
  while (true) {
    const found = findGroup(position);
    if (found == GROUP_MALFORMED) scanIsMalformed = true;
    if (found == GROUP_MALFORMED || found == GROUP_CUT) break;
    noteRecords(logBufferBase + position, logBufferBase + position + groupLength);
    position += groupLength;
  }
  scannedLsn = lsnAfter(bufferLsn, position);
  streamConsume(position, scannedLsn);
  highestEpoch = max(highestEpoch, streamEpoch);
}

function noteRecords(from: usize, end: usize): void {
  let at = from;
  while (at < end) {
    at += parseRecord(at, end);
    if (recType == MLOG_FLUSHED_TO) provenLsn = max(provenLsn, recValue1);
    if (recType == MLOG_FILE_DELETE) dropSpace(recSpace);
  }
}

/**
 * Redo of a dropped tablespace is not applied. Its file may be gone already; then there is nothing
 * to remember, however many of them a log has seen.
 */
function dropSpace(id: u32): void {
  const space = spaceFind(id);
  if (space !== null) space.state = SPACE_DROPPED;
}

/** True when the way the stream ended is damage in itself. */
export function scanFoundDamage(): bool {
  return scanIsMalformed || scanEndIsDamage();
}

function scanEndIsDamage(): bool {
  return streamEnd == END_DAMAGED || streamEnd == END_OVERWRITTEN || streamEnd == END_MISPLACED;
}

/** Starts looking behind the end; `checkpoint` bounds the lap. */
export function lookStart(checkpoint: u64): void {
  lookBlock = streamEndBlock + BLOCK;
  const lapEnd = (checkpoint & ~(<u64>(BLOCK - 1))) + logDataSize();
  lookLimit = min(lapEnd, lookBlock + LOOK_BEHIND);
}

/** Requests the next chunk behind the end; false when there is no more to look at. */
export function lookRequest(): bool {
  if (lookBlock >= lookLimit) return false;
  const offset = logFileOffset(lookBlock);
  const untilWrap = LOG_FILE_HDR_SIZE + logDataSize() - offset;
  lookLength = <u32>min(min<u64>(LOG_WRITE_MAX, lookLimit - lookBlock), untilWrap);
  const tag = tagOf(OWNER_RECV, 0);
  pushRequest(OP_READ, KIND_LOG, AT_RECOVERY, 0, 0, offset, logStagingBase, lookLength, tag);
  return true;
}

/** Reads the notes in the blocks of this lap that stand behind the end. */
export function lookChunk(): void {
  for (let at: u32 = 0; at < lookLength; at += BLOCK) {
    const block = logStagingBase + at;
    if (judgeBlock(block, lookBlock + at, streamEpoch) != END_NOT_YET) continue;
    readNotes(block);
    counters.count(counters.RECV_BYTES_SCANNED, BLOCK);
  }
  lookBlock += lookLength;
}

function readNotes(block: usize): void {
  const first = blockFirstRecordGroup(block);
  if (first == 0) return;
  const end = block + min(blockDataLength(block), LOG_BLOCK_TRAILER);
  let at = block + first;
  while (at < end) {
    const size = parseRecord(at, end);
    if (size == PARSE_TRUNCATED || size == PARSE_MALFORMED) return;
    if (recType == MLOG_FLUSHED_TO) provenLsn = max(provenLsn, recValue1);
    at += size;
  }
}
