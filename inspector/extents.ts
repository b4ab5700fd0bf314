// The extent descriptors met on the way: which pages are free, and how many extents in which state.
//
// A page that is free holds nothing, so what its bytes are does not matter. A descriptor page that
// does not verify is not believed: its pages count as used.

import { extentPages } from "../engine/format/page-size";
import {
  XDES_ARR_OFFSET,
  XDES_FSEG_FRAG,
  XDES_NOT_INITIALIZED,
  xdesIsFree,
  xdesSize,
  xdesState,
} from "../engine/format/xdes";
import { logicalSize, physicalSize } from "./innodb/shape";
import { count } from "./out";

/** Copy of the last descriptor page: one page describes as many pages as it has bytes. */
const descriptors: usize = memory.data(65536, 512);
let firstDescribed: u32 = 0;
let isKnown: bool = false;

/** States InnoDB knows, and one more for all others. */
const STATES: u32 = 7;
const extents: usize = memory.data(28, 8);
let used: u32 = 0;
let free: u32 = 0;

/** Takes over a descriptor page that verified; `filePages` bounds what is counted. */
export function takeDescriptors(page: usize, pageNo: u32, filePages: u32): void {
  memory.copy(descriptors, page, physicalSize);
  firstDescribed = pageNo;
  isKnown = true;
  const perExtent = extentPages(logicalSize);
  const end = min<u32>(pageNo + physicalSize, filePages);
  for (let first = pageNo; first < end; first += perExtent) {
    const entry = entryOf(first);
    const state = xdesState(entry);
    const slot = min<u32>(state, XDES_FSEG_FRAG + 1);
    store<u32>(extents + 4 * slot, load<u32>(extents + 4 * slot) + 1);
    if (state != XDES_NOT_INITIALIZED) countPages(entry, min<u32>(perExtent, end - first));
  }
}

/** A descriptor page that did not verify: nothing is known of the pages from here on. */
export function forgetDescriptors(): void {
  isKnown = false;
}

/** True when the descriptor of the page was seen, and says that the page is free. */
export function pageIsFree(pageNo: u32): bool {
  if (!isKnown || pageNo - firstDescribed >= physicalSize) return false;
  const entry = entryOf(pageNo);
  if (xdesState(entry) == XDES_NOT_INITIALIZED) return false;
  return xdesIsFree(entry, pageNo % extentPages(logicalSize));
}

/** Puts the counts into the line under way. */
export function reportExtents(): void {
  count("extents_not_initialized", load<u32>(extents));
  count("extents_free", load<u32>(extents, 4));
  count("extents_free_frag", load<u32>(extents, 8));
  count("extents_full_frag", load<u32>(extents, 12));
  count("extents_fseg", load<u32>(extents, 16));
  count("extents_fseg_frag", load<u32>(extents, 20));
  count("extents_unknown", load<u32>(extents, 24));
  count("pages_used", used);
  count("pages_free", free);
}

/** Descriptors of compressed pages have the size of the logical page, on pages of the physical. */
function entryOf(pageNo: u32): usize {
  const index = (pageNo - firstDescribed) / extentPages(logicalSize);
  return descriptors + XDES_ARR_OFFSET + index * xdesSize(logicalSize);
}

function countPages(entry: usize, pages: u32): void {
  for (let index: u32 = 0; index < pages; index++) {
    if (xdesIsFree(entry, index)) free++;
    else used++;
  }
}

if (STATES != XDES_FSEG_FRAG + 2) ERROR("extents: a counter for every state, and one more");
