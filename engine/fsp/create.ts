// The first pages of a new tablespace, built before the file is known to the log.

import { pageSize } from "../abi/config";
import { FIL_PAGE_TORNPROOF_DICT, initPage, stampChecksum } from "../format/fil";
import { initFspHeader, setFspFreeLimit } from "../format/fsp";
import { extentPages } from "../format/page-size";
import { DICT_FIRST_PAGE_NO, dictPages, initStorePage } from "../format/store-page";
import {
  initXdesEntry,
  setXdesState,
  XDES_FREE_FRAG,
  xdesEntry,
  xdesSetFree,
} from "../format/xdes";
import { SPACES_MAX } from "../limits";

/**
 * Builds page 0 at `frame` for a tablespace of `sizePages` pages whose first `usedPages` are used.
 * Requires: the first extent's descriptors fit page 0, that is sizePages <= pageSize.
 */
export function buildFspHeader(frame: usize, spaceId: u32, sizePages: u32, usedPages: u32): void {
  const extent = extentPages(pageSize);
  assert(sizePages <= pageSize, "fsp: page 0 describes every page of a new tablespace");
  assert(usedPages >= 1 && usedPages <= extent, "fsp: the first extent holds the used pages");
  initFspHeader(frame, pageSize, spaceId, sizePages);
  const extents = (sizePages + extent - 1) / extent;
  for (let i: u32 = 0; i < extents; i++)
    initXdesEntry(xdesEntry(frame, pageSize, i * extent), pageSize);
  setFspFreeLimit(frame, extents * extent);
  const first = xdesEntry(frame, pageSize, 0);
  for (let page: u32 = 0; page < usedPages; page++) xdesSetFree(first, page, false);
  setXdesState(first, XDES_FREE_FRAG);
  stampChecksum(frame, pageSize);
}

/** Pages of space 0 that are used from the start: header, store page, dictionary. */
export function systemPages(): u32 {
  return DICT_FIRST_PAGE_NO + dictPages(pageSize, SPACES_MAX);
}

/** Builds the system pages one after another at `at`. */
export function buildSystemPages(at: usize, sizePages: u32, uuid: u32): void {
  const count = systemPages();
  buildFspHeader(at, 0, sizePages, count);
  initStorePage(at + pageSize, pageSize, uuid);
  stampChecksum(at + pageSize, pageSize);
  for (let page = DICT_FIRST_PAGE_NO; page < count; page++) {
    const frame = at + page * pageSize;
    initPage(frame, pageSize, 0, page, FIL_PAGE_TORNPROOF_DICT);
    stampChecksum(frame, pageSize);
  }
}
