// The log buffer: redo in memory, laid out exactly as it will stand in the file, in 512-byte
// blocks.
//
//   lsn ──▶ │hdr 12│ data 496 │trl 4│hdr 12│ data 496 │trl 4│ …      a ring of logBufferSize bytes
//
// An LSN counts every byte of the endless log, block headers and trailers included, so the place of
// a byte in the ring, and in the file, is plain arithmetic. Checksums are stamped when a block is
// copied out for a write (log-writer.ts).
// Invariants: lsn never sits on a block header or trailer; redo not yet written is never
// overwritten.

import * as counters from "../abi/counters";
import { logBufferBase } from "../abi/arena";
import { logBufferSize } from "../abi/config";
import { blockFirstRecordGroup, initBlock, LOG_BLOCK_DATA_SIZE } from "../format/log-block";
import {
  LOG_BLOCK_HDR_SIZE,
  LOG_BLOCK_TRL_SIZE,
  OS_FILE_LOG_BLOCK_SIZE,
} from "../format/log-block";
import { setBlockDataLength, setBlockFirstRecordGroup } from "../format/log-block";

const BLOCK: u32 = OS_FILE_LOG_BLOCK_SIZE;
const DATA_END: u32 = BLOCK - LOG_BLOCK_TRL_SIZE;

/** Where the next record group starts: the end of the log. */
export let lsn: u64 = 0;
/** The store's incarnation, in every block header. */
export let epoch: u32 = 0;

/** Rounds an LSN down to the start of its block. */
export function blockStart(at: u64): u64 {
  return at & ~(<u64>(BLOCK - 1));
}

/** Address in the ring of the byte with this LSN. */
export function ringAddress(at: u64): usize {
  return logBufferBase + <usize>(at % <u64>logBufferSize);
}

/**
 * Starts the buffer at `startLsn` for incarnation `newEpoch`.
 * Shape: when `startLsn` lies inside a block, the ring must already hold that block's beginning.
 */
export function logBufferInit(startLsn: u64, newEpoch: u32): void {
  assert(<u32>(startLsn & (BLOCK - 1)) >= LOG_BLOCK_HDR_SIZE, "log: an LSN lies inside block data");
  lsn = startLsn;
  epoch = newEpoch;
  const start = blockStart(startLsn);
  const block = ringAddress(start);
  const first = blockFirstRecordGroup(block);
  const filled = <u32>(startLsn - start);
  if (filled == LOG_BLOCK_HDR_SIZE) {
    initBlock(block, start, epoch);
    return;
  }
  // The block's beginning stays, under the new epoch; whatever followed it is gone.
  keepBeginning(block, start, first < filled ? first : 0, filled);
}

const kept: usize = memory.data(512);

function keepBeginning(block: usize, start: u64, first: u32, filled: u32): void {
  memory.copy(kept, block, BLOCK);
  initBlock(block, start, epoch);
  memory.copy(block + LOG_BLOCK_HDR_SIZE, kept + LOG_BLOCK_HDR_SIZE, filled - LOG_BLOCK_HDR_SIZE);
  setBlockFirstRecordGroup(block, first);
  setBlockDataLength(block, filled);
}

/** Bytes of log that `payload` bytes of records take at the most, headers and trailers included. */
export function logBytesFor(payload: u32): u32 {
  return payload + (payload / LOG_BLOCK_DATA_SIZE + 2) * (LOG_BLOCK_HDR_SIZE + LOG_BLOCK_TRL_SIZE);
}

/**
 * True when `payload` bytes fit in front of redo that still has to be written from `writeLsn` on.
 */
export function logBufferHasRoom(payload: u32, writeLsn: u64): bool {
  const used = lsn - blockStart(writeLsn);
  return used + <u64>logBytesFor(payload) + BLOCK <= <u64>logBufferSize;
}

/**
 * Copies one record group into the log buffer and returns the LSN where it starts; its end is
 * `lsn`.
 * Units: `length` counts payload; block headers and trailers are added here.
 * Requires: logBufferHasRoom(length) was true.
 * Order: the pages of the group join the flush list only after this returns.
 */
export function logAppendGroup(group: usize, length: u32): u64 {
  assert(length > 0, "log: a record group is not empty");
  const start = lsn;
  let block = ringAddress(blockStart(lsn));
  if (blockFirstRecordGroup(block) == 0) {
    setBlockFirstRecordGroup(block, <u32>(lsn & (BLOCK - 1)));
  }
  let from = group;
  let left = length;
  while (left > 0) {
    const inBlock = <u32>(lsn & (BLOCK - 1));
    const piece = min(DATA_END - inBlock, left);
    memory.copy(block + inBlock, from, piece);
    from += piece;
    left -= piece;
    lsn += piece;
    if (inBlock + piece < DATA_END) break;
    setBlockDataLength(block, BLOCK);
    lsn += LOG_BLOCK_TRL_SIZE + LOG_BLOCK_HDR_SIZE;
    block = ringAddress(blockStart(lsn));
    initBlock(block, blockStart(lsn), epoch);
  }
  assert(left == 0, "log: a group is copied whole");
  setBlockDataLength(block, <u32>(lsn & (BLOCK - 1)));
  counters.count(counters.LOG_WRITE_REQUESTS);
  counters.count(counters.LOG_GROUP_BYTES, length);
  return start;
}
