// The DETECT_ONLY record: which pages a flush batch is about to write, and up to which LSN.
//
//   byte 0         4          8            10     11       20           36
//        │batch id │checksum  │data length │type  │ zero   │ entry 0    │ entry 1 │ … 510 entries │
//
//   entry (16 bytes):  │ space id u32 │ page number u32 │ page LSN u64 │
//
// One 8192-byte block per batch, in the file #ib_<page size>_0.bdblwr. With it recovery notices a
// torn page; it cannot repair one. Full copies of pages need no layout of their own: a doublewrite
// file is an array of pages, each of which knows its space id, number and LSN.
// Spec: docs/format.md, "Detect-only record".

import { loadU16, loadU32, loadU64, loadU8, storeU16, storeU32, storeU64, storeU8 } from "./bytes";
import { crc32c } from "./crc32c";

export const BDBLWR_BATCH_ID: usize = 0;
export const BDBLWR_CHECKSUM: usize = 4;
export const BDBLWR_DATA_LEN: usize = 8;
export const BDBLWR_TYPE: usize = 10;
export const BDBLWR_UNUSED: usize = 11;
export const BDBLWR_DATA: usize = 20;
export const BDBLWR_BLOCK_SIZE: u32 = 8192;
export const BDBLWR_ENTRIES_MAX: u32 = 510;

/** Offsets inside an entry. */
export const BDBLWR_ENTRY_SPACE: usize = 0;
export const BDBLWR_ENTRY_PAGE: usize = 4;
export const BDBLWR_ENTRY_LSN: usize = 8;
export const BDBLWR_ENTRY_SIZE: u32 = 16;

/** The only type of record: page ids with LSNs. */
export const BDBLWR_TYPE_PAGES: u32 = 1;

if (<u32>BDBLWR_DATA + BDBLWR_ENTRIES_MAX * BDBLWR_ENTRY_SIZE > BDBLWR_BLOCK_SIZE)
  ERROR("dblwr: the entries fit the block");

/** Makes the 8192 bytes at `at` a record without entries. */
export function beginBatch(at: usize, id: u32): void {
  memory.fill(at, 0, BDBLWR_BLOCK_SIZE);
  storeU32(at + BDBLWR_BATCH_ID, id);
  storeU8(at + BDBLWR_TYPE, BDBLWR_TYPE_PAGES);
}

/** Adds one page; `lsn` is the page LSN the in-place write will carry. */
export function addEntry(at: usize, space: u32, page: u32, lsn: u64): void {
  const count = entryCount(at);
  assert(count < BDBLWR_ENTRIES_MAX, "dblwr: a record holds at most 510 pages");
  const entry = entryAt(at, count);
  storeU32(entry + BDBLWR_ENTRY_SPACE, space);
  storeU32(entry + BDBLWR_ENTRY_PAGE, page);
  storeU64(entry + BDBLWR_ENTRY_LSN, lsn);
  storeU16(at + BDBLWR_DATA_LEN, (count + 1) * BDBLWR_ENTRY_SIZE);
}

/** Stamps the checksum of the entries; the last thing done before the record is written. */
export function finishBatch(at: usize): void {
  assert(entryCount(at) > 0, "dblwr: a batch has at least one page");
  storeU32(at + BDBLWR_CHECKSUM, dataChecksum(at));
  assert(batchIsValid(at), "dblwr: a record just finished is valid");
}

/** True for a finished record that is whole; false for zeros. */
export function batchIsValid(at: usize): bool {
  const length = loadU16(at + BDBLWR_DATA_LEN);
  if (loadU8(at + BDBLWR_TYPE) != BDBLWR_TYPE_PAGES) return false;
  // The length decides how much the checksum reads, so it is judged first.
  if (length == 0 || length % BDBLWR_ENTRY_SIZE != 0) return false;
  if (length > BDBLWR_ENTRIES_MAX * BDBLWR_ENTRY_SIZE) return false;
  return loadU32(at + BDBLWR_CHECKSUM) == dataChecksum(at);
}

export function batchId(at: usize): u32 {
  return loadU32(at + BDBLWR_BATCH_ID);
}

export function entryCount(at: usize): u32 {
  return loadU16(at + BDBLWR_DATA_LEN) / BDBLWR_ENTRY_SIZE;
}

export function entrySpace(at: usize, index: u32): u32 {
  return loadU32(entryAt(at, index) + BDBLWR_ENTRY_SPACE);
}

export function entryPage(at: usize, index: u32): u32 {
  return loadU32(entryAt(at, index) + BDBLWR_ENTRY_PAGE);
}

export function entryLsn(at: usize, index: u32): u64 {
  return loadU64(entryAt(at, index) + BDBLWR_ENTRY_LSN);
}

function entryAt(at: usize, index: u32): usize {
  assert(index < BDBLWR_ENTRIES_MAX, "dblwr: an entry lies inside the record");
  return at + BDBLWR_DATA + index * BDBLWR_ENTRY_SIZE;
}

function dataChecksum(at: usize): u32 {
  return crc32c(at + BDBLWR_DATA, loadU16(at + BDBLWR_DATA_LEN));
}
