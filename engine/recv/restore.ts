// Restores pages from their doublewrite copies, whether redo mentions them or not.
//
//   LOAD     every doublewrite file is read, copies are considered (copies.ts)
//   PAGE     the page of a copy is read from its tablespace and judged
//   COPY     it is bad: the copy is read again
//   REPAIR   and written over the page
//   SYNC     every tablespace touched is synced
//
// The doublewrite files stay as they are, so a crash in here is repaired by running it again.

import * as counters from "../abi/counters";
import { copiesCapacity, DETECT_BLOCK_SIZE, logStagingBase } from "../abi/arena";
import { forceRecovery, pageShift, pageSize } from "../abi/config";
import { fail, failIo, WHAT_PAGE_DETECTED, WHAT_PAGE_LSN_AHEAD } from "../abi/failure";
import { poison, WHAT_PAGE_ZERO } from "../abi/failure";
import { AT_RECOVERY, KIND_BDBLWR, KIND_DATA, KIND_DBLWR, OP_READ, OP_SYNC } from "../abi/io";
import { OP_WRITE } from "../abi/io";
import { OWNER_RECV, pushRequest, tagOf } from "../abi/ring";
import { DAMAGED, OK, READ_FAILED } from "../abi/status";
import { verifyFound, verifyPage } from "../buf/verify";
import { batchIsValid, entryCount, entryLsn, entryPage, entrySpace } from "../format/dblwr";
import { loadU64 } from "../format/bytes";
import { FIL_PAGE_LSN } from "../format/fil";
import { dblwrFileSize } from "../fil/found-files";
import { SPACE_DROPPED, spaceAt, spaceFind, spaceGet, spacesEnd } from "../fil/space";
import { BATCHES_MAX, LOG_WRITE_MAX } from "../limits";
import { considerCopy, copyFile, copyIndex, copyLsn, copyPage, copySpace } from "./copies";

const ENODATA: i32 = -61;
const LOAD: u32 = 0;
const PAGE: u32 = 1;
const COPY: u32 = 2;
const REPAIR: u32 = 3;
const SYNC: u32 = 4;
const DETECT_LOAD: u32 = 5;
const DETECT_PAGE: u32 = 6;
export const RESTORE_DONE: u32 = 7;

export let restoreState: u32 = LOAD;
export let restoreStatus: u32 = OK;

let endLsn: u64 = 0;
let checkpoint: u64 = 0;
let file: u32 = 0;
let offset: u64 = 0;
let length: u32 = 0;
let entry: u32 = 0;
let syncsLeft: u32 = 0;
/** What was read last; page 0xffffffff where it is not one page of a tablespace. */
let readKind: u32 = 0;
let readId: u32 = 0;
let readPage: u32 = 0;

/** Where a page under judgment, and its copy, are read to. */
function pageAt(): usize {
  return logStagingBase;
}

function copyAt(): usize {
  return logStagingBase + pageSize;
}

/** Starts; `from` is the checkpoint, `end` the end of the log. */
export function restoreStart(from: u64, end: u64): void {
  checkpoint = from;
  endLsn = end;
  file = 0;
  offset = 0;
  restoreStatus = OK;
  restoreState = LOAD;
  loadNext();
}

function read(kind: u32, id: u32, at: u64, address: usize, size: u32): void {
  readKind = kind;
  readId = id;
  readPage = kind == KIND_DATA ? <u32>(at >> pageShift) : 0xffffffff;
  const tag = tagOf(OWNER_RECV, 0);
  pushRequest(OP_READ, kind, AT_RECOVERY, 0, id, at, address, size, tag);
}

function loadNext(): void {
  while (file < BATCHES_MAX) {
    const size = dblwrFileSize(KIND_DBLWR, file) & ~(<u64>pageSize - 1);
    if (offset < size) {
      length = <u32>min<u64>(LOG_WRITE_MAX, size - offset);
      return read(KIND_DBLWR, file, offset, logStagingBase, length);
    }
    file++;
    offset = 0;
  }
  entry = 0;
  restoreState = PAGE;
  judgeNext();
}

function loaded(): void {
  for (let at: u32 = 0; at < length; at += pageSize) {
    const index = <u32>((offset + at) >> pageShift);
    restoreStatus = considerCopy(logStagingBase + at, file, index, endLsn);
    if (restoreStatus != OK) return;
  }
  offset += length;
  loadNext();
}

/** Reads the page of the next copy. */
function judgeNext(): void {
  while (entry < copiesCapacity && copyLsn(entry) == 0) entry++;
  if (entry == copiesCapacity) return syncTouched();
  const at = (<u64>copyPage(entry)) << pageShift;
  restoreState = PAGE;
  read(KIND_DATA, copySpace(entry), at, pageAt(), pageSize);
}

