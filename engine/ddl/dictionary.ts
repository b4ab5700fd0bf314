// The dictionary in memory: every dictionary page is read when it is needed, and entries are found
// by name or by space id. Changes go through a mini-transaction like those of any other page.
//
// Invariant: a new entry takes the first empty place, so behind a page that was never changed (page
// LSN 0) every entry is empty, and no search looks there.

import { pageSize } from "../abi/config";
import { OK, PENDING } from "../abi/status";
import { ControlBlock, frameOf } from "../buf/control-block";
import { bufFix, bufUnfix, fixStatus } from "../buf/pool";
import { DICT_ENTRY_NAME, DICT_FIRST_PAGE_NO, dictEntriesPerPage } from "../format/store-page";
import { dictEntry, dictPages, entryNameLength, entrySpaceId } from "../format/store-page";
import { pageLsn } from "../format/fil";
import { SPACES_MAX } from "../limits";

/** Why the last call had no answer yet, or OK. */
export let dictStatus: u32 = OK;
/** Where the last search ended: page number in space 0, and entry in the page. */
export let foundPage: u32 = 0;
export let foundIndex: u32 = 0;
export let foundSpaceId: u32 = 0;

export function dictPagesCount(): u32 {
  return dictPages(pageSize, SPACES_MAX);
}

/** Fixes dictionary page `i`, or returns null with dictStatus set. */
function fixPage(i: u32): ControlBlock | null {
  const block = bufFix(0, DICT_FIRST_PAGE_NO + i);
  dictStatus = block === null ? fixStatus : OK;
  return block;
}

function nameEquals(entry: usize, name: usize, length: u32): bool {
  if (entryNameLength(entry) != length) return false;
  return memory.compare(entry + DICT_ENTRY_NAME, name, length) == 0;
}

/** Pages that a search under way has seen: it goes on there, so that it ends in any pool. */
let searched: u32 = 0;

/**
 * Looks for a name; with length 0 for the first empty entry. False with dictStatus OK: not there;
 * with PENDING: ask again for the same after the next poll.
 */
export function dictFind(name: usize, length: u32): bool {
  while (searched < dictPagesCount()) {
    const block = fixPage(searched);
    if (block === null) {
      if (dictStatus != PENDING) searched = 0;
      return false;
    }
    const found = findInPage(frameOf(block), name, length);
    const isLast = pageLsn(frameOf(block)) == 0;
    bufUnfix(block);
    if (found) {
      foundPage = DICT_FIRST_PAGE_NO + searched;
      searched = 0;
      return true;
    }
    if (isLast) break;
    searched++;
  }
  searched = 0;
  return false;
}

function findInPage(frame: usize, name: usize, length: u32): bool {
  const count = dictEntriesPerPage(pageSize);
  for (let e: u32 = 0; e < count; e++) {
    const entry = dictEntry(frame, e);
    const id = entrySpaceId(entry);
    const isIt = length == 0 ? id == 0 : id != 0 && nameEquals(entry, name, length);
    if (!isIt) continue;
    foundIndex = e;
    foundSpaceId = id;
    return true;
  }
  return false;
}

/**
 * Entry number `n` of the whole dictionary: its space id, or 0 when it is empty; the name is copied
 * to `nameAt` (64 bytes) and its length left in `listedLength`. dictStatus tells about the read.
 */
export function dictList(n: u32, nameAt: usize): u32 {
  const perPage = dictEntriesPerPage(pageSize);
  listedLength = 0;
  const block = fixPage(n / perPage);
  if (block === null) return 0;
  const entry = dictEntry(frameOf(block), n % perPage);
  const id = entrySpaceId(entry);
  listedBehindEnd = pageLsn(frameOf(block)) == 0;
  listedLength = entryNameLength(entry);
  memory.copy(nameAt, entry + DICT_ENTRY_NAME, 64);
  bufUnfix(block);
  return id;
}

export let listedLength: u32 = 0;
/** No entry stands at or behind the one last asked for. */
export let listedBehindEnd: bool = false;

/** Entries dictList can be asked for. */
export function dictCapacity(): u32 {
  return dictPagesCount() * dictEntriesPerPage(pageSize);
}
