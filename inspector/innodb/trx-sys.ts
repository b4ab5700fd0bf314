// The transaction system page, page 5 of the system tablespace, as far as it says where the
// doublewrite areas are.
//
//   byte size − 200        190       186     182     178       174     170     166
//        │segment header   │magic    │block 1│block 2│magic    │block 1│block 2│magic of space ids
//
// A block is the first page of an area of one extent. Numbers that are not there are NO_BLOCK.
// Source: trx0sys.h of MySQL 5.7 and MariaDB.

import { loadU32 } from "../../engine/format/bytes";
import { pageType } from "../../engine/format/fil";
import { logicalSize } from "./shape";

export const TRX_SYS_PAGE_NO: u32 = 5;
const FIL_PAGE_TYPE_TRX_SYS: u32 = 7;
const NO_BLOCK: u32 = 0xffffffff;

/** Offsets from the end of the page. */
const DOUBLEWRITE: u32 = 200;
const MAGIC: u32 = 10;
const BLOCK_1: u32 = 14;
const BLOCK_2: u32 = 18;
const MAGIC_VALUE: u32 = 536853855;

/** First page of the first area, or NO_BLOCK. */
export function trxSysFirstBlock(page: usize): u32 {
  return hasAreas(page) ? loadU32(fieldAt(page, BLOCK_1)) : NO_BLOCK;
}

export function trxSysSecondBlock(page: usize): u32 {
  return hasAreas(page) ? loadU32(fieldAt(page, BLOCK_2)) : NO_BLOCK;
}

function hasAreas(page: usize): bool {
  if (pageType(page) != FIL_PAGE_TYPE_TRX_SYS) return false;
  return loadU32(fieldAt(page, MAGIC)) == MAGIC_VALUE;
}

function fieldAt(page: usize, offset: u32): usize {
  return page + logicalSize - DOUBLEWRITE + offset;
}
