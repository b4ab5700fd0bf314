// FIL: the header and the trailer that every page carries.
//
//   byte 0        4        8        12       16                24   26             34       38
//        ├────────┼────────┼────────┼────────┼─────────────────┼────┼──────────────┼────────┤
//        │checksum│page_no │prev    │next    │page_lsn         │type│flush_lsn     │space_id│ body
//        └────────┴────────┴────────┴────────┴─────────────────┴────┴──────────────┴────────┘
//
//   last 8 bytes of the page:  │ checksum (u32) │ low 32 bits of page_lsn (u32) │
//
// Integers are big-endian (bytes.ts). A frame starts on a 512-byte boundary: direct I/O needs it.
// Accessors, not a class: flush_lsn sits at 26, where a compiler would never put a u64 field.
// Spec: docs/format.md, "Page".

import { loadU16, loadU32, loadU64, storeU16, storeU32, storeU64 } from "./bytes";
import { crc32c } from "./crc32c";
import { pageSizeIsValid } from "./page-size";

export const FIL_PAGE_SPACE_OR_CHKSUM: usize = 0;
export const FIL_PAGE_OFFSET: usize = 4;
export const FIL_PAGE_PREV: usize = 8;
export const FIL_PAGE_NEXT: usize = 12;
export const FIL_PAGE_LSN: usize = 16;
export const FIL_PAGE_TYPE: usize = 24;
export const FIL_PAGE_FILE_FLUSH_LSN: usize = 26;
export const FIL_PAGE_SPACE_ID: usize = 34;
/** Where the body starts; also the size of the header. */
export const FIL_PAGE_DATA: usize = 38;
/** Size of the trailer; the body ends this many bytes before the end of the page. */
export const FIL_PAGE_DATA_END: usize = 8;

/** Offsets inside the trailer. */
export const FIL_TRAILER_CHECKSUM: usize = 0;
export const FIL_TRAILER_LSN_LOW: usize = 4;

/** No page; no such position. */
export const FIL_NULL: u32 = 0xffffffff;

export const FIL_PAGE_TYPE_ALLOCATED: u32 = 0;
export const FIL_PAGE_TYPE_FSP_HDR: u32 = 8;
export const FIL_PAGE_TYPE_XDES: u32 = 9;
/** Ours: the letters TD, TP and TS; values InnoDB and MariaDB give no meaning. */
export const FIL_PAGE_TORNPROOF_DICT: u32 = 0x5444;
export const FIL_PAGE_TORNPROOF_DATA: u32 = 0x5450;
export const FIL_PAGE_TORNPROOF_STORE: u32 = 0x5453;

// The build stops here when the picture above stops being true.
if (FIL_PAGE_LSN + sizeof<u64>() != FIL_PAGE_TYPE) ERROR("fil: page_lsn ends at type");
if (FIL_PAGE_TYPE + sizeof<u16>() != FIL_PAGE_FILE_FLUSH_LSN) ERROR("fil: type ends at flush_lsn");
if (FIL_PAGE_FILE_FLUSH_LSN + sizeof<u64>() != FIL_PAGE_SPACE_ID)
  ERROR("fil: flush_lsn ends at space_id");
if (FIL_PAGE_SPACE_ID + sizeof<u32>() != FIL_PAGE_DATA) ERROR("fil: space_id ends the header");

/** Position of this page in its tablespace, in pages. */
export function pageNo(frame: usize): u32 {
  assertFrame(frame);
  return loadU32(frame + FIL_PAGE_OFFSET);
}

export function setPageNo(frame: usize, value: u32): void {
  assertFrame(frame);
  storeU32(frame + FIL_PAGE_OFFSET, value);
}

/** Left neighbor, a page number, or FIL_NULL. */
export function pagePrev(frame: usize): u32 {
  assertFrame(frame);
  return loadU32(frame + FIL_PAGE_PREV);
}

export function setPagePrev(frame: usize, value: u32): void {
  assertFrame(frame);
  storeU32(frame + FIL_PAGE_PREV, value);
}

/** Right neighbor, a page number, or FIL_NULL. */
export function pageNext(frame: usize): u32 {
  assertFrame(frame);
  return loadU32(frame + FIL_PAGE_NEXT);
}

export function setPageNext(frame: usize, value: u32): void {
  assertFrame(frame);
  storeU32(frame + FIL_PAGE_NEXT, value);
}

/** One of the FIL_PAGE_TYPE and FIL_PAGE_TORNPROOF constants. */
export function pageType(frame: usize): u32 {
  assertFrame(frame);
  return loadU16(frame + FIL_PAGE_TYPE);
}

export function setPageType(frame: usize, value: u32): void {
  assertFrame(frame);
  storeU16(frame + FIL_PAGE_TYPE, value);
}

