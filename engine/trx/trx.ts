// Commits a transaction: one atomic mini-transaction over every page of its write set.
//
//   measure   is the write set well-formed, and can it ever fit?
//   room      does the redo log take it now?
//   gather    is every page in memory, allocated, and as the transaction saw it?
//   apply     change the pages, log the changes as one group
//
// Nothing changes before apply, and apply cannot fail: a transaction is there as a whole or leaves
// no trace. Until then every answer but OK means "nothing happened".

import { whyNoPages } from "../fil/skipped";
import * as counters from "../abi/counters";
import { exchangeBase } from "../abi/arena";
import { framesCount, logBufferSize, pageSize, trxBytesMax } from "../abi/config";
import { failureWhat, WHAT_PAGE_ZERO } from "../abi/failure";
import { BAD_REQUEST, CONFLICT, DAMAGED, LOG_FULL, NOT_ALLOCATED } from "../abi/status";
import { NOT_FOUND, OK, PENDING, TOO_LARGE } from "../abi/status";
import { ControlBlock, frameOf, IO_READ } from "../buf/control-block";
import { hashFind } from "../buf/page-hash";
import { bufCreate, bufFix, bufFixResident, bufUnfix, fixStatus, reserveFrames } from "../buf/pool";
import { SPACE_ACTIVE, spaceFind } from "../fil/space";
import { FIL_PAGE_DATA, FIL_PAGE_LSN, FIL_PAGE_TORNPROOF_DATA, FIL_PAGE_TYPE } from "../format/fil";
import { FIL_PAGE_TYPE_ALLOCATED, pageType, setPageType } from "../format/fil";
import { descriptorPageOf } from "../format/xdes";
import { fspMark, fspPageStatus } from "../fsp/allocate";
import { claimPage, isClaimed, isReserved, unreservePage } from "../fsp/reserve";
import { TRX_PAGE_OPS_MAX } from "../limits";
import { lsn } from "../log/log-buffer";
import { softLimit } from "../log/log-file";
import { logBufferTakes, logHasRoomForTrx } from "../log/room";
import { mtrAbandon, mtrCommit, mtrHas, mtrInitPage, mtrLog, mtrMemo } from "../mtr/mtr";
import { mtrPages, mtrStart, mtrWrite, serial } from "../mtr/mtr";
import { readRecord, WS_ALLOCATE, WS_CHECK, WS_FREE, WS_WRITE, wsLength } from "./write-set";
import { wsOffset, wsOp, wsPage, wsPayload, wsSpace } from "./write-set";

/** Redo a page allocated or freed takes at the most: init or type, bitmap byte, extent state. */
const PAGE_OP_BYTES: u32 = 96;
const WRITE_OVERHEAD: u32 = 16;

/** End LSN of the last transaction committed: the promise is about redo up to here. */
export let commitLsn: u64 = 0;
/** A tablespace being dropped; transactions no longer find it. */
let droppingSpace: u32 = 0xffffffff;

/**
 * The page whose read the last PENDING waits for; space 0xffffffff: it waits for something else.
 */
export let pendingSpace: u32 = 0xffffffff;
export let pendingPage: u32 = 0;

let payloadBytes: u32 = 0;
let pageOps: u32 = 0;
let allocations: u32 = 0;

export function trxForbidSpace(spaceId: u32): void {
  droppingSpace = spaceId;
}

/** The commit at hand may ask for pages that are not in memory. */
let mayRead: bool = true;

/**
 * Commits the write set of `length` bytes in the exchange area.
 * `read`: pages that are not in memory are asked for; otherwise the answer is PENDING at once.
 * Errors: PENDING, LOG_FULL: ask again after the next poll. TOO_LARGE, BAD_REQUEST, NOT_FOUND,
 * NOT_ALLOCATED, CONFLICT, DAMAGED, READ_FAILED: refused. In every case nothing has changed.
 */
