// FSP: the space header in page 0 of a tablespace; extent descriptors (xdes.ts) follow it.
//
//   byte 38        42      46    50          54     58         62    78         94
//        │space_id │unused │size │free_limit │flags │frag_used │free │free_frag │full_frag │ …
//   byte 110             118               134              150
//        │next_segment_id │inodes_full list │inodes_free list │ extent descriptors …
//
//   list base (16 bytes):  │ length │ first page │ offset (u16) │ last page │ offset (u16) │
//
// The layout is InnoDB's, so that its tools can check our files.
// Spec: docs/format.md, "FSP header".

import { loadU16, loadU32, loadU64, storeU16, storeU32, storeU64 } from "./bytes";
import { FIL_NULL, FIL_PAGE_DATA, FIL_PAGE_TYPE_FSP_HDR, initPage } from "./fil";
import { PAGE_SIZE_DEFAULT, pageSizeIsValid } from "./page-size";

/** Offsets from the start of the page. */
export const FSP_SPACE_ID: usize = 38;
export const FSP_NOT_USED: usize = 42;
export const FSP_SIZE: usize = 46;
export const FSP_FREE_LIMIT: usize = 50;
export const FSP_SPACE_FLAGS: usize = 54;
export const FSP_FRAG_N_USED: usize = 58;
export const FSP_FREE: usize = 62;
export const FSP_FREE_FRAG: usize = 78;
export const FSP_FULL_FRAG: usize = 94;
export const FSP_SEG_ID: usize = 110;
export const FSP_SEG_INODES_FULL: usize = 118;
export const FSP_SEG_INODES_FREE: usize = 134;
export const FSP_HEADER_SIZE: usize = 112;

/** Offsets inside a list base. */
export const FLST_LEN: usize = 0;
export const FLST_FIRST: usize = 4;
export const FLST_LAST: usize = 10;
export const FLST_BASE_NODE_SIZE: usize = 16;

/** Bit 0: not the antelope format. Bit 5: dynamic row format. */
const FLAGS_BASE: u32 = 0x21;
const FLAGS_PAGE_SIZE_SHIFT: u32 = 6;

if (FSP_SPACE_ID != FIL_PAGE_DATA) ERROR("fsp: the header starts the body");
if (FSP_FREE + 3 * FLST_BASE_NODE_SIZE != FSP_SEG_ID) ERROR("fsp: three lists end at segment id");
if (FSP_SEG_INODES_FREE + FLST_BASE_NODE_SIZE != FSP_SPACE_ID + FSP_HEADER_SIZE)
  ERROR("fsp: the last list ends the header");

/**
 * The flags word of a tablespace with this page size: bits 6 to 9 hold log2(page size) - 9, and 0
 * for 16 KiB, InnoDB's page size from before the field existed.
 */
export function fspFlags(pageSize: u32): u32 {
  assert(pageSizeIsValid(pageSize), "fsp: a page size from 4 KiB to 64 KiB");
  const field = pageSize == PAGE_SIZE_DEFAULT ? 0 : ctz<u32>(pageSize) - 9;
  return FLAGS_BASE | (field << FLAGS_PAGE_SIZE_SHIFT);
}

/** Makes the frame page 0 of an empty tablespace: no extent described, LSN 0, no checksum. */
export function initFspHeader(frame: usize, pageSize: u32, space: u32, sizePages: u32): void {
  initPage(frame, pageSize, space, 0, FIL_PAGE_TYPE_FSP_HDR);
  storeU32(frame + FSP_SPACE_ID, space);
  setFspSize(frame, sizePages);
  setFspSpaceFlags(frame, fspFlags(pageSize));
  initListBase(frame + FSP_FREE);
  initListBase(frame + FSP_FREE_FRAG);
  initListBase(frame + FSP_FULL_FRAG);
  initListBase(frame + FSP_SEG_INODES_FULL);
  initListBase(frame + FSP_SEG_INODES_FREE);
  setFspNextSegmentId(frame, 1);
}

export function fspSpaceId(frame: usize): u32 {
  return loadU32(frame + FSP_SPACE_ID);
}

/** Size of the tablespace, in pages. */
export function fspSize(frame: usize): u32 {
  return loadU32(frame + FSP_SIZE);
}

export function setFspSize(frame: usize, pages: u32): void {
  storeU32(frame + FSP_SIZE, pages);
}

/** Pages below this one have a descriptor that was initialized. */
export function fspFreeLimit(frame: usize): u32 {
  return loadU32(frame + FSP_FREE_LIMIT);
}

export function setFspFreeLimit(frame: usize, page: u32): void {
  storeU32(frame + FSP_FREE_LIMIT, page);
}

/** The stored flags word; `fspFlags` says what it should be. */
export function fspSpaceFlags(frame: usize): u32 {
  return loadU32(frame + FSP_SPACE_FLAGS);
}

export function setFspSpaceFlags(frame: usize, flags: u32): void {
  storeU32(frame + FSP_SPACE_FLAGS, flags);
}

/** Used pages in extents of the free_frag list. */
export function fspFragUsed(frame: usize): u32 {
  return loadU32(frame + FSP_FRAG_N_USED);
}

export function setFspFragUsed(frame: usize, pages: u32): void {
  storeU32(frame + FSP_FRAG_N_USED, pages);
}

/** The first segment id not handed out. */
export function fspNextSegmentId(frame: usize): u64 {
  return loadU64(frame + FSP_SEG_ID);
}

export function setFspNextSegmentId(frame: usize, id: u64): void {
  storeU64(frame + FSP_SEG_ID, id);
}

/** Makes an empty list: length 0, first and last (FIL_NULL, 0). `base` is an address. */
export function initListBase(base: usize): void {
  setListLength(base, 0);
  setListEnd(base + FLST_FIRST, FIL_NULL, 0);
  setListEnd(base + FLST_LAST, FIL_NULL, 0);
}

export function listLength(base: usize): u32 {
  return loadU32(base + FLST_LEN);
}

export function setListLength(base: usize, length: u32): void {
  storeU32(base + FLST_LEN, length);
}

/** Page of the list end at `end`, which is the base address plus FLST_FIRST or FLST_LAST. */
export function listEndPage(end: usize): u32 {
  return loadU32(end);
}

/** Byte in that page where the list node starts. */
export function listEndOffset(end: usize): u32 {
  return loadU16(end + 4);
}

export function setListEnd(end: usize, page: u32, offset: u32): void {
  storeU32(end, page);
  storeU16(end + 4, offset);
}
