// A flush batch: pages cleaned together, in the order that makes them safe.
//
//   state        event                         next
//   IDLE         pages are copied to staging   WAIT_LOG     (redo of their changes is asked for)
//   WAIT_LOG     redo durable up to maxLsn     COPIES       write doublewrite segment + sync
//                                              PAGES        when doublewrite keeps no copies
//   COPIES       write and sync done           PAGES        write every page in place
//   PAGES        every write done              SYNCS        sync each tablespace touched
//   SYNCS        every sync done               IDLE         pages are clean up to their image
//
// The write-ahead rule and "copy durable before the page" are these arrows. A page is copied to
// staging when it joins, so it may change again while its image is on its way; it is then dirty
// anew, on the flush list with its new oldest modification.
// Invariants: a page is in one batch at a time (ioFix is IO_WRITE); batch images never change.

import * as counters from "../abi/counters";
import { BATCH_SIZE, BATCH_SLOT_SIZE, batchesBase, batchSlotsBase } from "../abi/arena";
import { DETECT_BLOCK_SIZE } from "../abi/arena";
import { DBLWR_DETECT_ONLY, doublewriteKeepsCopies, doublewriteMode } from "../abi/config";
import { batchesCount, doublewritePages, pageShift, pageSize } from "../abi/config";
import { poison } from "../abi/failure";
import { AT_DATA_BATCH, AT_DATA_BATCH_PLAIN, AT_DBLWR_BATCH, AT_LOG_WRITE_AHEAD } from "../abi/io";
import {
  IO_LINK,
  IO_STAMP,
  KIND_BDBLWR,
  KIND_DATA,
  KIND_DBLWR,
  OP_SYNC,
  OP_WRITE,
} from "../abi/io";
import { OWNER_BATCH, pushRequest, tagOf } from "../abi/ring";
import {
  blockAt,
  blockIndex,
  ControlBlock,
  frameOf,
  IO_NONE,
  IO_WRITE,
} from "../buf/control-block";
import { isEvictable } from "../buf/control-block";
import { flushListRemove } from "../buf/flush-list";
import { bufWriteDone, evict } from "../buf/pool";
import { detectBlock, segmentFile, segmentOffset, stagingPage } from "../dblwr/segment";
import { spaceAt, spaceGet, spacesEnd } from "../fil/space";
import { addEntry, beginBatch, finishBatch } from "../format/dblwr";
import { pageLsn } from "../format/fil";
import { flushedToDiskLsn, logWriteUpTo } from "../log/log-writer";

export const BATCH_IDLE: u32 = 0;
const BATCH_WAIT_LOG: u32 = 1;
const BATCH_COPIES: u32 = 2;
const BATCH_PAGES: u32 = 3;
const BATCH_SYNCS: u32 = 4;

@unmanaged
@final
export class Batch {
  /** Newest modification of any image. */
  maxLsn: u64;
  /** Oldest modification of any image. */
  minOldest: u64;
  state: u32;
  pages: u32;
  requestsLeft: u32;
  /** The frames are wanted: free them when the batch is done. */
  isLru: bool;
}

if (offsetof<Batch>() > BATCH_SIZE) ERROR("flush: a batch outgrew its region");

/** Batches not IDLE. */
export let batchesBusy: u32 = 0;
/** Batches written so far; the DETECT_ONLY batch id. */
let batchSerial: u32 = 0;

export function batchAt(index: u32): Batch {
  assert(index < batchesCount, "flush: a batch index is below the count");
  return changetype<Batch>(batchesBase + index * BATCH_SIZE);
}

function slotAddress(batch: u32, slot: u32): usize {
  return batchSlotsBase + <usize>(batch * doublewritePages + slot) * BATCH_SLOT_SIZE;
}

function slotBlock(batch: u32, slot: u32): ControlBlock {
  return blockAt(load<u32>(slotAddress(batch, slot)));
}

/** Index of an idle batch, or -1. */
export function batchIdle(): i32 {
  for (let i: u32 = 0; i < batchesCount; i++) {
    if (batchAt(i).state == BATCH_IDLE) return <i32>i;
  }
  return -1;
}