export function trxCommit(length: u32, read: bool): u32 {
  mayRead = read;
  const end = exchangeBase + length;
  pendingSpace = 0xffffffff;
  const measured = measure(end);
  if (measured != OK) return measured;
  if (payloadBytes == 0) {
    commitLsn = lsn;
  } else {
    if (!logHasRoomForTrx(payloadBytes)) return LOG_FULL;
    if (!logBufferTakes(payloadBytes)) return PENDING;
  }
  mtrStart();
  const gathered = gather(end);
  if (gathered != OK) {
    mtrAbandon();
    if (gathered == CONFLICT) counters.count(counters.TRX_CONFLICTS);
    return gathered;
  }
  if (payloadBytes == 0) {
    mtrAbandon();
    return OK;
  }
  apply(end);
  commitLsn = mtrCommit();
  counters.count(counters.TRX_COMMITS);
  return OK;
}

function measure(end: usize): u32 {
  payloadBytes = 0;
  pageOps = 0;
  allocations = 0;
  if (<u32>(end - exchangeBase) > trxBytesMax) return TOO_LARGE;
  let at = exchangeBase;
  while (at < end) {
    const size = readRecord(at, end);
    if (size == 0) return BAD_REQUEST;
    if (wsOp == WS_WRITE) payloadBytes += wsLength + WRITE_OVERHEAD;
    else if (wsOp != WS_CHECK) {
      payloadBytes += PAGE_OP_BYTES;
      pageOps++;
      if (wsOp == WS_ALLOCATE) allocations++;
    }
    at += size;
  }
  const isTooLarge =
    pageOps > TRX_PAGE_OPS_MAX ||
    allocations > framesCount / 4 ||
    payloadBytes > logBufferSize / 2 ||
    <u64>payloadBytes * 2 > softLimit();
  return isTooLarge ? TOO_LARGE : OK;
}

/** Fixes every page of the write set; the reads of all that are missing start together. */
function gather(end: usize): u32 {
  let answer = OK;
  let at = exchangeBase;
  while (at < end) {
    at += readRecord(at, end);
    const status = wsSpace == droppingSpace ? NOT_FOUND : gatherRecord();
    if (status == PENDING) {
      answer = PENDING;
      pendingSpace = wsSpace;
      pendingPage = wsPage;
    } else if (status != OK) {
      return status;
    }
    if (mtrPages() > framesCount / 2) return TOO_LARGE;
  }
  // Only now, with every page fixed: room made earlier is made at the cost of a page just read for
  // this very commit, which then reads it again, and so on for ever.
  if (answer == OK && allocations > 0 && !reserveFrames(allocations)) answer = PENDING;
  return answer;
}

function gatherRecord(): u32 {
  if (wsOp == WS_CHECK) return check();
  if (wsOp == WS_ALLOCATE) {
    // Claimed already: the write set allocates the page twice.
    if (isClaimed(wsSpace, wsPage, serial)) return BAD_REQUEST;
    if (!claimPage(wsSpace, wsPage, serial)) return BAD_REQUEST;
    const old = hashFind(wsSpace, wsPage);
    if (old !== null && old.ioFix == IO_READ) return PENDING;
    return gatherPage(wsSpace, descriptorPageOf(wsPage, pageSize), false);
  }
  if (isReserved(wsSpace, wsPage)) {
    const isOwn = wsOp == WS_WRITE && isClaimed(wsSpace, wsPage, serial);
    return isOwn ? OK : NOT_ALLOCATED;
  }
  const status = gatherPage(wsSpace, wsPage, true);
  if (status != OK || wsOp != WS_FREE) return status;
  return gatherPage(wsSpace, descriptorPageOf(wsPage, pageSize), false);
}

function gatherPage(spaceId: u32, pageNo: u32, isUsers: bool): u32 {
  const resident = hashFind(spaceId, pageNo);
  // A descriptor may be in the memo for another record's sake; it is no user's page for that.
  if (resident !== null && mtrHas(resident)) return isUsers ? ownership(resident) : OK;
  const block = mayRead ? bufFix(spaceId, pageNo) : bufFixResident(spaceId, pageNo);
  if (block === null && !mayRead) return PENDING;
  if (block === null) return isUsers ? whyNot(spaceId, pageNo) : fixStatus;
  if (isUsers && ownership(block) != OK) {
    bufUnfix(block);
    return NOT_ALLOCATED;
  }
  mtrMemo(block);
  return OK;
}

