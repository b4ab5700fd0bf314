// Bodies of pages, by type: FSP header, extent descriptors, index header, transaction system page,
// and our own store and dictionary pages.

import { loadU32, loadU64 } from "../engine/format/bytes";
import {
  FSP_FREE,
  FSP_FREE_FRAG,
  FSP_FRAG_N_USED,
  FSP_FREE_LIMIT,
  FSP_FULL_FRAG,
  FSP_NOT_USED,
  FSP_SEG_ID,
  FSP_SEG_INODES_FREE,
  FSP_SEG_INODES_FULL,
  FSP_SIZE,
  FSP_SPACE_FLAGS,
  FSP_SPACE_ID,
} from "../engine/format/fsp";
import { extentPages } from "../engine/format/page-size";
import {
  DICT_ENTRIES,
  DICT_ENTRY_NAME,
  DICT_ENTRY_SIZE,
  dictEntriesPerPage,
  dictEntry,
  DICT_NAME_MAX,
  entryNameLength,
  entrySpaceId,
  STORE_MAGIC,
  STORE_NEXT_SPACE_ID,
  STORE_PAGE_SIZE,
  STORE_UUID,
  STORE_VERSION,
} from "../engine/format/store-page";
import {
  XDES_ARR_OFFSET,
  XDES_ID,
  XDES_NOT_INITIALIZED,
  xdesIsFree,
  xdesSize,
  xdesState,
} from "../engine/format/xdes";
import { bytes, hexNumber, letters, list, number } from "./fields";
import { logicalSize, physicalSize } from "./innodb/shape";
import { trxSysFirstBlock } from "./innodb/trx-sys";
import { extentStateName } from "./names";
import { begin, count, end, endText, fileText, letter, startText, text, wide } from "./out";
import { window } from "./sandbox";

const USED: u32 = 0x23;
const FREE: u32 = 0x2e;

export function describeFspHeader(): void {
  number(<u32>FSP_SPACE_ID, 4, "fsp_space_id");
  bytes(<u32>FSP_NOT_USED, 4, "unused");
  number(<u32>FSP_SIZE, 4, "size", "pages");
  number(<u32>FSP_FREE_LIMIT, 4, "free_limit", "pages");
  hexNumber(<u32>FSP_SPACE_FLAGS, "flags");
  number(<u32>FSP_FRAG_N_USED, 4, "frag_used");
  list(<u32>FSP_FREE, "free");
  list(<u32>FSP_FREE_FRAG, "free_frag");
  list(<u32>FSP_FULL_FRAG, "full_frag");
  number(<u32>FSP_SEG_ID, 8, "next_segment_id");
  list(<u32>FSP_SEG_INODES_FULL, "seg_inodes_full");
  list(<u32>FSP_SEG_INODES_FREE, "seg_inodes_free");
}

/** One line per extent that was ever used; `#` is a used page, `.` a free one. */
export function describeExtents(): void {
  const pages = extentPages(logicalSize);
  const size = xdesSize(logicalSize);
  const first = loadU32(window + 4);
  for (let index: u32 = 0; index < physicalSize / pages; index++) {
    const at = <u32>XDES_ARR_OFFSET + index * size;
    if (at + size + 8 > physicalSize) return;
    if (xdesState(window + at) == XDES_NOT_INITIALIZED) continue;
    describeExtent(at, index, first + index * pages, pages);
  }
}

function describeExtent(at: u32, index: u32, firstPage: u32, pages: u32): void {
  const entry = window + at;
  begin("extent");
  count("at", at);
  count("size", xdesSize(logicalSize));
  count("index", index);
  count("first_page", firstPage);
  count("pages", pages);
  text("state", extentStateName(xdesState(entry)));
  wide("segment_id", loadU64(entry + XDES_ID));
  startText("bitmap");
  for (let page: u32 = 0; page < pages; page++) letter(xdesIsFree(entry, page) ? FREE : USED);
  endText();
  end();
}

/** The header of a B-tree page. Source: page0types.h. */
export function describeIndexHeader(): void {
  number(38, 2, "n_dir_slots");
  number(40, 2, "heap_top");
  number(42, 2, "n_heap", "bit 15: compact records");
  number(44, 2, "free");
  number(46, 2, "garbage");
  number(48, 2, "last_insert");
  number(50, 2, "direction");
  number(52, 2, "n_direction");
  number(54, 2, "n_recs");
  number(56, 8, "max_trx_id");
  number(64, 2, "level", loadU32(window + 64) >> 16 == 0 ? "leaf" : "");
  number(66, 8, "index_id");
  bytes(74, 20, "segment_headers");
  bytes(94, physicalSize - 102, "records");
}

export function describeTrxSys(): void {
  const at = physicalSize - 200;
  bytes(38, at - 38, "transaction_system");
  if (trxSysFirstBlock(window) == 0xffffffff) return;
  bytes(at, 10, "doublewrite_segment");
  number(at + 10, 4, "doublewrite_magic");
  number(at + 14, 4, "doublewrite_block_1", "first page of the area");
  number(at + 18, 4, "doublewrite_block_2", "first page of the area");
  number(at + 22, 4, "doublewrite_magic_again");
  number(at + 26, 4, "doublewrite_block_1_again");
  number(at + 30, 4, "doublewrite_block_2_again");
}

export function describeStorePage(): void {
  letters(<u32>STORE_MAGIC, 16, "magic");
  number(<u32>STORE_VERSION, 4, "version");
  number(<u32>STORE_PAGE_SIZE, 4, "page_size");
  hexNumber(<u32>STORE_UUID, "uuid");
  number(<u32>STORE_NEXT_SPACE_ID, 4, "next_space_id");
}

export function describeDictionary(): void {
  if (physicalSize != logicalSize) return;
  for (let index: u32 = 0; index < dictEntriesPerPage(logicalSize); index++) {
    const entry = dictEntry(window, index);
    if (entrySpaceId(entry) == 0) continue;
    begin("dictionary-entry");
    count("at", <u32>DICT_ENTRIES + index * DICT_ENTRY_SIZE);
    count("size", DICT_ENTRY_SIZE);
    count("space_id", entrySpaceId(entry));
    fileText("name", entry + DICT_ENTRY_NAME, min<u32>(entryNameLength(entry), DICT_NAME_MAX));
    end();
  }
}
