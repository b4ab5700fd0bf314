// The second pass over redo: applies every record that is newer than its page.
//
// Groups are applied in log order, each record to its page in the buffer pool; pages that are
// missing are read, and reading is started ahead of the group at hand. A page takes a group when
// its LSN is below the group's end, and then carries that end, exactly as the mini-transaction left
// it. Pages become dirty as in normal running and are written back by the page cleaner if frames
// run short.

import * as counters from "../abi/counters";
import { logBufferBase, memoBase } from "../abi/arena";
import { forceRecovery, framesCount, pageShift, pageSize } from "../abi/config";
import { fail, failureErrno, WHAT_LOG_RECORD, WHAT_SPACE_SHORT } from "../abi/failure";
import { AT_RECOVERY, IO_LINK, KIND_DATA, KIND_LOG, OP_EXTEND, OP_SYNC } from "../abi/io";
import { OWNER_RECV, pushRequest, tagOf } from "../abi/ring";
import { DAMAGED, OK, PENDING, READ_FAILED, TOO_LARGE } from "../abi/status";
import { ControlBlock, frameOf } from "../buf/control-block";
import { flushListAdd } from "../buf/flush-list";
import { bufCreate, bufFix, bufUnfix, fixStatus, readsInFlight } from "../buf/pool";
import { freeLength } from "../buf/free-list";
import { SPACE_DROPPED, spaceFind } from "../fil/space";
import { pageLsn, stampLsn } from "../format/fil";
import { MLOG_FILE_EXTEND, MLOG_INIT_FILE_PAGE2, MLOG_WRITE_STRING } from "../format/mlog";
import { parseRecord, recDataAt, recLength, recOffset, recPage, recSpace } from "../format/mlog";
import { recType, recValue1, recValue2 } from "../format/mlog";
import { findGroup, GROUP_WHOLE, groupLength } from "./groups";
import { lsnAfter } from "./lsn-math";
import { bufferLength, bufferLsn, streamConsume } from "./stream";

const ENODATA: i32 = -61;
/** Page reads kept in flight ahead of the group being applied. */
const READ_AHEAD: u32 = 64;

/** Bytes of the parse buffer whose groups are applied. */
let position: u32 = 0;
/** Bytes of the current group whose records are applied. */
let inGroup: u32 = 0;
/** Bytes of the parse buffer whose pages have been asked for. */
let ahead: u32 = 0;
let touched: u32 = 0;
/** Number of the group at hand, in the upper half of what mini-transactions count in. */
export let groupSerial: u64 = 1 << 63;
/** Requests of a file extension in flight. */
let extending: u32 = 0;

/**
 * Applies what is in the parse buffer; OK when all of it is applied, PENDING when a page is on its
 * way, otherwise why recovery must stop.
 */
export function applyBuffered(): u32 {
  if (extending > 0) return PENDING;
  readAhead();
  while (findGroup(position) == GROUP_WHOLE) {
    const start = lsnAfter(bufferLsn, position);
    const end = lsnAfter(bufferLsn, position + groupLength);
    const status = applyGroup(end);
    if (status != OK) return status;
    finishGroup(start, end);
    position += groupLength;
    inGroup = 0;
    groupSerial++;
    ahead = max(ahead, position);
    counters.count(counters.RECV_GROUPS_APPLIED);
  }
  streamConsume(position, lsnAfter(bufferLsn, position));
  ahead -= position;
  position = 0;
  return OK;
}

/** Asks for the pages of the records ahead. */
function readAhead(): void {
  const end = logBufferBase + bufferLength;
  ahead = max(ahead, position);
  while (readsInFlight < READ_AHEAD && freeLength > framesCount / 4) {
    const at = logBufferBase + ahead;
    const size = parseRecord(at, end);
    if (size == 0 || size == 0xffffffff) return;
    ahead += size;
    if (recType != MLOG_WRITE_STRING) continue;
    const space = spaceFind(recSpace);
    if (space === null || space.state == SPACE_DROPPED || recPage >= space.filePages) continue;
    const block = bufFix(recSpace, recPage);
    if (block !== null) bufUnfix(block);
    else if (fixStatus != PENDING) return;
  }
}

