// A tablespace, page by page: is each one whole, in its place, of this tablespace?
//
//   verdict      what happens
//   whole        counted; then its page number and space id are compared with where it stands
//   empty        counted; never written
//   unverified   counted; carries no checksum
//   torn, corrupt, misplaced
//                damage, unless the extent descriptor says that the page is free
//
// The doublewrite areas of a system tablespace hold copies of other pages: copies.ts.

import { loadU32 } from "../engine/format/bytes";
import {
  FIL_PAGE_OFFSET,
  FIL_PAGE_PREV,
  FIL_PAGE_SPACE_ID,
  FIL_PAGE_TYPE_FSP_HDR,
  pageType,
} from "../engine/format/fil";
import { FSP_SPACE_FLAGS, fspFreeLimit, fspSize } from "../engine/format/fsp";
import { extentPages } from "../engine/format/page-size";
import { countPage, reportCensus, reportLsns } from "./census";
import { copiesDamaged, copiesEmpty, copiesUnverified, copiesWhole, takeCopy } from "./copies";
import { reportDamage } from "./damage";
import { forgetDescriptors, pageIsFree, reportExtents, takeDescriptors } from "./extents";
import { CORRUPT, EMPTY, hasSpaceId, judge, TORN, UNVERIFIED, WHOLE } from "./innodb/judge";
import { isFullCrc32, logicalSize, physicalSize } from "./innodb/shape";
import { verdictName } from "./names";
import { begin, count, end, flag, hex, size } from "./out";
import { window } from "./sandbox";
import { firstPage } from "./recognize";
import { TRX_SYS_PAGE_NO, trxSysFirstBlock, trxSysSecondBlock } from "./innodb/trx-sys";

const NO_AREA: u32 = 0xffffffff;
let filePages: u32 = 0;
let pagesWhole: u32 = 0;
let pagesEmpty: u32 = 0;
let pagesUnverified: u32 = 0;
let pagesTorn: u32 = 0;
let pagesCorrupt: u32 = 0;
let pagesMisplaced: u32 = 0;
let freeDamaged: u32 = 0;

let spaceIsKnown: bool = false;
let spaceId: u32 = 0;
let area1: u32 = NO_AREA;
let area2: u32 = NO_AREA;

/** Of page 0; all zero when it is damaged. */
let hasHeader: bool = false;
let headerSize: u32 = 0;
let headerLimit: u32 = 0;
let headerFlags: u32 = 0;
let serverVersion: u32 = 0;

/** Takes in the window, which starts at page `position` of the file. */
export function takePages(position: u32, pages: u32): void {
  for (let index: u32 = 0; index < pages; index++) {
    takePage(window + index * physicalSize, position + index);
  }
}

/** Pages of zeros that were passed before the file could be recognized. */
export function skipEmptyPages(pages: u32): void {
  pagesEmpty += pages;
}

export function setFilePages(pages: u32): void {
  filePages = pages;
}

function takePage(page: usize, position: u32): void {
  const pageNo = firstPage + position;
  if (isInArea(pageNo)) {
    takeCopy(page, position, <u64>position * physicalSize);
    return;
  }
  const isDescriptorPage = (pageNo & (physicalSize - 1)) == 0;
  const verdict = judge(page);
  if (verdict == WHOLE) takeWhole(page, position, isDescriptorPage);
  else {
    if (isDescriptorPage) forgetDescriptors();
    if (verdict == EMPTY) pagesEmpty++;
    else if (verdict == UNVERIFIED) takeUnverified(page, position);
    else takeDamaged(page, position, verdict);
  }
}

function takeWhole(page: usize, position: u32, isDescriptorPage: bool): void {
  const pageNo = firstPage + position;
  const space = hasSpaceId ? loadU32(page + FIL_PAGE_SPACE_ID) : spaceId;
  if (!spaceIsKnown && hasSpaceId) {
    spaceIsKnown = true;
    spaceId = space;
  }
  if (loadU32(page + FIL_PAGE_OFFSET) != pageNo || space != spaceId) {
    if (isDescriptorPage) forgetDescriptors();
    takeMisplaced(page, position);
    return;
  }
  pagesWhole++;
  countPage(page, position);
  if (isDescriptorPage) takeDescriptors(page, pageNo, firstPage + filePages);
  if (pageNo == 0 && pageType(page) == FIL_PAGE_TYPE_FSP_HDR) takeHeader(page);
  if (pageNo == TRX_SYS_PAGE_NO && space == 0) takeTrxSys(page);
}

function takeHeader(page: usize): void {
  hasHeader = true;
  headerSize = fspSize(page);
  headerLimit = fspFreeLimit(page);
  headerFlags = loadU32(page + FSP_SPACE_FLAGS);
  serverVersion = loadU32(page + FIL_PAGE_PREV);
}

function takeTrxSys(page: usize): void {
  area1 = trxSysFirstBlock(page);
  area2 = trxSysSecondBlock(page);
}

function isInArea(pageNo: u32): bool {
  const pages = extentPages(logicalSize);
  if (area1 != NO_AREA && pageNo >= area1 && pageNo - area1 < pages) return true;
  return area2 != NO_AREA && pageNo >= area2 && pageNo - area2 < pages;
}

function takeUnverified(page: usize, position: u32): void {
  pagesUnverified++;
  countPage(page, position);
}

function takeMisplaced(page: usize, position: u32): void {
  if (pageIsFree(firstPage + position)) {
    freeDamaged++;
    return;
  }
  pagesMisplaced++;
  reportDamage(page, position, <u64>position * physicalSize, "misplaced");
}

function takeDamaged(page: usize, position: u32, verdict: u32): void {
  if (pageIsFree(firstPage + position)) {
    freeDamaged++;
    return;
  }
  if (verdict == TORN) pagesTorn++;
  if (verdict == CORRUPT) pagesCorrupt++;
  reportDamage(page, position, <u64>position * physicalSize, verdictName(verdict));
}

/** Everything counted, at the end of the file. `trailing`: bytes behind the last whole page. */
export function reportPages(trailing: u32): void {
  reportCensus();
  begin("tablespace");
  count("first_page", firstPage);
  count("file_pages", filePages);
  size("trailing_bytes", trailing);
  flag("space_is_known", spaceIsKnown);
  count("space_id", spaceId);
  count("pages_whole", pagesWhole);
  count("pages_empty", pagesEmpty);
  count("pages_unverified", pagesUnverified);
  count("pages_torn", pagesTorn);
  count("pages_corrupt", pagesCorrupt);
  count("pages_misplaced", pagesMisplaced);
  count("pages_free_damaged", freeDamaged);
  count("copies_whole", copiesWhole);
  count("copies_damaged", copiesDamaged);
  count("copies_slots", copiesWhole + copiesDamaged + copiesEmpty + copiesUnverified);
  flag("has_copy_area", area1 != NO_AREA);
  flag("has_header", hasHeader);
  count("fsp_size", headerSize);
  count("free_limit", headerLimit);
  hex("flags", headerFlags);
  flag("is_full_crc32", isFullCrc32);
  count("server_version", serverVersion);
  reportExtents();
  reportLsns();
  end();
}