function judged(result: i32): void {
  const isMissing = result == ENODATA;
  if (!isMissing) {
    const reason = verifyPage(pageAt(), copySpace(entry), copyPage(entry), false, endLsn);
    if (reason == WHAT_PAGE_LSN_AHEAD && forceRecovery == 0) {
      const page = copyPage(entry);
      const found = verifyFound;
      restoreStatus = fail(DAMAGED, reason, KIND_DATA, copySpace(entry), page, endLsn, found);
      return;
    }
    if (reason == 0 || reason == WHAT_PAGE_LSN_AHEAD || !copyFits()) return next();
  } else if (copyLsn(entry) <= checkpoint) {
    return next();
  }
  restoreState = COPY;
  const at = (<u64>copyIndex(entry)) << pageShift;
  read(KIND_DBLWR, copyFile(entry), at, copyAt(), pageSize);
}

/**
 * A copy above the checkpoint was made since, and redo explains the rest. An older one may only be
 * used when the damaged page still names the very same version.
 */
function copyFits(): bool {
  return copyLsn(entry) > checkpoint || loadU64(pageAt() + FIL_PAGE_LSN) == copyLsn(entry);
}

function next(): void {
  entry++;
  judgeNext();
}

function repair(): void {
  const space = spaceGet(copySpace(entry));
  space.writes++;
  space.filePages = max(space.filePages, copyPage(entry) + 1);
  counters.count(counters.RECV_PAGES_RESTORED);
  restoreState = REPAIR;
  const at = (<u64>copyPage(entry)) << pageShift;
  const tag = tagOf(OWNER_RECV, 0);
  pushRequest(OP_WRITE, KIND_DATA, AT_RECOVERY, 0, space.id, at, copyAt(), pageSize, tag);
}

function syncTouched(): void {
  restoreState = SYNC;
  syncsLeft = 0;
  for (let i: u32 = 0; i < spacesEnd; i++) {
    const space = spaceAt(i);
    if (space.writes == 0) continue;
    space.writes = 0;
    syncsLeft++;
    pushRequest(OP_SYNC, KIND_DATA, AT_RECOVERY, 0, space.id, 0, 0, 0, tagOf(OWNER_RECV, 0));
  }
  if (syncsLeft == 0) detectLoad();
}

function detectLoad(): void {
  offset = 0;
  restoreState = DETECT_LOAD;
  detectNextBlock();
}

function detectNextBlock(): void {
  if (offset + DETECT_BLOCK_SIZE > dblwrFileSize(KIND_BDBLWR, 0)) {
    restoreState = RESTORE_DONE;
    return;
  }
  restoreState = DETECT_LOAD;
  read(KIND_BDBLWR, 0, offset, detectAt(), DETECT_BLOCK_SIZE);
}

function detectAt(): usize {
  return logStagingBase + pageSize;
}

/**
 * Reads the next page that a record block names; a damaged one is refused, nothing can repair it.
 */
function detectNextPage(): void {
  while (entry < entryCount(detectAt())) {
    const space = spaceFind(entrySpace(detectAt(), entry));
    const lsn = entryLsn(detectAt(), entry);
    if (space !== null && space.state != SPACE_DROPPED && lsn > checkpoint && lsn <= endLsn) {
      restoreState = DETECT_PAGE;
      const at = (<u64>entryPage(detectAt(), entry)) << pageShift;
      return read(KIND_DATA, space.id, at, pageAt(), pageSize);
    }
    entry++;
  }
  offset += DETECT_BLOCK_SIZE;
  detectNextBlock();
}

function detectJudged(): void {
  const space = entrySpace(detectAt(), entry);
  const page = entryPage(detectAt(), entry);
  const reason = verifyPage(pageAt(), space, page, false, endLsn);
  // Zeros: a new page whose first write never began; redo makes it from nothing.
  if (reason != 0 && reason != WHAT_PAGE_ZERO && forceRecovery == 0) {
    const lsn = entryLsn(detectAt(), entry);
    restoreStatus = fail(DAMAGED, WHAT_PAGE_DETECTED, KIND_DATA, space, page, lsn, verifyFound);
    return;
  }
  entry++;
  detectNextPage();
}

/** A request of the restoration has ended; restoreStatus says whether recovery may go on. */
export function restoreRequestDone(result: i32): void {
  const mayBeMissing = restoreState == PAGE && result == ENODATA;
  if (result < 0 && (restoreState == REPAIR || restoreState == SYNC)) {
    // A page was to be repaired: what it holds now is unknown.
    poison(KIND_DATA, 0, result);
    return;
  }
  if (result < 0 && !mayBeMissing) {
    restoreStatus = failIo(READ_FAILED, readKind, readId, readPage, result);
    return;
  }
  switch (restoreState) {
    case LOAD:
      return loaded();
    case PAGE:
      return judged(result);
    case COPY:
      return repair();
    case REPAIR:
      return next();
    case SYNC: {
      syncsLeft--;
      if (syncsLeft == 0) detectLoad();
      return;
    }
    case DETECT_LOAD: {
      entry = 0;
      if (batchIsValid(detectAt())) detectNextPage();
      else {
        offset += DETECT_BLOCK_SIZE;
        detectNextBlock();
      }
      return;
    }
    case DETECT_PAGE:
      return detectJudged();
  }
  assert(false, "recv: a request belongs to a state");
}