/** Starts filling an idle batch. */
export function batchBegin(index: u32, isLru: bool): void {
  const batch = batchAt(index);
  assert(batch.state == BATCH_IDLE, "flush: only an idle batch is filled");
  batch.pages = 0;
  batch.maxLsn = 0;
  batch.minOldest = u64.MAX_VALUE;
  batch.isLru = isLru;
}

export function batchIsFull(index: u32): bool {
  return batchAt(index).pages == doublewritePages;
}

/** Copies a dirty page into the batch; it is clean from here on, unless it changes again. */
export function batchAdd(index: u32, block: ControlBlock): void {
  assert(block.ioFix == IO_NONE, "flush: a page has one write in flight");
  assert(block.oldestModification != 0, "flush: only dirty pages are written");
  const batch = batchAt(index);
  const oldest = block.oldestModification;
  batch.maxLsn = max(batch.maxLsn, block.newestModification);
  batch.minOldest = min(batch.minOldest, oldest);
  store<u32>(slotAddress(index, batch.pages), blockIndex(block));
  memory.copy(stagingPage(index, batch.pages), frameOf(block), pageSize);
  batch.pages++;
  // The tablespace's file must stay until the image is on disk.
  spaceGet(block.spaceId).pendingIo++;
  flushListRemove(block);
  block.imageOldest = oldest;
  block.ioFix = IO_WRITE;
}

/** Sends a filled batch on its way. */
export function batchSeal(index: u32): void {
  const batch = batchAt(index);
  assert(batch.pages > 0, "flush: an empty batch is not sent");
  batch.state = BATCH_WAIT_LOG;
  batchesBusy++;
  counters.count(batch.isLru ? counters.LRU_BATCHES : counters.FLUSH_LIST_BATCHES);
  if (flushedToDiskLsn < batch.maxLsn) logWriteUpTo(batch.maxLsn, true, AT_LOG_WRITE_AHEAD);
}

/** Lets batches that waited for redo go on. */
export function batchesStep(): void {
  if (batchesBusy == 0) return;
  for (let i: u32 = 0; i < batchesCount; i++) {
    const batch = batchAt(i);
    if (batch.state == BATCH_WAIT_LOG && flushedToDiskLsn >= batch.maxLsn) startWrites(i, batch);
  }
}

function startWrites(index: u32, batch: Batch): void {
  if (doublewriteKeepsCopies()) {
    batch.state = BATCH_COPIES;
    batch.requestsLeft = 2;
    const bytes = batch.pages << pageShift;
    pushCopies(
      index,
      KIND_DBLWR,
      segmentFile(index),
      segmentOffset(index),
      stagingPage(index, 0),
      bytes,
    );
    counters.count(counters.DBLWR_WRITES);
    counters.count(counters.DBLWR_PAGES_WRITTEN, batch.pages);
  } else if (doublewriteMode == DBLWR_DETECT_ONLY) {
    batch.state = BATCH_COPIES;
    batch.requestsLeft = 2;
    fillDetectBlock(index, batch);
    const offset = <u64>index * DETECT_BLOCK_SIZE;
    pushCopies(index, KIND_BDBLWR, 0, offset, detectBlock(index), DETECT_BLOCK_SIZE);
    counters.count(counters.DBLWR_WRITES);
  } else {
    pushPages(index, batch);
  }
}

/** One contiguous write, then a sync that starts only when the write succeeded. */
function pushCopies(
  index: u32,
  kind: u32,
  file: u32,
  offset: u64,
  address: usize,
  bytes: u32,
): void {
  const tag = tagOf(OWNER_BATCH, index);
  const flags = IO_LINK | (kind == KIND_DBLWR ? IO_STAMP : 0);
  pushRequest(OP_WRITE, kind, AT_DBLWR_BATCH, flags, file, offset, address, bytes, tag);
  pushRequest(OP_SYNC, kind, AT_DBLWR_BATCH, 0, file, 0, 0, 0, tag);
}

