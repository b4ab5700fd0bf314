// What is this file? Decided by what it holds, never by its name.
//
//   redo         the file header: a known format with a checksum that fits, or blocks that verify
//   detect-only  records of 8192 bytes with a type, a length and a checksum that fit
//   pages        page 0's flags give the page size; without it, every size votes with the pages
//                that verify under it. Pages at their own places make a tablespace, pages at
//                places of others make a doublewrite file.

import { loadU16, loadU32 } from "../engine/format/bytes";
import { batchIsValid, BDBLWR_BLOCK_SIZE } from "../engine/format/dblwr";
import {
  FIL_PAGE_OFFSET,
  FIL_PAGE_SPACE_ID,
  FIL_PAGE_TYPE,
  FIL_PAGE_TYPE_FSP_HDR,
} from "../engine/format/fil";
import { FSP_SPACE_FLAGS } from "../engine/format/fsp";
import { blockChecksumIsValid, blockIsZero } from "../engine/format/log-block";
import {
  LOG_FILE_HDR_SIZE,
  LOG_HEADER_FORMAT_TORNPROOF,
  OS_FILE_LOG_BLOCK_SIZE,
} from "../engine/format/log-file";
import { PAGE_SIZE_MAX, PAGE_SIZE_MIN } from "../engine/format/page-size";
import { EMPTY, isZipImage, judge, WHOLE } from "./innodb/judge";
import { logicalSize, physicalSize, setShape, setShapeFromFlags } from "./innodb/shape";
import { window, windowBytes } from "./sandbox";

export const KIND_UNKNOWN: u32 = 0;
export const KIND_TABLESPACE: u32 = 1;
export const KIND_DOUBLEWRITE: u32 = 2;
export const KIND_DETECT_ONLY: u32 = 3;
export const KIND_REDO: u32 = 4;
export const KIND_MARIADB_REDO: u32 = 5;

/** MariaDB 10.8 and later: "Phys". */
export const FORMAT_MARIADB: u32 = 0x50687973;
/** InnoDB counts its redo formats from 0; 6 is MySQL 8.0.30's. */
export const FORMAT_INNODB_MAX: u32 = 6;

/** Pages that vote, at most: enough to outweigh stray matches, few enough to be quick. */
const VOTERS_MAX: u32 = 64;
/** The first file of a system tablespace holds its own pages at least up to this one. */
const LATER_FILE_MIN: u32 = 64;
/** Pages in a row that make a later file of it believable. */
const LATER_FILE_WHOLE_MIN: u32 = 8;

/** Number of the first page of the file: not 0 in a later file of a system tablespace. */
export let firstPage: u32 = 0;
/** The page size was taken from page 0 and not found by trying. */
export let isFromFlags: bool = false;

let whole: u32 = 0;
let placed: u32 = 0;

/** Returns the kind of the file whose first bytes, or first that are not zero, are the window. */
export function recognize(isAtStart: bool): u32 {
  firstPage = 0;
  isFromFlags = false;
  if (isAtStart) {
    const redo = redoKind();
    if (redo != KIND_UNKNOWN) return redo;
  }
  if (holdsDetectRecord()) return KIND_DETECT_ONLY;
  return pagesKind(isAtStart);
}

function redoKind(): u32 {
  if (windowBytes < OS_FILE_LOG_BLOCK_SIZE) return KIND_UNKNOWN;
  const format = loadU32(window);
  if (format == LOG_HEADER_FORMAT_TORNPROOF) return KIND_REDO;
  if (format == FORMAT_MARIADB) return KIND_MARIADB_REDO;
  if (format <= FORMAT_INNODB_MAX && !blockIsZero(window) && blockChecksumIsValid(window)) {
    return KIND_REDO;
  }
  return blocksVerify() ? KIND_REDO : KIND_UNKNOWN;
}

/** True when some block behind the header is a log block: the header itself may be damaged. */
function blocksVerify(): bool {
  const last = min<u32>(windowBytes, LOG_FILE_HDR_SIZE + VOTERS_MAX * OS_FILE_LOG_BLOCK_SIZE);
  for (let at = LOG_FILE_HDR_SIZE; at + OS_FILE_LOG_BLOCK_SIZE <= last; at += 512) {
    const length = loadU16(window + at + 4) & 0x7fff;
    const isFilled = length >= 12 && length <= OS_FILE_LOG_BLOCK_SIZE;
    if (isFilled && blockChecksumIsValid(window + at)) return true;
  }
  return false;
}

