// The first 2048 bytes of the redo log file: the file header and two checkpoint blocks.
//
//   byte 0              512            1024            1536           2048
//        │ file header  │ checkpoint 1 │ unused, zero  │ checkpoint 2 │ log blocks …
//
//   header:      │format│uuid│start_lsn│creator (32)│flags│page_size│capacity│ zero … │crc at 508│
//   checkpoint:  │number u64│checkpoint_lsn u64│epoch u32│ zero … │crc at 508│
//
// Checkpoints alternate between the two blocks, so that one is whole at any moment; the valid one
// with the higher number counts. Spec: docs/format.md, "Redo log file".

import { loadU32, loadU64, storeU32, storeU64 } from "./bytes";
import { crc32c } from "./crc32c";
import { LOG_BLOCK_HDR_SIZE, LOG_BLOCK_TRAILER, OS_FILE_LOG_BLOCK_SIZE } from "./log-block";
import { pageSizeIsValid } from "./page-size";

export { OS_FILE_LOG_BLOCK_SIZE };
export const LOG_FILE_HDR_SIZE: u32 = 2048;
export const LOG_CHECKPOINT_1: u32 = 512;
export const LOG_CHECKPOINT_2: u32 = 1536;
/** The LSN at which every log begins: the first byte of its first block. */
export const LOG_START_LSN: u64 = 8192;

/** Offsets inside the file header. */
export const LOG_HEADER_FORMAT: usize = 0;
export const LOG_HEADER_LOG_UUID: usize = 4;
export const LOG_HEADER_START_LSN: usize = 8;
export const LOG_HEADER_CREATOR: usize = 16;
export const LOG_HEADER_FLAGS: usize = 48;
export const LOG_HEADER_PAGE_SIZE: usize = 52;
export const LOG_HEADER_CAPACITY: usize = 56;
export const LOG_HEADER_UNUSED: usize = 64;
export const LOG_HEADER_CHECKSUM: usize = 508;

/** The letters TPR1. InnoDB counts its formats from 0, and MariaDB's number is "Phys". */
export const LOG_HEADER_FORMAT_TORNPROOF: u32 = 0x54505231;

/** Offsets inside a checkpoint block. */
export const LOG_CHECKPOINT_NO: usize = 0;
export const LOG_CHECKPOINT_LSN: usize = 8;
export const LOG_CHECKPOINT_EPOCH: usize = 16;
export const LOG_CHECKPOINT_UNUSED: usize = 20;
export const LOG_CHECKPOINT_CHECKSUM: usize = 508;

// The letters "Tornproof 1", as two big-endian integers: no string object is needed to store them.
const CREATOR_LETTERS_1_TO_8: u64 = 0x546f726e70726f6f;
const CREATOR_LETTERS_9_TO_11: u32 = 0x66203100;

if (LOG_HEADER_CHECKSUM + sizeof<u32>() != OS_FILE_LOG_BLOCK_SIZE)
  ERROR("log-file: the checksum ends the header block");
if (LOG_CHECKPOINT_CHECKSUM + sizeof<u32>() != OS_FILE_LOG_BLOCK_SIZE)
  ERROR("log-file: the checksum ends the checkpoint block");

/**
 * Fills 512 bytes at `at` with a file header.
 * Units: `capacityBytes` is what the file holds besides its first 2048 bytes.
 */
export function writeHeader(
  at: usize,
  uuid: u32,
  startLsn: u64,
  capacityBytes: u64,
  pageSize: u32,
): void {
  memory.fill(at, 0, OS_FILE_LOG_BLOCK_SIZE);
  storeU32(at + LOG_HEADER_FORMAT, LOG_HEADER_FORMAT_TORNPROOF);
  storeU32(at + LOG_HEADER_LOG_UUID, uuid);
  storeU64(at + LOG_HEADER_START_LSN, startLsn);
  storeU64(at + LOG_HEADER_CREATOR, CREATOR_LETTERS_1_TO_8);
  storeU32(at + LOG_HEADER_CREATOR + 8, CREATOR_LETTERS_9_TO_11);
  storeU32(at + LOG_HEADER_PAGE_SIZE, pageSize);
  storeU64(at + LOG_HEADER_CAPACITY, capacityBytes);
  storeU32(at + LOG_HEADER_CHECKSUM, crc32c(at, <u32>LOG_HEADER_CHECKSUM));
  assert(headerIsValid(at), "log-file: a header just written is valid");
}

