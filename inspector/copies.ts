// Doublewrite copies: pages that stand where they do not belong, on purpose. A doublewrite file is
// nothing but copies; MariaDB and old MySQL keep them in two areas of the system tablespace.
//
// A copy may come from a tablespace of another shape than its neighbor: each is judged under all.

import { loadU32 } from "../engine/format/bytes";
import { FIL_PAGE_OFFSET, FIL_PAGE_SPACE_ID, pageLsn, pageType } from "../engine/format/fil";
import {
  EMPTY,
  isPageCompressedType,
  isZipImage,
  judge,
  TORN,
  UNVERIFIED,
  WHOLE,
} from "./innodb/judge";
import { isFullCrc32, isZip, logicalSize, physicalSize, setShape } from "./innodb/shape";
import { begin, count, end, size, wide } from "./out";

/** Copies listed one by one; more are only counted. */
const LISTED_MAX: u32 = 20000;

export let copiesWhole: u32 = 0;
export let copiesDamaged: u32 = 0;
export let copiesEmpty: u32 = 0;
export let copiesUnverified: u32 = 0;
let listed: u32 = 0;

/** Judges and counts the copy at `page`, and lists it when it is whole; returns the verdict. */
export function takeCopy(page: usize, slot: u32, offset: u64): u32 {
  const verdict = judgeCopy(page);
  if (verdict == WHOLE) {
    copiesWhole++;
    listCopy(page, slot, offset);
  } else if (verdict == EMPTY) copiesEmpty++;
  else if (verdict == UNVERIFIED) copiesUnverified++;
  else copiesDamaged++;
  return verdict;
}

/** Judges under the file's shape first, then under all others; the shape is the same afterwards. */
export function judgeCopy(page: usize): u32 {
  const first = judge(page);
  if (first == WHOLE || first == EMPTY || first == UNVERIFIED) return first;
  // Behind a page that is smaller than the logical size stands another page, or nothing.
  if (isZip()) return first;
  const full = isFullCrc32;
  setShape(logicalSize, logicalSize, !full);
  const second = judge(page);
  setShape(logicalSize, logicalSize, full);
  if (second == WHOLE || isPaddedZip(page)) return WHOLE;
  // Whether the tablespace it comes from is page-compressed is not known here.
  if (isPageCompressedType(pageType(page))) return UNVERIFIED;
  // The fields the caller reports must be those of the file's own shape.
  const own = judge(page);
  return own == TORN || second == TORN ? TORN : own;
}

function isPaddedZip(page: usize): bool {
  for (let bytes: u32 = 1024; bytes < physicalSize; bytes <<= 1) {
    if (isZipImage(page, bytes)) return true;
  }
  return false;
}

function listCopy(page: usize, slot: u32, offset: u64): void {
  if (listed == LISTED_MAX) return;
  listed++;
  begin("copy");
  count("slot", slot);
  size("offset", offset);
  count("space_id", loadU32(page + FIL_PAGE_SPACE_ID));
  count("page_no", loadU32(page + FIL_PAGE_OFFSET));
  wide("lsn", pageLsn(page));
  end();
}