function holdsDetectRecord(): bool {
  for (let at: u32 = 0; at + BDBLWR_BLOCK_SIZE <= windowBytes; at += BDBLWR_BLOCK_SIZE) {
    if (at > VOTERS_MAX * BDBLWR_BLOCK_SIZE) return false;
    if (batchIsValid(window + at)) return true;
  }
  return false;
}

function pagesKind(isAtStart: bool): u32 {
  if (isAtStart && flagsFit()) {
    isFromFlags = true;
    vote();
    // A doublewrite file can start with the copy of a page 0.
    return whole - placed > placed ? KIND_DOUBLEWRITE : KIND_TABLESPACE;
  }
  if (!findShape()) return isAtStart && headerIsLikely() ? KIND_TABLESPACE : KIND_UNKNOWN;
  if (placed * 2 >= whole) return KIND_TABLESPACE;
  return findFirstPage() ? KIND_TABLESPACE : KIND_DOUBLEWRITE;
}

/** True when page 0 is a header whose flags give a shape under which it verifies. */
function flagsFit(): bool {
  return headerIsLikely() && judge(window) == WHOLE;
}

function headerIsLikely(): bool {
  if (windowBytes < 1024 || loadU16(window + FIL_PAGE_TYPE) != FIL_PAGE_TYPE_FSP_HDR) return false;
  if (loadU32(window + FIL_PAGE_OFFSET) != 0) return false;
  if (!setShapeFromFlags(loadU32(window + FSP_SPACE_FLAGS))) return false;
  return physicalSize <= windowBytes;
}

/** Tries every shape; true, and the best one is set, when any page verified. */
function findShape(): bool {
  let bestWhole: u32 = 0;
  let bestPlaced: u32 = 0;
  let bestLogical: u32 = 0;
  let bestPhysical: u32 = 0;
  let bestFull: bool = false;
  for (let size = PAGE_SIZE_MAX; size >= 1024; size >>= 1) {
    for (let full: u32 = 0; full < 2; full++) {
      const isZip = size < PAGE_SIZE_MIN;
      if (isZip && full == 1) continue;
      setShape(isZip ? 16384 : size, size, full == 1);
      vote();
      if (whole <= bestWhole) continue;
      bestWhole = whole;
      bestPlaced = placed;
      bestLogical = logicalSize;
      bestPhysical = size;
      bestFull = full == 1;
    }
  }
  if (bestWhole == 0) return false;
  setShape(bestLogical, bestPhysical, bestFull);
  whole = bestWhole;
  placed = bestPlaced;
  return true;
}

/** Counts pages that verify under the shape, and those of them that stand at their own places. */
function vote(): void {
  whole = 0;
  placed = 0;
  let voters: u32 = 0;
  for (let at: u32 = 0; at + physicalSize <= windowBytes && voters < VOTERS_MAX;) {
    const verdict = judge(window + at);
    if (verdict != EMPTY) voters++;
    if (verdict == WHOLE || (verdict != EMPTY && isPaddedZip(window + at))) {
      whole++;
      if (loadU32(window + at + FIL_PAGE_OFFSET) == at / physicalSize) placed++;
    }
    at += physicalSize;
  }
}

function isPaddedZip(page: usize): bool {
  for (let size: u32 = 1024; size < physicalSize; size <<= 1) {
    if (isZipImage(page, size)) return true;
  }
  return false;
}

/**
 * True when every page is numbered on from a first one: a later file of a system tablespace. A
 * doublewrite file may hold runs of neighbors too, but of many spaces, and soon of other numbers.
 */
function findFirstPage(): bool {
  const candidate = loadU32(window + FIL_PAGE_OFFSET);
  if (candidate < LATER_FILE_MIN) return false;
  let following: u32 = 0;
  for (let index: u32 = 0; index < VOTERS_MAX; index++) {
    const page = window + index * physicalSize;
    if ((index + 1) * physicalSize > windowBytes) break;
    if (judge(page) != WHOLE) continue;
    if (loadU32(page + FIL_PAGE_OFFSET) != candidate + index) return false;
    if (loadU32(page + FIL_PAGE_SPACE_ID) != 0) return false;
    following++;
  }
  if (following < LATER_FILE_WHOLE_MIN) return false;
  firstPage = candidate;
  return true;
}
