// The buffer pool: fix, unfix, read, create, evict. The only file that moves a block between lists.
//
// A miss never waits here: it requests the read and answers PENDING; the caller asks again after
// the next poll. Invariants: control-block.ts.

import * as counters from "../abi/counters";
import { framesCount, pageSize, pageShift } from "../abi/config";
import { WHAT_IO, WHAT_PAGE_BEYOND_END, fail } from "../abi/failure";
import { AT_PAGE_READ, DONE_BAD_CHECKSUM, DONE_VERIFIED, IO_VERIFY } from "../abi/io";
import { KIND_DATA, OP_READ } from "../abi/io";
import { OWNER_PAGE_READ, pushRequest, tagOf } from "../abi/ring";
import { BAD_REQUEST, NOT_FOUND, OK, PENDING } from "../abi/status";
import { initPage } from "../format/fil";
import { whyNoPages } from "../fil/skipped";
import { spaceFind, spaceGet, spaceHasPages } from "../fil/space";
import { READS_MAX } from "../limits";
import { blockAt, blockIndex, ControlBlock, frameOf, IO_NONE, IO_READ } from "./control-block";
import { isEvictable } from "./control-block";
import { flushListRemove } from "./flush-list";
import { freeListInit, freeListPop, freeListPush, freeLength } from "./free-list";
import { hashFind, hashInsert, hashRemove } from "./page-hash";
import { lruAccess, lruAdd, lruCountEviction, lruLast, lruPrevious, lruRemove } from "./lru";
import { rememberReadFailure, takeReadFailure } from "./read-failure";
import { verifyExpected, verifyFound, verifyPage } from "./verify";

/** How many blocks a search for a victim looks at before it gives up for now. */
const VICTIM_SCAN_MAX: u32 = 100;

/** Why the last bufFix or bufCreate returned null. */
export let fixStatus: u32 = OK;
/** Page reads in flight. */
export let readsInFlight: u32 = 0;
/** Somebody found no frame; the page cleaner answers by cleaning the LRU tail. */
export let freeFramesWanted: bool = false;
/** Page reads finished since start, whatever their outcome. */
export let readsDone: u32 = 0;

let nowMs: u64 = 0;
let lsnLimit: u64 = u64.MAX_VALUE;

export function bufInit(): void {
  freeListInit();
}

export function bufSetNow(ms: u64): void {
  nowMs = ms;
}

/** No page on disk may carry an LSN above `lsn`. */
export function bufSetLsnLimit(lsn: u64): void {
  lsnLimit = lsn;
}

export function bufClearFreeFramesWanted(): void {
  freeFramesWanted = false;
}

/**
 * Fixes a page in its frame and returns its block, or null with `fixStatus` set: PENDING (asked
 * for; ask again after the next poll), DAMAGED, READ_FAILED, NOT_FOUND.
 */
export function bufFix(spaceId: u32, pageNo: u32): ControlBlock | null {
  counters.count(counters.BUFFER_POOL_READ_REQUESTS);
  const block = hashFind(spaceId, pageNo);
  if (block === null) {
    fixStatus = startRead(spaceId, pageNo);
    return null;
  }
  if (block.ioFix == IO_READ) {
    fixStatus = PENDING;
    return null;
  }
  block.fixCount++;
  lruAccess(block, nowMs);
  return block;
}

/** Fixes a page only if it is in memory; no request is made. */
export function bufFixResident(spaceId: u32, pageNo: u32): ControlBlock | null {
  const block = hashFind(spaceId, pageNo);
  if (block === null || block.ioFix == IO_READ) return null;
  block.fixCount++;
  lruAccess(block, nowMs);
  return block;
}

export function bufUnfix(block: ControlBlock): void {
  assert(block.fixCount > 0, "buf: a page is unfixed as often as it was fixed");
  block.fixCount--;
  if (block.isDiscarded) freeIfIdle(block);
}

/**
 * Fixes a frame for a page whose old content does not matter, zeroed and with its header set.
 * Null with `fixStatus` PENDING when no frame is free.
 */
export function bufCreate(spaceId: u32, pageNo: u32, pageType: u32): ControlBlock | null {
  let block = hashFind(spaceId, pageNo);
  if (block !== null && block.ioFix == IO_READ) {
    fixStatus = PENDING;
    return null;
  }
  if (block === null) {
    takeReadFailure(spaceId, pageNo);
    block = takeFrame();
    if (block === null) {
      fixStatus = PENDING;
      return null;
    }
    enter(block, spaceId, pageNo);
    counters.count(counters.PAGES_CREATED);
  }
  block.fixCount++;
  initPage(frameOf(block), pageSize, spaceId, pageNo, pageType);
  return block;
}

/** Makes sure that `count` frames are free right now; false when that takes writing pages first. */
export function reserveFrames(count: u32): bool {
  while (freeLength < count) {
    if (!evictVictim()) return false;
  }
  return true;
}

