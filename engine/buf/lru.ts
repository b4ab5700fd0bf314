// The LRU list with midpoint insertion. Pages that are read once and never again stay in the old
// sublist and leave first; a page that is used again after innodb_old_blocks_time is made young.
//
//   first (most recent)                     oldFirst                            last (next victim)
//   │ young sublist ───────────────────────│ old sublist: innodb_old_blocks_pct ───────────────│
//
// The split exists from OLD_MIN_LENGTH pages on; a shorter list is plain LRU.
// Invariants: oldLength counts the blocks with isOld; they are the tail; it stays within
// OLD_TOLERANCE of its share. Source: InnoDB buf0lru.cc, constants as there.

import * as counters from "../abi/counters";
import { framesCount, oldBlocksPct, oldBlocksTimeMs } from "../abi/config";
import { ControlBlock } from "./control-block";

const OLD_MIN_LENGTH: u32 = 512;
const OLD_TOLERANCE: u32 = 20;
const NON_OLD_MIN_LENGTH: u32 = 5;

let first: usize = 0;
let last: usize = 0;
let oldFirst: usize = 0;
export let lruLength: u32 = 0;
export let oldLength: u32 = 0;
/** Pages evicted since start; the clock of the young test. */
let evictions: u32 = 0;

/** The next victim, or null when the list is empty. */
export function lruLast(): ControlBlock | null {
  return last == 0 ? null : changetype<ControlBlock>(last);
}

/** The block in front of `block`, toward the recently used, or null. */
export function lruPrevious(block: ControlBlock): ControlBlock | null {
  return block.lruPrev == 0 ? null : changetype<ControlBlock>(block.lruPrev);
}

/** Adds a block: a page just read enters at the head of the old sublist. */
export function lruAdd(block: ControlBlock): void {
  if (oldFirst == 0) {
    linkBefore(block, first);
  } else {
    // Behind the first old block: when the sublist is full, it is that one which becomes young.
    linkBefore(block, changetype<ControlBlock>(oldFirst).lruNext);
    block.isOld = true;
    oldLength++;
  }
  lruLength++;
  adjustOld();
}

export function lruRemove(block: ControlBlock): void {
  const at = changetype<usize>(block);
  if (oldFirst == at) oldFirst = block.lruNext;
  if (block.isOld) {
    block.isOld = false;
    oldLength--;
  }
  unlink(block);
  lruLength--;
  if (lruLength < OLD_MIN_LENGTH) dissolveOld();
  else adjustOld();
}

/** Counts an eviction; the caller removes the block. */
export function lruCountEviction(): void {
  evictions++;
}

/** Notes a use of the page at `nowMs`, and makes it young when the rules say so. */
export function lruAccess(block: ControlBlock, nowMs: u64): void {
  if (block.accessTimeMs == 0) {
    block.accessTimeMs = nowMs + 1;
    if (oldFirst == 0 && first != changetype<usize>(block)) makeYoung(block);
    return;
  }
  if (oldFirst == 0) {
    if (first != changetype<usize>(block)) makeYoung(block);
  } else if (block.isOld) {
    if (nowMs + 1 - block.accessTimeMs >= oldBlocksTimeMs) makeYoung(block);
    else counters.count(counters.BUFFER_POOL_PAGES_MADE_NOT_YOUNG);
  } else if (evictions - block.evictionClock > youngDistance()) {
    makeYoung(block);
  }
}

/** A young page moves again only after a quarter of the young sublist could have turned over. */
function youngDistance(): u32 {
  return <u32>((<u64>framesCount * (100 - oldBlocksPct)) / 400);
}

function makeYoung(block: ControlBlock): void {
  const at = changetype<usize>(block);
  if (oldFirst == at) oldFirst = block.lruNext;
  if (block.isOld) {
    block.isOld = false;
    oldLength--;
  }
  unlink(block);
  linkBefore(block, first);
  block.evictionClock = evictions;
  counters.count(counters.BUFFER_POOL_PAGES_MADE_YOUNG);
  if (oldFirst != 0) adjustOld();
}

function linkBefore(block: ControlBlock, next: usize): void {
  const at = changetype<usize>(block);
  const prev = next == 0 ? last : changetype<ControlBlock>(next).lruPrev;
  block.lruPrev = prev;
  block.lruNext = next;
  if (prev == 0) first = at;
  else changetype<ControlBlock>(prev).lruNext = at;
  if (next == 0) last = at;
  else changetype<ControlBlock>(next).lruPrev = at;
}

function unlink(block: ControlBlock): void {
  if (block.lruPrev == 0) first = block.lruNext;
  else changetype<ControlBlock>(block.lruPrev).lruNext = block.lruNext;
  if (block.lruNext == 0) last = block.lruPrev;
  else changetype<ControlBlock>(block.lruNext).lruPrev = block.lruPrev;
  block.lruPrev = 0;
  block.lruNext = 0;
}

/** Moves the boundary until the old sublist is near its share. */
function adjustOld(): void {
  if (lruLength < OLD_MIN_LENGTH) return;
  if (oldFirst == 0) {
    oldFirst = last;
    changetype<ControlBlock>(last).isOld = true;
    oldLength = 1;
  }
  const share = <u32>((<u64>lruLength * oldBlocksPct) / 100);
  const target = min(share, lruLength - OLD_TOLERANCE - NON_OLD_MIN_LENGTH);
  while (oldLength + OLD_TOLERANCE < target) {
    oldFirst = changetype<ControlBlock>(oldFirst).lruPrev;
    changetype<ControlBlock>(oldFirst).isOld = true;
    oldLength++;
  }
  while (oldLength > target + OLD_TOLERANCE) {
    const block = changetype<ControlBlock>(oldFirst);
    block.isOld = false;
    oldFirst = block.lruNext;
    oldLength--;
  }
}

function dissolveOld(): void {
  while (oldFirst != 0) {
    const block = changetype<ControlBlock>(oldFirst);
    block.isOld = false;
    oldFirst = block.lruNext;
  }
  oldLength = 0;
}

/** Verifies every invariant of this file; for tests, not for production. */
export function checkLru(): void {
  let seen: u32 = 0;
  let old: u32 = 0;
  let prev: usize = 0;
  let at = first;
  while (at != 0) {
    const block = changetype<ControlBlock>(at);
    assert(block.lruPrev == prev, "lru: links agree in both directions");
    assert(block.isOld || old == 0, "lru: old blocks are the tail");
    if (block.isOld && old == 0) assert(oldFirst == at, "lru: the boundary is the first old block");
    if (block.isOld) old++;
    seen++;
    prev = at;
    at = block.lruNext;
  }
  assert(prev == last, "lru: the last link is the last block");
  assert(seen == lruLength && old == oldLength, "lru: the lengths count the blocks");
}
