// The page cleaner: which dirty pages to write now.
//
// Three reasons, in this order:
// 1. frames are needed: clean the LRU tail until enough frames are free;
// 2. redo space is needed, or somebody wants everything clean: write the oldest pages at once;
// 3. once per interval, a share of io capacity that follows the dirty share and the checkpoint age.
// Source: InnoDB buf0flu.cc (page_cleaner_flush_pages_recommendation); formulas as documented
// there.

import { adaptiveFlushing, adaptiveFlushingLwm, cleanerIntervalMs } from "../abi/config";
import { doublewritePages, flushNeighbors, framesCount, ioCapacity } from "../abi/config";
import { ioCapacityMax, lruScanDepth, maxDirtyPagesPct, maxDirtyPagesPctLwm } from "../abi/config";
import { ControlBlock, IO_NONE, isEvictable } from "../buf/control-block";
import { flushLength, flushListNewer, flushListTail } from "../buf/flush-list";
import { freeLength } from "../buf/free-list";
import { lruLast, lruLength, lruPrevious } from "../buf/lru";
import { hashFind } from "../buf/page-hash";
import { bufClearFreeFramesWanted, evict, freeFramesWanted } from "../buf/pool";
import { asyncFlushAge, softLimit, syncFlushAge } from "../log/log-file";
import { checkpointLsn } from "../log/checkpoint";
import { lsn } from "../log/log-buffer";
import { batchAdd, batchBegin, batchIdle, batchIsFull, batchSeal, batchAt } from "./batch";

/** Everything that became dirty below this LSN is to be written now; 0: nothing is. */
let flushTarget: u64 = 0;
let lastTickMs: u64 = 0;
/** Pages the current interval may still write, of those dirty when it began. */
let allowance: u32 = 0;
let intervalLsn: u64 = 0;

/** Wants every page written whose oldest modification is below `upTo`. */
export function cleanerFlushUpTo(upTo: u64): void {
  flushTarget = max(flushTarget, upTo);
}

/** True when the page cleaner still has pages to write for cleanerFlushUpTo. */
export function cleanerHasTarget(): bool {
  const tail = flushListTail();
  return tail !== null && tail.oldestModification < flushTarget;
}

/** One look at the buffer pool; fills as many idle batches as there is reason to. */
export function cleanerStep(nowMs: u64): void {
  tick(nowMs);
  refillFreeList();
  const age = lsn - checkpointLsn;
  if (cleanerHasTarget()) flushFromList(flushTarget, u32.MAX_VALUE);
  else if (age > syncFlushAge()) flushFromList(lsn, u32.MAX_VALUE);
  else if (allowance > 0) {
    // Neighbors may exceed the allowance.
    allowance -= min(allowance, flushFromList(intervalLsn, allowance));
  }
}

/** Frames the cleaner keeps free: innodb_lru_scan_depth, but never much of a small pool. */
function freeTarget(): u32 {
  return min(lruScanDepth, max<u32>(framesCount / 16, 1));
}

function refillFreeList(): void {
  const target = freeTarget();
  const isUrgent = freeFramesWanted;
  if (!isUrgent && (freeLength > target / 2 || lruLength < framesCount - target)) return;
  bufClearFreeFramesWanted();
  const index = batchIdle();
  const isFilling = index >= 0;
  if (isFilling) batchBegin(<u32>index, true);
  let block = lruLast();
  let scanned: u32 = 0;
  const depth = max(lruScanDepth, target);
  while (block !== null && scanned < depth) {
    const previous = lruPrevious(block);
    if (isEvictable(block)) {
      if (freeLength < target) evict(block);
    } else if (isFilling && isWritable(block) && !batchIsFull(<u32>index)) {
      batchAdd(<u32>index, block);
    }
    if (freeLength >= target && (!isFilling || batchIsFull(<u32>index))) break;
    scanned++;
    block = previous;
  }
  if (isFilling && batchAt(<u32>index).pages > 0) batchSeal(<u32>index);
}

/** Dirty, not being written, not fixed: a fixed page may be in the middle of a change. */
function isWritable(block: ControlBlock): bool {
  return block.oldestModification != 0 && block.ioFix == IO_NONE && block.fixCount == 0;
}

/** Writes up to `most` pages that became dirty below `limit`, oldest first; returns how many. */
function flushFromList(limit: u64, most: u32): u32 {
  let written: u32 = 0;
  while (written < most) {
    const index = batchIdle();
    if (index < 0) break;
    const pages = fillFromList(<u32>index, limit, most - written);
    if (pages == 0) break;
    written += pages;
  }
  return written;
}

function fillFromList(index: u32, limit: u64, most: u32): u32 {
  batchBegin(index, false);
  let block = flushListTail();
  while (block !== null && block.oldestModification < limit) {
    const newer = flushListNewer(block);
    if (isWritable(block)) {
      batchAdd(index, block);
      if (flushNeighbors != 0) addNeighbors(index, block);
    }
    if (batchIsFull(index) || batchAt(index).pages >= most) break;
    // A neighbor taken above may have been the next block: start again from the tail then.
    block = newer !== null && newer.oldestModification == 0 ? flushListTail() : newer;
  }
  const pages = batchAt(index).pages;
  if (pages > 0) batchSeal(index);
  return pages;
}

/**
 * innodb_flush_neighbors: 1 the contiguous dirty run around the page, 2 all of its 64-page area.
 */
function addNeighbors(index: u32, block: ControlBlock): void {
  const areaPages = min<u32>(64, max<u32>(framesCount / 16, 1));
  const first = (block.pageNo / areaPages) * areaPages;
  for (let direction: i32 = -1; direction <= 1; direction += 2) {
    let page: i64 = <i64>block.pageNo + direction;
    while (page >= <i64>first && page < <i64>(first + areaPages) && !batchIsFull(index)) {
      const neighbor = hashFind(block.spaceId, <u32>page);
      if (neighbor !== null && isWritable(neighbor)) batchAdd(index, neighbor);
      else if (flushNeighbors == 1) break;
      page += direction;
    }
  }
}

/** Once per interval: how many pages the next interval should write. */
function tick(nowMs: u64): void {
  if (nowMs < lastTickMs + cleanerIntervalMs) return;
  lastTickMs = nowMs;
  intervalLsn = lsn;
  const share = max(percentForDirty(), percentForLsn());
  const pages = (<f64>ioCapacity * share) / 100;
  allowance = <u32>min<f64>(pages, <f64>ioCapacityMax);
  if (allowance > 0) allowance = max(allowance, min(flushLength, doublewritePages));
}

/** pct_dirty: percent of io capacity for the share of dirty pages. */
function percentForDirty(): f64 {
  if (flushLength == 0) return 0;
  const dirty = (<f64>flushLength * 100) / <f64>framesCount;
  if (maxDirtyPagesPctLwm == 0) return dirty >= maxDirtyPagesPct ? 100 : 0;
  return dirty >= maxDirtyPagesPctLwm ? (dirty * 100) / (maxDirtyPagesPct + 1) : 0;
}

/** pct_lsn: percent of io capacity for the checkpoint age. */
function percentForLsn(): f64 {
  const age = lsn - checkpointLsn;
  if (age < (softLimit() * adaptiveFlushingLwm) / 100) return 0;
  if (!adaptiveFlushing && age < asyncFlushAge()) return 0;
  const factor = (<f64>age * 100) / <f64>asyncFlushAge();
  return (<f64>(ioCapacityMax / max(ioCapacity, 1)) * factor * sqrt(factor)) / 7.5;
}