function fillDetectBlock(index: u32, batch: Batch): void {
  const at = detectBlock(index);
  beginBatch(at, ++batchSerial);
  for (let i: u32 = 0; i < batch.pages; i++) {
    const block = slotBlock(index, i);
    addEntry(at, block.spaceId, block.pageNo, pageLsn(stagingPage(index, i)));
  }
  finishBatch(at);
}

/** Writes every image in place; only now, when redo and copies are durable. */
function pushPages(index: u32, batch: Batch): void {
  assert(flushedToDiskLsn >= batch.maxLsn, "flush: redo is durable before its pages are written");
  const hasCopies = doublewriteKeepsCopies();
  batch.state = BATCH_PAGES;
  batch.requestsLeft = batch.pages;
  for (let i: u32 = 0; i < batch.pages; i++) {
    const block = slotBlock(index, i);
    pushRequest(
      OP_WRITE,
      KIND_DATA,
      hasCopies ? AT_DATA_BATCH : AT_DATA_BATCH_PLAIN,
      hasCopies ? 0 : IO_STAMP,
      block.spaceId,
      (<u64>block.pageNo) << pageShift,
      stagingPage(index, i),
      pageSize,
      tagOf(OWNER_BATCH, index),
    );
  }
  counters.count(counters.PAGES_WRITTEN, batch.pages);
}

/** A request of the batch has ended. */
export function batchRequestDone(index: u32, result: i32): void {
  const batch = batchAt(index);
  assert(batch.requestsLeft > 0, "flush: a finished request of a batch was in flight");
  batch.requestsLeft--;
  if (result < 0) {
    poison(batch.state == BATCH_COPIES ? KIND_DBLWR : KIND_DATA, 0, result);
    return;
  }
  if (batch.requestsLeft > 0) return;
  if (batch.state == BATCH_COPIES) pushPages(index, batch);
  else if (batch.state == BATCH_PAGES) pushSyncs(index, batch);
  else finish(index, batch);
}

function pushSyncs(index: u32, batch: Batch): void {
  batch.state = BATCH_SYNCS;
  batch.requestsLeft = 0;
  // Counted when the writes have ended: a checkpoint that begins now must sync them.
  for (let i: u32 = 0; i < batch.pages; i++) spaceGet(slotBlock(index, i).spaceId).writes++;
  const point = doublewriteKeepsCopies() ? AT_DATA_BATCH : AT_DATA_BATCH_PLAIN;
  for (let s: u32 = 0; s < spacesEnd; s++) {
    const id = spaceAt(s).id;
    if (!touches(index, batch, id)) continue;
    batch.requestsLeft++;
    pushRequest(OP_SYNC, KIND_DATA, point, 0, id, 0, 0, 0, tagOf(OWNER_BATCH, index));
  }
  assert(batch.requestsLeft > 0, "flush: a batch touches a tablespace");
}

function touches(index: u32, batch: Batch, spaceId: u32): bool {
  for (let i: u32 = 0; i < batch.pages; i++) {
    if (slotBlock(index, i).spaceId == spaceId) return true;
  }
  return false;
}

function finish(index: u32, batch: Batch): void {
  batch.state = BATCH_IDLE;
  batchesBusy--;
  counters.count(counters.BUFFER_POOL_PAGES_FLUSHED, batch.pages);
  for (let i: u32 = 0; i < batch.pages; i++) {
    const block = slotBlock(index, i);
    spaceGet(block.spaceId).pendingIo--;
    bufWriteDone(block);
    if (batch.isLru && block.isUsed && isEvictable(block)) evict(block);
  }
}

/** Oldest modification of any image in flight, or u64.MAX_VALUE. */
export function batchesOldest(): u64 {
  let oldest = u64.MAX_VALUE;
  if (batchesBusy == 0) return oldest;
  for (let i: u32 = 0; i < batchesCount; i++) {
    if (batchAt(i).state != BATCH_IDLE) oldest = min(oldest, batchAt(i).minOldest);
  }
  return oldest;
}
