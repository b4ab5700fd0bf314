// Doublewrite copies found on disk: for every page the newest valid one that the log can explain.
//
// A copy counts when its checksum and both LSN halves agree, its tablespace exists, and its LSN is
// not beyond the end of the log. Unlike MySQL, which takes the first copy in file order, whatever
// its age: a stale one would revert a committed change.
//
// Slot (24 bytes): space u32, page u32, lsn u64 (0 = empty), file u32, page index in the file u32.

import { COPY_SLOT_SIZE, copiesBase, copiesCapacity } from "../abi/arena";
import { DAMAGED, OK } from "../abi/status";
import { fail, WHAT_PAGE_LSN_AHEAD } from "../abi/failure";
import { forceRecovery, pageSize } from "../abi/config";
import { KIND_DBLWR } from "../abi/io";
import { checksumIsValid, lsnHalvesAgree, pageLsn, pageNo, spaceId } from "../format/fil";
import { SPACE_DROPPED, spaceFind } from "../fil/space";

function slot(index: u32): usize {
  assert(index < copiesCapacity, "recv: a copy slot is inside its table");
  return copiesBase + index * COPY_SLOT_SIZE;
}

/** Considers the page-sized piece at `frame`, read from `file` at page `index`. */
export function considerCopy(frame: usize, file: u32, index: u32, endLsn: u64): u32 {
  if (pageLsn(frame) == 0) return OK;
  if (!lsnHalvesAgree(frame, pageSize) || !checksumIsValid(frame, pageSize)) return OK;
  const space = spaceFind(spaceId(frame));
  if (space === null || space.state == SPACE_DROPPED) return OK;
  const lsn = pageLsn(frame);
  if (lsn > endLsn) {
    // Redo is durable before a copy is written: redo that once was there is missing.
    if (forceRecovery > 0) return OK;
    return fail(DAMAGED, WHAT_PAGE_LSN_AHEAD, KIND_DBLWR, file, index, endLsn, lsn);
  }
  keepNewest(spaceId(frame), pageNo(frame), lsn, file, index);
  return OK;
}

function keepNewest(space: u32, page: u32, lsn: u64, file: u32, index: u32): void {
  let i = (page * 0x9e3779b1 + space) & (copiesCapacity - 1);
  while (copyLsn(i) != 0 && (copySpace(i) != space || copyPage(i) != page)) {
    i = (i + 1) & (copiesCapacity - 1);
  }
  if (copyLsn(i) >= lsn) return;
  store<u32>(slot(i), space, 0);
  store<u32>(slot(i), page, 4);
  store<u64>(slot(i), lsn, 8);
  store<u32>(slot(i), file, 16);
  store<u32>(slot(i), index, 20);
}

export function copySpace(index: u32): u32 {
  return load<u32>(slot(index), 0);
}

export function copyPage(index: u32): u32 {
  return load<u32>(slot(index), 4);
}

/** 0 when the slot is empty. */
export function copyLsn(index: u32): u64 {
  return load<u64>(slot(index), 8);
}

export function copyFile(index: u32): u32 {
  return load<u32>(slot(index), 16);
}

/** Position of the copy in its file, in pages. */
export function copyIndex(index: u32): u32 {
  return load<u32>(slot(index), 20);
}
