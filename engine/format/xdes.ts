// XDES: extent descriptors, which say for every page of an extent whether it is free.
//
//   descriptor page:  byte 150 + n × descriptor size = the n-th extent this page describes
//
//   descriptor, byte 0          8              20       24
//                    │segment id│list node (12)│state   │ bitmap: 2 bits per page, low bits first
//
//   bit pair of a page:  11 = free, 10 = used; the upper bit is always 1 once initialized
//
// Page 0 and every page whose number is a multiple of the page size in bytes describe that many
// pages, starting with themselves. The layout is InnoDB's.
// Spec: docs/format.md, "Extent descriptor".

import { loadU8, loadU32, storeU8, storeU32 } from "./bytes";
import { FIL_NULL, FIL_PAGE_TYPE_XDES, initPage } from "./fil";
import { FSP_HEADER_SIZE, FSP_SPACE_ID, setListEnd } from "./fsp";
import { extentPages } from "./page-size";

/** Where the first descriptor starts, in page 0 and in every other descriptor page. */
export const XDES_ARR_OFFSET: usize = 150;

/** Offsets inside a descriptor. */
export const XDES_ID: usize = 0;
export const XDES_FLST_NODE: usize = 8;
export const XDES_STATE: usize = 20;
export const XDES_BITMAP: usize = 24;

/**
 * Extent states. A descriptor of zeros is above the free limit. Its zero bits read as "used", so a
 * checking tool looks at those pages instead of skipping them.
 */
export const XDES_NOT_INITIALIZED: u32 = 0;
export const XDES_FREE: u32 = 1;
export const XDES_FREE_FRAG: u32 = 2;
export const XDES_FULL_FRAG: u32 = 3;
export const XDES_FSEG: u32 = 4;
export const XDES_FSEG_FRAG: u32 = 5;

const BITS_PER_PAGE: u32 = 2;
/** Bit 0 of a pair: the page is free. Bit 1: unused, always set. */
const FREE_BIT: u32 = 1;
const CLEAN_BIT: u32 = 2;

if (FSP_SPACE_ID + FSP_HEADER_SIZE != XDES_ARR_OFFSET) ERROR("xdes: descriptors follow the header");

/** Bytes of one descriptor. */
export function xdesSize(pageSize: u32): u32 {
  return <u32>XDES_BITMAP + (extentPages(pageSize) * BITS_PER_PAGE) / 8;
}

/**
 * Number of the page that holds the descriptor of the extent `page` belongs to: the
 * multiple of the page size at or below it, as one page describes as many pages as it has bytes.
 */
export function descriptorPageOf(page: u32, pageSize: u32): u32 {
  assert(popcnt<u32>(pageSize) == 1, "xdes: the page size is a power of two");
  return page & ~(pageSize - 1);
}

/** Makes the frame a descriptor page other than page 0, with no entry initialized. */
export function initXdesPage(frame: usize, pageSize: u32, space: u32, page: u32): void {
  assert(page != 0, "xdes: page 0 is made by initFspHeader");
  assert(descriptorPageOf(page, pageSize) == page, "xdes: a multiple of the page size");
  initPage(frame, pageSize, space, page, FIL_PAGE_TYPE_XDES);
}

/** Address of the descriptor of `page`'s extent; `frame` holds page `descriptorPageOf(page)`. */
export function xdesEntry(frame: usize, pageSize: u32, page: u32): usize {
  const indexInPage = (page & (pageSize - 1)) / extentPages(pageSize);
  const offset = <u32>XDES_ARR_OFFSET + indexInPage * xdesSize(pageSize);
  assert(offset + xdesSize(pageSize) <= pageSize, "xdes: an entry ends inside its page");
  return frame + offset;
}

/** Makes the entry a free extent in no list and no segment, every page free. */
export function initXdesEntry(entry: usize, pageSize: u32): void {
  const bitmapBytes = xdesSize(pageSize) - <u32>XDES_BITMAP;
  memory.fill(entry, 0, XDES_BITMAP);
  setListEnd(entry + XDES_FLST_NODE, FIL_NULL, 0);
  setListEnd(entry + XDES_FLST_NODE + 6, FIL_NULL, 0);
  setXdesState(entry, XDES_FREE);
  memory.fill(entry + XDES_BITMAP, 0xff, bitmapBytes);
}

/** One of the XDES state constants; 0 when the entry was never initialized. */
export function xdesState(entry: usize): u32 {
  return loadU32(entry + XDES_STATE);
}

export function setXdesState(entry: usize, state: u32): void {
  assert(state <= XDES_FSEG_FRAG, "xdes: a state InnoDB knows");
  storeU32(entry + XDES_STATE, state);
}

/** True when page `index` of the extent is free. `index` counts from 0 within the extent. */
export function xdesIsFree(entry: usize, index: u32): bool {
  return ((loadU8(xdesBitByte(entry, index)) >> pairShift(index)) & FREE_BIT) != 0;
}

/** Marks page `index` of the extent; changes only the byte at `xdesBitByte(entry, index)`. */
export function xdesSetFree(entry: usize, index: u32, free: bool): void {
  const at = xdesBitByte(entry, index);
  const shift = pairShift(index);
  const pair = free ? FREE_BIT | CLEAN_BIT : CLEAN_BIT;
  const others = loadU8(at) & ~((FREE_BIT | CLEAN_BIT) << shift);
  storeU8(at, others | (pair << shift));
  assert(xdesIsFree(entry, index) == free, "xdes: a page just marked reads as marked");
}

/** Address of the byte that holds the bit pair of page `index`; the unit to log. */
export function xdesBitByte(entry: usize, index: u32): usize {
  assert(index < 256, "xdes: an extent has at most 256 pages");
  return entry + XDES_BITMAP + (index * BITS_PER_PAGE) / 8;
}

function pairShift(index: u32): u32 {
  return (index * BITS_PER_PAGE) & 7;
}
