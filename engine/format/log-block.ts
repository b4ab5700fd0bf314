// The log block: the 512-byte unit in which redo is written, and which a disk writes in one piece.
//
//   byte 0        4          6                 8       12                              508      512
//        │number  │data_len  │first_rec_group  │epoch  │ 496 bytes of redo records       │checksum│
//
// Our one deviation from InnoDB is `epoch`. There it counts wraps of the block number. Here it is
// the store's incarnation: every recovery raises it. After a crash, blocks beyond the recovered end
// still hold redo that was never acknowledged, with valid numbers and checksums. New redo takes
// their places one by one; at the next crash the leftovers would follow it and pass for newer.
// Their lower epoch gives them away.
// Spec: docs/format.md, "Log block".

import { loadU16, loadU32, storeU16, storeU32 } from "./bytes";
import { crc32c } from "./crc32c";

export const OS_FILE_LOG_BLOCK_SIZE: u32 = 512;

export const LOG_BLOCK_HDR_NO: usize = 0;
export const LOG_BLOCK_HDR_DATA_LEN: usize = 4;
export const LOG_BLOCK_FIRST_REC_GROUP: usize = 6;
export const LOG_BLOCK_EPOCH_NO: usize = 8;
export const LOG_BLOCK_DATA: usize = 12;
/** Where the trailer starts; it holds the checksum. */
export const LOG_BLOCK_TRAILER: u32 = 508;

export const LOG_BLOCK_HDR_SIZE: u32 = 12;
export const LOG_BLOCK_TRL_SIZE: u32 = 4;
export const LOG_BLOCK_DATA_SIZE: u32 = 496;

/** Block numbers use 30 bits and never are 0. */
const BLOCK_NUMBER_MASK: u64 = 0x3fffffff;

if (LOG_BLOCK_DATA != LOG_BLOCK_HDR_SIZE) ERROR("log-block: data follows the header");
if (LOG_BLOCK_HDR_SIZE + LOG_BLOCK_DATA_SIZE != LOG_BLOCK_TRAILER)
  ERROR("log-block: the trailer follows the data");
if (LOG_BLOCK_TRAILER + LOG_BLOCK_TRL_SIZE != OS_FILE_LOG_BLOCK_SIZE)
  ERROR("log-block: the trailer ends the block");

/** Number of the block that holds the byte at `lsn`: 1 to 2^30, then again from 1. */
export function blockNumberOf(lsn: u64): u32 {
  return 1 + <u32>((lsn / OS_FILE_LOG_BLOCK_SIZE) & BLOCK_NUMBER_MASK);
}

/** How many blocks before the one at `lsn` the block `number` was last due; numbers come round. */
export function blocksBehind(number: u32, lsn: u64): u32 {
  return (blockNumberOf(lsn) - number) & (<u32>BLOCK_NUMBER_MASK);
}

/** Makes an empty block for `lsn`, its first byte: header only, no group starts in it. */
export function initBlock(at: usize, lsn: u64, epoch: u32): void {
  assert(lsn % OS_FILE_LOG_BLOCK_SIZE == 0, "log-block: a block starts at a multiple of 512");
  memory.fill(at, 0, OS_FILE_LOG_BLOCK_SIZE);
  storeU32(at + LOG_BLOCK_HDR_NO, blockNumberOf(lsn));
  storeU32(at + LOG_BLOCK_EPOCH_NO, epoch);
  setBlockDataLength(at, LOG_BLOCK_HDR_SIZE);
}

export function blockNumber(at: usize): u32 {
  return loadU32(at + LOG_BLOCK_HDR_NO);
}

/** Bytes filled, the 12 of the header included: 12 to 507 when partly filled, 512 when full. */
export function blockDataLength(at: usize): u32 {
  return loadU16(at + LOG_BLOCK_HDR_DATA_LEN);
}

export function setBlockDataLength(at: usize, length: u32): void {
  assert(dataLengthIsValid(length), "log-block: data_len is 12 to 507, or 512");
  storeU16(at + LOG_BLOCK_HDR_DATA_LEN, length);
}

/** True for a length a block that was written can have. */
export function dataLengthIsValid(length: u32): bool {
  const isPart = length >= LOG_BLOCK_HDR_SIZE && length < LOG_BLOCK_TRAILER;
  return isPart || length == OS_FILE_LOG_BLOCK_SIZE;
}

/** Where the first record group that starts in this block starts; 0 when none does. */
export function blockFirstRecordGroup(at: usize): u32 {
  return loadU16(at + LOG_BLOCK_FIRST_REC_GROUP);
}

export function setBlockFirstRecordGroup(at: usize, offset: u32): void {
  assert(
    offset == 0 || (offset >= LOG_BLOCK_HDR_SIZE && offset < LOG_BLOCK_TRAILER),
    "log-block: a record group starts inside the data",
  );
  storeU16(at + LOG_BLOCK_FIRST_REC_GROUP, offset);
}

/** The store's incarnation when the block was written. */
export function blockEpoch(at: usize): u32 {
  return loadU32(at + LOG_BLOCK_EPOCH_NO);
}

export function setBlockEpoch(at: usize, epoch: u32): void {
  storeU32(at + LOG_BLOCK_EPOCH_NO, epoch);
}

/** CRC-32C of everything before the trailer. */
export function blockChecksum(at: usize): u32 {
  return crc32c(at, LOG_BLOCK_TRAILER);
}

/** Stores the checksum; the last thing done before a block is written. */
export function stampBlock(at: usize): void {
  storeU32(at + LOG_BLOCK_TRAILER, blockChecksum(at));
}

export function blockChecksumIsValid(at: usize): bool {
  return loadU32(at + LOG_BLOCK_TRAILER) == blockChecksum(at);
}

/** True when every byte is zero: the file was created this long, the block never written. */
export function blockIsZero(at: usize): bool {
  for (let step: usize = 0; step < OS_FILE_LOG_BLOCK_SIZE; step += 8) {
    if (load<u64>(at + step) != 0) return false;
  }
  return true;
}