/** True when the checksum matches, the format is ours, and every field has a possible value. */
export function headerIsValid(at: usize): bool {
  if (loadU32(at + LOG_HEADER_CHECKSUM) != crc32c(at, <u32>LOG_HEADER_CHECKSUM)) return false;
  if (headerFormat(at) != LOG_HEADER_FORMAT_TORNPROOF) return false;
  if (!pageSizeIsValid(headerPageSize(at))) return false;
  if (headerStartLsn(at) < LOG_START_LSN || headerStartLsn(at) % OS_FILE_LOG_BLOCK_SIZE != 0)
    return false;
  return headerCapacity(at) != 0 && headerCapacity(at) % OS_FILE_LOG_BLOCK_SIZE == 0;
}

export function headerFormat(at: usize): u32 {
  return loadU32(at + LOG_HEADER_FORMAT);
}

/** Drawn when the store was created; tells one store's log from another's. */
export function headerUuid(at: usize): u32 {
  return loadU32(at + LOG_HEADER_LOG_UUID);
}

/** The LSN whose byte is the first one behind the 2048 header bytes. */
export function headerStartLsn(at: usize): u64 {
  return loadU64(at + LOG_HEADER_START_LSN);
}

export function headerFlags(at: usize): u32 {
  return loadU32(at + LOG_HEADER_FLAGS);
}

export function headerPageSize(at: usize): u32 {
  return loadU32(at + LOG_HEADER_PAGE_SIZE);
}

/** Bytes of log blocks the file holds; LSNs wrap around after this many. */
export function headerCapacity(at: usize): u64 {
  return loadU64(at + LOG_HEADER_CAPACITY);
}

/** Where in the file checkpoint `number` belongs: even numbers in the first block. */
export function checkpointOffset(number: u64): u32 {
  return (number & 1) == 0 ? LOG_CHECKPOINT_1 : LOG_CHECKPOINT_2;
}

/**
 * Fills 512 bytes at `at` with a checkpoint block.
 * Order: every page change below `lsn` must be durable in the data files before this is written.
 */
export function writeCheckpoint(at: usize, number: u64, lsn: u64, epoch: u32): void {
  assert(isDataLsn(lsn), "log-file: a checkpoint lsn points at data inside a log block");
  memory.fill(at, 0, OS_FILE_LOG_BLOCK_SIZE);
  storeU64(at + LOG_CHECKPOINT_NO, number);
  storeU64(at + LOG_CHECKPOINT_LSN, lsn);
  storeU32(at + LOG_CHECKPOINT_EPOCH, epoch);
  storeU32(at + LOG_CHECKPOINT_CHECKSUM, crc32c(at, <u32>LOG_CHECKPOINT_CHECKSUM));
  assert(checkpointIsValid(at), "log-file: a checkpoint just written is valid");
}

/** True when the checksum matches and the LSN can be a checkpoint; false for a block of zeros. */
export function checkpointIsValid(at: usize): bool {
  const computed = crc32c(at, <u32>LOG_CHECKPOINT_CHECKSUM);
  return loadU32(at + LOG_CHECKPOINT_CHECKSUM) == computed && isDataLsn(checkpointLsn(at));
}

export function checkpointNumber(at: usize): u64 {
  return loadU64(at + LOG_CHECKPOINT_NO);
}

/** Recovery starts here. */
export function checkpointLsn(at: usize): u64 {
  return loadU64(at + LOG_CHECKPOINT_LSN);
}

/** The store's incarnation when the checkpoint was made; see log-block.ts. */
export function checkpointEpoch(at: usize): u32 {
  return loadU32(at + LOG_CHECKPOINT_EPOCH);
}

/** An LSN at which a record group may start: never in the header or the trailer of a block. */
function isDataLsn(lsn: u64): bool {
  const inBlock = lsn % OS_FILE_LOG_BLOCK_SIZE;
  return lsn >= LOG_START_LSN && inBlock >= LOG_BLOCK_HDR_SIZE && inBlock < LOG_BLOCK_TRAILER;
}