/** True for the types a page of ours can have. */
export function pageTypeIsValid(type: u32): bool {
  if (type == FIL_PAGE_TYPE_ALLOCATED || type == FIL_PAGE_TYPE_FSP_HDR) return true;
  if (type == FIL_PAGE_TYPE_XDES || type == FIL_PAGE_TORNPROOF_DICT) return true;
  return type == FIL_PAGE_TORNPROOF_DATA || type == FIL_PAGE_TORNPROOF_STORE;
}

/** Tablespace of this page. The checksum does not cover it; compare it with where it was read. */
export function spaceId(frame: usize): u32 {
  assertFrame(frame);
  return loadU32(frame + FIL_PAGE_SPACE_ID);
}

export function setSpaceId(frame: usize, value: u32): void {
  assertFrame(frame);
  storeU32(frame + FIL_PAGE_SPACE_ID, value);
}

/** LSN of the end of the newest redo record applied to this page; 0 if none ever was. */
export function pageLsn(frame: usize): u64 {
  assertFrame(frame);
  return loadU64(frame + FIL_PAGE_LSN);
}

/**
 * Stamps `lsn` into the header, and its low half into the trailer.
 * Both, always: recovery takes a mismatch for a torn write (see `lsnHalvesAgree`).
 */
export function stampLsn(frame: usize, pageSize: u32, lsn: u64): void {
  assertPage(frame, pageSize);
  assert(lsn >= pageLsn(frame), "fil: page_lsn never goes backwards");
  storeU64(frame + FIL_PAGE_LSN, lsn);
  storeU32(trailer(frame, pageSize) + FIL_TRAILER_LSN_LOW, <u32>lsn);
  assert(lsnHalvesAgree(frame, pageSize), "fil: a page just stamped is whole");
}

/** True when header and trailer carry the same low LSN half; false means the page is torn. */
export function lsnHalvesAgree(frame: usize, pageSize: u32): bool {
  assertPage(frame, pageSize);
  return <u32>pageLsn(frame) == loadU32(trailer(frame, pageSize) + FIL_TRAILER_LSN_LOW);
}

/** Makes the frame an empty page: zeros, ids, type, no neighbors, LSN 0, no checksum yet. */
export function initPage(frame: usize, pageSize: u32, space: u32, page: u32, type: u32): void {
  assertPage(frame, pageSize);
  memory.fill(frame, 0, pageSize);
  setPageNo(frame, page);
  setPagePrev(frame, FIL_NULL);
  setPageNext(frame, FIL_NULL);
  setPageType(frame, type);
  setSpaceId(frame, space);
}

/**
 * The checksum this page should carry: CRC-32C of bytes 4 to 25, xor CRC-32C of the body.
 * Not covered: both checksum fields, flush_lsn, space_id and the LSN half in the trailer.
 * Source: InnoDB's `crc32` algorithm.
 */
export function pageChecksum(frame: usize, pageSize: u32): u32 {
  assertPage(frame, pageSize);
  const header = crc32c(frame + FIL_PAGE_OFFSET, <u32>(FIL_PAGE_FILE_FLUSH_LSN - FIL_PAGE_OFFSET));
  const body = crc32c(frame + FIL_PAGE_DATA, pageSize - <u32>(FIL_PAGE_DATA + FIL_PAGE_DATA_END));
  return header ^ body;
}

/** Stores the checksum in header and trailer; the last thing done before a page is written. */
export function stampChecksum(frame: usize, pageSize: u32): void {
  const checksum = pageChecksum(frame, pageSize);
  storeU32(frame + FIL_PAGE_SPACE_OR_CHKSUM, checksum);
  storeU32(trailer(frame, pageSize) + FIL_TRAILER_CHECKSUM, checksum);
}

/**
 * True when both stored checksums are the computed one. A page of zeros is not valid: it was never
 * written, and only the caller knows whether that may be (`isZeroPage`).
 */
export function checksumIsValid(frame: usize, pageSize: u32): bool {
  const stored = loadU32(frame + FIL_PAGE_SPACE_OR_CHKSUM);
  // The comparison of two fields is cheaper than a CRC and settles most torn pages.
  if (stored != loadU32(trailer(frame, pageSize) + FIL_TRAILER_CHECKSUM)) return false;
  return stored == pageChecksum(frame, pageSize);
}

/** True when every byte is zero: the page was allocated in the file but never written. */
export function isZeroPage(frame: usize, pageSize: u32): bool {
  assertPage(frame, pageSize);
  const end = frame + pageSize;
  for (let at = frame; at < end; at += 32) {
    const some = load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24);
    if (some != 0) return false;
  }
  return true;
}

function trailer(frame: usize, pageSize: u32): usize {
  return frame + pageSize - FIL_PAGE_DATA_END;
}

function assertFrame(frame: usize): void {
  assert(frame != 0, "fil: a frame is never at address 0");
  assert((frame & 511) == 0, "fil: a frame starts on a 512-byte boundary");
}

function assertPage(frame: usize, pageSize: u32): void {
  assertFrame(frame);
  assert(pageSizeIsValid(pageSize), "fil: the page size is a power of two from 4 KiB to 64 KiB");
}
