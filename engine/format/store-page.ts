// The store page (page 1 of space 0) and the dictionary pages (from page 2 of space 0 on).
//
//   store page       byte 38                54         58           62     66
//                         │ magic (16 bytes) │ version  │ page_size  │ uuid │ next_space_id │ zero
//
//   dictionary page  byte 38     54
//                         │ zero  │ entry 0: 80 bytes │ entry 1 │ …
//   entry            byte 0         4       6             8            72     80
//                        │ space_id │ flags │ name_length │ name (64)  │ zero │   space_id 0: empty
//
// Integers are big-endian. Spec: docs/format.md, "Store page and dictionary".

import { loadU16, loadU32, loadU64, storeU16, storeU32, storeU64 } from "./bytes";
import { FIL_PAGE_DATA, FIL_PAGE_DATA_END, FIL_PAGE_TORNPROOF_STORE, initPage } from "./fil";

export const STORE_MAGIC: usize = 38;
export const STORE_VERSION: usize = 54;
export const STORE_PAGE_SIZE: usize = 58;
export const STORE_UUID: usize = 62;
export const STORE_NEXT_SPACE_ID: usize = 66;

export const DICT_ENTRIES: usize = 54;
export const DICT_ENTRY_SPACE_ID: usize = 0;
export const DICT_ENTRY_FLAGS: usize = 4;
export const DICT_ENTRY_NAME_LENGTH: usize = 6;
export const DICT_ENTRY_NAME: usize = 8;
export const DICT_ENTRY_SIZE: u32 = 80;
export const DICT_NAME_MAX: u32 = 64;

export const STORE_PAGE_NO: u32 = 1;
export const DICT_FIRST_PAGE_NO: u32 = 2;
export const FORMAT_VERSION: u32 = 1;

/** "TORNPROO" and "F STORE\n". */
const MAGIC_1: u64 = 0x544f524e50524f4f;
const MAGIC_2: u64 = 0x462053544f52450a;

if (STORE_MAGIC != FIL_PAGE_DATA) ERROR("store page: the magic starts the body");
if (DICT_ENTRY_NAME + DICT_NAME_MAX + 8 != DICT_ENTRY_SIZE) ERROR("dictionary: entry layout");

/** Dictionary entries of one page. */
export function dictEntriesPerPage(pageSize: u32): u32 {
  return (pageSize - <u32>DICT_ENTRIES - <u32>FIL_PAGE_DATA_END) / DICT_ENTRY_SIZE;
}

/** Dictionary pages that hold `entries`. */
export function dictPages(pageSize: u32, entries: u32): u32 {
  const perPage = dictEntriesPerPage(pageSize);
  return (entries + perPage - 1) / perPage;
}

/** Makes the frame the store page of a new store. */
export function initStorePage(frame: usize, pageSize: u32, uuid: u32): void {
  initPage(frame, pageSize, 0, STORE_PAGE_NO, FIL_PAGE_TORNPROOF_STORE);
  storeU64(frame + STORE_MAGIC, MAGIC_1);
  storeU64(frame + STORE_MAGIC + 8, MAGIC_2);
  storeU32(frame + STORE_VERSION, FORMAT_VERSION);
  storeU32(frame + STORE_PAGE_SIZE, pageSize);
  storeU32(frame + STORE_UUID, uuid);
  storeU32(frame + STORE_NEXT_SPACE_ID, 1);
}

export function storeMagicIsOurs(frame: usize): bool {
  return loadU64(frame + STORE_MAGIC) == MAGIC_1 && loadU64(frame + STORE_MAGIC + 8) == MAGIC_2;
}

export function storeVersion(frame: usize): u32 {
  return loadU32(frame + STORE_VERSION);
}

/** Drawn when the store was created; the redo log carries the same. */
export function storeUuidOf(frame: usize): u32 {
  return loadU32(frame + STORE_UUID);
}

export function storeNextSpaceId(frame: usize): u32 {
  return loadU32(frame + STORE_NEXT_SPACE_ID);
}

export function setStoreNextSpaceId(frame: usize, id: u32): void {
  storeU32(frame + STORE_NEXT_SPACE_ID, id);
}

/** Address of entry `index` of a dictionary page. */
export function dictEntry(frame: usize, index: u32): usize {
  return frame + DICT_ENTRIES + index * DICT_ENTRY_SIZE;
}

export function entrySpaceId(entry: usize): u32 {
  return loadU32(entry + DICT_ENTRY_SPACE_ID);
}

export function entryNameLength(entry: usize): u32 {
  return loadU16(entry + DICT_ENTRY_NAME_LENGTH);
}

/** Fills an entry; `nameLength` is 1 to 64 bytes at `name`. */
export function writeEntry(entry: usize, spaceId: u32, name: usize, nameLength: u32): void {
  assert(nameLength >= 1 && nameLength <= DICT_NAME_MAX, "dictionary: a name has 1 to 64 bytes");
  memory.fill(entry, 0, DICT_ENTRY_SIZE);
  storeU32(entry + DICT_ENTRY_SPACE_ID, spaceId);
  storeU16(entry + DICT_ENTRY_NAME_LENGTH, nameLength);
  memory.copy(entry + DICT_ENTRY_NAME, name, nameLength);
}
