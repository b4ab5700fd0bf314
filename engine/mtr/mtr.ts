// The mini-transaction: changes to pages that are atomic in the redo log.
//
//   mtrStart → mtrInitPage / mtrWrite / mtrFile… (any number) → mtrCommit
//
// Changes reach the frames at once and are recorded in the mtr buffer; commit appends the records
// as one group, stamps every touched page with the group's end LSN, puts the pages on the flush
// list, and unfixes them. There is no abort: a caller makes sure of everything before it starts.
// Invariants: one mini-transaction at a time; every page it changes is fixed by its memo.

import * as counters from "../abi/counters";
import { memoBase, mtrBase, mtrSize } from "../abi/arena";
import { framesCount, pageSize } from "../abi/config";
import { bufSetLsnLimit, bufUnfix } from "../buf/pool";
import { ControlBlock, frameOf } from "../buf/control-block";
import { flushListAdd } from "../buf/flush-list";
import { setPageType, stampLsn } from "../format/fil";
import { fileCreateRecord, fileDeleteRecord, fileExtendRecord } from "../format/mlog";
import { flushedToRecord, initPageRecord, markSingleRecord } from "../format/mlog";
import { multiRecordEnd, writeStringRecord } from "../format/mlog";
import { logAppendGroup, lsn } from "../log/log-buffer";
import { flushedGroupsLsn } from "../log/log-writer";

let isActive: bool = false;
let length: u32 = 0;
let records: u32 = 0;
let memoLength: u32 = 0;
let notedFlushed: u64 = 0;
/**
 * Number of the current mini-transaction; 64 bits, because 0 is what a frame carries that was never
 * in a memo, and 32 bits come round to it in 12 hours at 100,000 commits a second.
 */
export let serial: u64 = 0;
/** Bytes of the note in front of the group; see noteFlushed. */
const NOTE_MAX: u32 = 16;
const note: usize = memory.data(16);

export function mtrStart(): void {
  assert(!isActive, "mtr: one mini-transaction at a time");
  isActive = true;
  length = 0;
  records = 0;
  memoLength = 0;
  serial++;
}

/** True when the block is in the memo already: it needs no second fix. */
export function mtrHas(block: ControlBlock): bool {
  return isActive && block.memoSerial == serial;
}

/** Pages in the memo. */
export function mtrPages(): u32 {
  return memoLength;
}

/** Ends a mini-transaction that has changed nothing, and unfixes its memo. */
export function mtrAbandon(): void {
  assert(isActive && records == 0, "mtr: only one without changes can be abandoned");
  isActive = false;
  release(0, 0);
}

/** Hands a fixed page to the mini-transaction, which unfixes it at commit. */
export function mtrMemo(block: ControlBlock): void {
  assert(isActive, "mtr: a memo needs a mini-transaction");
  assert(block.fixCount > 0, "mtr: a page in the memo is fixed");
  assert(memoLength < framesCount, "mtr: the memo holds at most every frame");
  assert(block.memoSerial != serial, "mtr: a page is in the memo once");
  block.memoSerial = serial;
  store<u32>(memoBase + memoLength * 4, <u32>changetype<usize>(block));
  memoLength++;
}

/** Address where the next record goes. */
function place(): usize {
  assert(isActive, "mtr: a change needs a mini-transaction");
  assert(length + pageSize + 64 < mtrSize, "mtr: the buffer takes what a caller may log");
  return mtrBase + length;
}

function added(bytes: u32): void {
  length += bytes;
  records++;
}

/** Changes `size` bytes of the page at `offset`; the page is in the memo. */
export function mtrWrite(block: ControlBlock, offset: u32, from: usize, size: u32): void {
  added(writeStringRecord(place(), block.spaceId, block.pageNo, offset, size, from));
  memory.copy(frameOf(block) + offset, from, size);
}

/** Records bytes of the page that the caller has already changed in the frame. */
export function mtrLog(block: ControlBlock, offset: u32, size: u32): void {
  const from = frameOf(block) + offset;
  added(writeStringRecord(place(), block.spaceId, block.pageNo, offset, size, from));
}

/** Records that the page starts as zeros with a header; bufCreate has made it so in the frame. */
export function mtrInitPage(block: ControlBlock, pageType: u32): void {
  setPageType(frameOf(block), pageType);
  added(initPageRecord(place(), block.spaceId, block.pageNo, pageType));
}

export function mtrFileCreate(spaceId: u32): void {
  added(fileCreateRecord(place(), spaceId));
}

export function mtrFileDelete(spaceId: u32): void {
  added(fileDeleteRecord(place(), spaceId));
}

export function mtrFileExtend(spaceId: u32, fromPages: u64, toPages: u64): void {
  added(fileExtendRecord(place(), spaceId, fromPages, toPages - fromPages));
}

/**
 * Notes in the log how far redo was durable, as a group of its own. Recovery takes the note for
 * proof that redo below it once stood on disk: if it does not now, the log is damaged, not torn.
 */
function noteFlushed(): void {
  if (flushedGroupsLsn <= notedFlushed) return;
  const size = flushedToRecord(note, flushedGroupsLsn);
  assert(size <= NOTE_MAX, "mtr: the note fits its place");
  markSingleRecord(note);
  logAppendGroup(note, size);
  notedFlushed = flushedGroupsLsn;
}

/** Bytes of redo payload a group of `payload` bytes may take, with its note and its end mark. */
export function mtrPayloadBound(payload: u32): u32 {
  return payload + NOTE_MAX + 1;
}

/**
 * Appends the group to the log buffer and returns the LSN of its end.
 * Requires: the log buffer has room for mtrPayloadBound(records), checked before mtrStart.
 * Order: pages join the flush list only now, with the LSN where the group starts.
 */
export function mtrCommit(): u64 {
  assert(isActive, "mtr: commit ends a mini-transaction");
  if (records == 0) {
    isActive = false;
    release(0, 0);
    return lsn;
  }
  if (records == 1) {
    markSingleRecord(mtrBase);
  } else {
    length += multiRecordEnd(mtrBase + length);
  }
  noteFlushed();
  const start = logAppendGroup(mtrBase, length);
  isActive = false;
  bufSetLsnLimit(lsn);
  release(start, lsn);
  return lsn;
}

function release(start: u64, end: u64): void {
  for (let i: u32 = 0; i < memoLength; i++) {
    const block = changetype<ControlBlock>(<usize>load<u32>(memoBase + i * 4));
    if (end != 0 && block.newestModification != end) {
      stampLsn(frameOf(block), pageSize, end);
      block.newestModification = end;
      if (block.oldestModification == 0) flushListAdd(block, start);
      counters.count(counters.BUFFER_POOL_WRITE_REQUESTS);
    }
    bufUnfix(block);
  }
}