/** OK for a page that transactions may write and free. */
function ownership(block: ControlBlock): u32 {
  return pageType(frameOf(block)) == FIL_PAGE_TORNPROOF_DATA ? OK : NOT_ALLOCATED;
}

/**
 * Why a user's page could not be fixed. A page of zeros was never written: that is damage, unless
 * it is free, which only its descriptor knows.
 */
function whyNot(spaceId: u32, pageNo: u32): u32 {
  const status = fixStatus;
  if (status != DAMAGED || failureWhat() != WHAT_PAGE_ZERO) return status;
  if (descriptorPageOf(pageNo, pageSize) == pageNo) return status;
  const known = fspPageStatus(spaceId, pageNo);
  return known == OK ? status : known;
}

/** The page must still carry the LSN the transaction read. */
function check(): u32 {
  const block = mayRead ? bufFix(wsSpace, wsPage) : bufFixResident(wsSpace, wsPage);
  if (block === null) return mayRead ? fixStatus : PENDING;
  const now = load<u64>(frameOf(block) + FIL_PAGE_LSN);
  bufUnfix(block);
  return now == load<u64>(wsPayload) ? OK : CONFLICT;
}

function apply(end: usize): void {
  let at = exchangeBase;
  while (at < end) {
    at += readRecord(at, end);
    if (wsOp == WS_WRITE) {
      mtrWrite(inMemo(wsSpace, wsPage), wsOffset + <u32>FIL_PAGE_DATA, wsPayload, wsLength);
    } else if (wsOp == WS_ALLOCATE) {
      applyAllocate();
    } else if (wsOp == WS_FREE) {
      applyFree();
    }
  }
}

function inMemo(spaceId: u32, pageNo: u32): ControlBlock {
  const block = hashFind(spaceId, pageNo);
  assert(block !== null && mtrHas(block), "trx: a page to change has been gathered");
  return block!;
}

function applyAllocate(): void {
  const page = bufCreate(wsSpace, wsPage, FIL_PAGE_TORNPROOF_DATA);
  assert(page !== null, "trx: the frames of new pages were made sure of");
  mtrMemo(page!);
  mtrInitPage(page!, FIL_PAGE_TORNPROOF_DATA);
  fspMark(inMemo(wsSpace, descriptorPageOf(wsPage, pageSize)), wsPage, false);
  unreservePage(wsSpace, wsPage);
}

function applyFree(): void {
  const page = inMemo(wsSpace, wsPage);
  if (pageType(frameOf(page)) == FIL_PAGE_TYPE_ALLOCATED) return;
  setPageType(frameOf(page), FIL_PAGE_TYPE_ALLOCATED);
  mtrLog(page, <u32>FIL_PAGE_TYPE, 2);
  fspMark(inMemo(wsSpace, descriptorPageOf(wsPage, pageSize)), wsPage, true);
}

/**
 * Address of the body of a user's page, valid until the next call into the engine, or 0 with
 * `readStatus` set.
 */
export function trxRead(spaceId: u32, pageNo: u32): usize {
  if (spaceId == droppingSpace) {
    readStatus = NOT_FOUND;
    return 0;
  }
  const block = bufFix(spaceId, pageNo);
  if (block === null) {
    readStatus = whyNot(spaceId, pageNo);
    return 0;
  }
  bufUnfix(block);
  const frame = frameOf(block);
  if (pageType(frame) != FIL_PAGE_TORNPROOF_DATA) {
    const space = spaceFind(spaceId);
    readStatus = space !== null && space.state == SPACE_ACTIVE ? NOT_ALLOCATED : whyNoPages(space);
    return 0;
  }
  readStatus = OK;
  return frame + FIL_PAGE_DATA;
}

/** Why the last trxRead returned 0. */
export let readStatus: u32 = OK;