function applyGroup(end: u64): u32 {
  while (inGroup < groupLength) {
    const at = logBufferBase + position + inGroup;
    const size = parseRecord(at, at + groupLength - inGroup);
    const status = applyRecord(end);
    if (status != OK) return status;
    inGroup += size;
  }
  return OK;
}

function applyRecord(end: u64): u32 {
  const isChange = recType == MLOG_WRITE_STRING || recType == MLOG_INIT_FILE_PAGE2;
  if (!isChange && recType != MLOG_FILE_EXTEND) return OK;
  const space = spaceFind(recSpace);
  // Without a file it was dropped since, or is lost: load.ts asks the dictionary, once complete.
  if (space === null) return skipRecord();
  if (space.state == SPACE_DROPPED) return OK;
  if (recType == MLOG_FILE_EXTEND) return applyExtend(<u32>(recValue1 + recValue2));
  if (recOffset + recLength > pageSize) {
    return fail(DAMAGED, WHAT_LOG_RECORD, KIND_LOG, 0, recPage, pageSize, recOffset + recLength);
  }
  return applyChange(end);
}

function applyChange(end: u64): u32 {
  const isInit = recType == MLOG_INIT_FILE_PAGE2;
  const block = isInit ? bufCreate(recSpace, recPage, <u32>recValue1) : bufFix(recSpace, recPage);
  if (block === null) {
    // Forced recovery goes on without the page; whoever reads it is refused.
    const isShort = fixStatus == READ_FAILED && failureErrno() == ENODATA;
    if (forceRecovery == 0 || (fixStatus != DAMAGED && !isShort)) return missing();
    return skipRecord();
  }
  const isMarked = block.memoSerial == groupSerial;
  if (!isMarked && !isInit && pageLsn(frameOf(block)) >= end) {
    bufUnfix(block);
    counters.count(counters.RECV_RECORDS_SKIPPED);
    return OK;
  }
  if (!isInit) memory.copy(frameOf(block) + recOffset, recDataAt, recLength);
  counters.count(counters.RECV_RECORDS_APPLIED);
  if (isMarked) {
    bufUnfix(block);
    return OK;
  }
  if (touched >= framesCount - 4) return TOO_LARGE;
  block.memoSerial = groupSerial;
  store<u32>(memoBase + touched * 4, <u32>changetype<usize>(block));
  touched++;
  return OK;
}

/** This change is given up: its tablespace has no file, or recovery is forced. */
function skipRecord(): u32 {
  counters.count(counters.RECV_RECORDS_SKIPPED);
  return OK;
}

function missing(): u32 {
  if (fixStatus == READ_FAILED && failureErrno() == ENODATA) {
    return fail(DAMAGED, WHAT_SPACE_SHORT, KIND_DATA, recSpace, recPage, <u64>recPage + 1, recPage);
  }
  return fixStatus;
}

/** Pages of a group stay fixed until its end, and then carry the group's end LSN. */
function finishGroup(start: u64, end: u64): void {
  for (let i: u32 = 0; i < touched; i++) {
    const block = changetype<ControlBlock>(<usize>load<u32>(memoBase + i * 4));
    if (pageLsn(frameOf(block)) < end) stampLsn(frameOf(block), pageSize, end);
    block.newestModification = max(block.newestModification, end);
    if (block.oldestModification == 0) flushListAdd(block, start);
    bufUnfix(block);
  }
  touched = 0;
}

/** The file must be as long as the log says, before any page behind its old end is touched. */
function applyExtend(pages: u32): u32 {
  const space = spaceFind(recSpace)!;
  if (space.filePages >= pages) return OK;
  const from = (<u64>space.filePages) << pageShift;
  const bytes = (pages - space.filePages) << pageShift;
  const tag = tagOf(OWNER_RECV, 1);
  pushRequest(OP_EXTEND, KIND_DATA, AT_RECOVERY, IO_LINK, space.id, from, 0, bytes, tag);
  pushRequest(OP_SYNC, KIND_DATA, AT_RECOVERY, 0, space.id, 0, 0, 0, tag);
  extending = 2;
  space.filePages = pages;
  return PENDING;
}

/** A request of an extension has ended. */
export function applyRequestDone(): void {
  extending--;
}
