// Redo as a stream: reads the log file from an LSN on, checks every block, and strips headers and
// trailers, so that record groups stand one behind the other in the parse buffer.
//
//   file   │hdr│data│trl│hdr│data│trl│ …      parse buffer   │ data │ data │ …
//
// The parse buffer is the log buffer, which nobody uses before recovery has ended; the chunks are
// read into the log staging area.

import * as counters from "../abi/counters";
import { logBufferBase, logStagingBase } from "../abi/arena";
import { logBufferSize } from "../abi/config";
import { AT_RECOVERY, KIND_LOG, OP_READ } from "../abi/io";
import { OWNER_RECV, pushRequest, tagOf } from "../abi/ring";
import {
  blockChecksumIsValid,
  blockDataLength,
  blockEpoch,
  blockIsZero,
} from "../format/log-block";
import { blockNumber, blockNumberOf, blocksBehind, dataLengthIsValid } from "../format/log-block";
import {
  LOG_BLOCK_HDR_SIZE,
  LOG_BLOCK_TRL_SIZE,
  OS_FILE_LOG_BLOCK_SIZE,
} from "../format/log-block";
import { LOG_FILE_HDR_SIZE, LOG_START_LSN } from "../format/log-file";
import { RECV_SCAN_SIZE } from "../limits";
import { logDataSize, logFileOffset } from "../log/log-file";

const BLOCK: u32 = OS_FILE_LOG_BLOCK_SIZE;

/** Why the stream ended. */
export const END_NOT_YET: u32 = 0;
/** A block not full: the writer stopped here. */
export const END_PARTIAL: u32 = 1;
/** A block of zeros, of an earlier lap or of an earlier incarnation: never written since. */
export const END_ABSENT: u32 = 2;
/** A block whose checksum is wrong. A sector is written whole or not at all, so this is damage. */
export const END_DAMAGED: u32 = 3;
/** A block of a later lap: redo that was still needed has been overwritten. */
export const END_OVERWRITTEN: u32 = 4;
/** The known end of the log. */
export const END_REACHED: u32 = 5;
/** A whole block that was never written here: its number is that of another place in the file. */
export const END_MISPLACED: u32 = 6;

/** LSN of the first byte in the parse buffer, and how many bytes it holds. */
export let bufferLsn: u64 = 0;
export let bufferLength: u32 = 0;
export let streamEnd: u32 = END_NOT_YET;
/** Start LSN of the block where the stream ended, or of the next one while it has not. */
export let streamEndBlock: u64 = 0;
/** Number of the block where the stream ended, whatever it belongs to. */
export let streamEndNumber: u32 = 0;
/** Highest epoch seen; blocks behind must not be older. */
export let streamEpoch: u32 = 0;

let nextBlock: u64 = 0;
let stopLsn: u64 = 0;
let readLength: u32 = 0;

/** Starts at `from`, a group boundary; `stop` is the known end of the log or u64.MAX_VALUE. */
export function streamStart(from: u64, stop: u64): void {
  bufferLsn = from;
  bufferLength = 0;
  streamEnd = END_NOT_YET;
  streamEpoch = 0;
  nextBlock = from & ~(<u64>(BLOCK - 1));
  streamEndBlock = nextBlock;
  stopLsn = stop;
  firstSkip = <u32>(from - nextBlock);
}

/** Bytes of the first block that lie before the start. */
let firstSkip: u32 = 0;

function chunkSize(): u32 {
  return min(RECV_SCAN_SIZE, logBufferSize / 4) & ~(BLOCK - 1);
}

/** Requests the next chunk; false when the stream has ended or the parse buffer is too full. */
export function streamRequest(): bool {
  if (streamEnd != END_NOT_YET || bufferLength + chunkSize() > logBufferSize) return false;
  const offset = logFileOffset(nextBlock);
  const untilWrap = LOG_FILE_HDR_SIZE + logDataSize() - offset;
  readLength = <u32>min<u64>(chunkSize(), untilWrap);
  const tag = tagOf(OWNER_RECV, 0);
  pushRequest(OP_READ, KIND_LOG, AT_RECOVERY, 0, 0, offset, logStagingBase, readLength, tag);
  return true;
}

/** The chunk has been read: checks its blocks and appends their payload. */
export function streamChunk(): void {
  for (let at: u32 = 0; at < readLength && streamEnd == END_NOT_YET; at += BLOCK) {
    takeBlock(logStagingBase + at);
  }
}

function takeBlock(block: usize): void {
  const verdict = judgeBlock(block, nextBlock, streamEpoch);
  if (verdict != END_NOT_YET) {
    streamEndNumber = blockNumber(block);
    return endAt(verdict);
  }
  streamEpoch = blockEpoch(block);
  const length = blockDataLength(block);
  const filled = length == BLOCK ? BLOCK - LOG_BLOCK_TRL_SIZE : length;
  const from = max(firstSkip, LOG_BLOCK_HDR_SIZE);
  firstSkip = 0;
  if (filled > from) {
    memory.copy(logBufferBase + bufferLength, block + from, filled - from);
    bufferLength += filled - from;
    counters.count(counters.RECV_BYTES_SCANNED, filled - from);
  }
  if (length < BLOCK) return endAt(END_PARTIAL);
  nextBlock += BLOCK;
  streamEndBlock = nextBlock;
  if (nextBlock >= stopLsn) endAt(END_REACHED);
}

function endAt(reason: u32): void {
  streamEnd = reason;
  streamEndBlock = nextBlock;
}

/** END_NOT_YET when the block is the one that belongs at `lsn`, otherwise why it is not. */
export function judgeBlock(block: usize, lsn: u64, minEpoch: u32): u32 {
  if (blockIsZero(block)) return END_ABSENT;
  if (!blockChecksumIsValid(block) || !dataLengthIsValid(blockDataLength(block)))
    return END_DAMAGED;
  const number = blockNumber(block);
  if (number == blockNumberOf(lsn + logDataSize())) return END_OVERWRITTEN;
  if (number != blockNumberOf(lsn)) return isOfEarlierLap(number, lsn) ? END_ABSENT : END_MISPLACED;
  return blockEpoch(block) < minEpoch ? END_ABSENT : END_NOT_YET;
}

/** True when the block with this number stood here some laps before the one at `lsn`. */
function isOfEarlierLap(number: u32, lsn: u64): bool {
  const behind = blocksBehind(number, lsn);
  if (behind > (lsn - LOG_START_LSN) / BLOCK) return false;
  return behind % <u32>(logDataSize() / BLOCK) == 0;
}

/** Drops the first `bytes` of the parse buffer; `lsn` is where the rest starts. */
export function streamConsume(bytes: u32, lsn: u64): void {
  assert(bytes <= bufferLength, "recv: only what is buffered can be consumed");
  memory.copy(logBufferBase, logBufferBase + bytes, bufferLength - bytes);
  bufferLength -= bytes;
  bufferLsn = lsn;
}