function enter(block: ControlBlock, spaceId: u32, pageNo: u32): void {
  block.spaceId = spaceId;
  block.pageNo = pageNo;
  block.isUsed = true;
  block.isDiscarded = false;
  block.accessTimeMs = 0;
  block.newestModification = 0;
  block.fixCount = 0;
  block.ioFix = IO_NONE;
  hashInsert(block);
  lruAdd(block);
}

function startRead(spaceId: u32, pageNo: u32): u32 {
  const failed = takeReadFailure(spaceId, pageNo);
  if (failed != 0) return failed;
  const space = spaceFind(spaceId);
  if (space === null || !spaceHasPages(space)) return whyNoPages(space);
  if (space.sizePages != 0 && pageNo >= space.sizePages) {
    fail(BAD_REQUEST, WHAT_PAGE_BEYOND_END, KIND_DATA, spaceId, pageNo, space.sizePages, pageNo);
    return NOT_FOUND;
  }
  if (readsInFlight >= READS_MAX) return PENDING;
  const block = takeFrame();
  if (block === null) return PENDING;
  enter(block, spaceId, pageNo);
  block.ioFix = IO_READ;
  readsInFlight++;
  space.pendingIo++;
  counters.count(counters.BUFFER_POOL_READS);
  pushRequest(
    OP_READ,
    KIND_DATA,
    AT_PAGE_READ,
    IO_VERIFY,
    spaceId,
    (<u64>pageNo) << pageShift,
    frameOf(block),
    pageSize,
    tagOf(OWNER_PAGE_READ, blockIndex(block)),
  );
  return PENDING;
}

/** A page read has ended; a bad page leaves the pool at once and its failure is remembered. */
export function bufReadDone(index: u32, result: i32, flags: u32): void {
  const block = blockAt(index);
  assert(block.ioFix == IO_READ, "buf: a finished read was in flight");
  block.ioFix = IO_NONE;
  readsInFlight--;
  readsDone++;
  spaceGet(block.spaceId).pendingIo--;
  if (result == <i32>pageSize) {
    counters.count(counters.PAGES_READ);
    const isKnown = (flags & DONE_VERIFIED) != 0 && (flags & DONE_BAD_CHECKSUM) == 0;
    const reason = verifyPage(frameOf(block), block.spaceId, block.pageNo, isKnown, lsnLimit);
    if (reason == 0) {
      if (block.isDiscarded) freeIfIdle(block);
      return;
    }
    remember(block, reason, 0);
  } else {
    remember(block, WHAT_IO, result);
  }
  evict(block);
}

function remember(block: ControlBlock, reason: u32, errno: i32): void {
  rememberReadFailure(block.spaceId, block.pageNo, reason, errno, verifyExpected, verifyFound);
}

/** A frame without a page: from the free list, or by evicting a clean page from the LRU tail. */
function takeFrame(): ControlBlock | null {
  const free = freeListPop();
  if (free !== null) return free;
  return evictVictim() ? freeListPop() : null;
}

/** Frees the least recently used frame that can be freed at once; else asks the page cleaner. */
function evictVictim(): bool {
  let block = lruLast();
  let seen: u32 = 0;
  while (block !== null && seen < VICTIM_SCAN_MAX) {
    if (isEvictable(block)) {
      evict(block);
      return true;
    }
    block = lruPrevious(block);
    seen++;
  }
  if (!freeFramesWanted) counters.count(counters.BUFFER_POOL_WAIT_FREE);
  freeFramesWanted = true;
  return false;
}

/** Gives the frame of a clean, unused page back to the free list. */
export function evict(block: ControlBlock): void {
  assert(isEvictable(block), "buf: only a clean, unfixed page without I/O is evicted");
  hashRemove(block);
  lruRemove(block);
  lruCountEviction();
  counters.count(counters.PAGES_EVICTED);
  block.isUsed = false;
  freeListPush(block);
}

function freeIfIdle(block: ControlBlock): void {
  if (isEvictable(block)) evict(block);
}

/** Called when a write of the page has ended and its image is on disk. */
export function bufWriteDone(block: ControlBlock): void {
  block.ioFix = IO_NONE;
  block.imageOldest = 0;
  if (block.isDiscarded) {
    if (block.oldestModification != 0) flushListRemove(block);
    freeIfIdle(block);
  }
}

/** Forgets every page of a dropped tablespace; frames in use are freed when their use ends. */
export function bufDiscardSpace(spaceId: u32): void {
  for (let i: u32 = 0; i < framesCount; i++) {
    const block = blockAt(i);
    if (!block.isUsed || block.spaceId != spaceId) continue;
    if (block.oldestModification != 0) flushListRemove(block);
    block.isDiscarded = true;
    freeIfIdle(block);
  }
}
