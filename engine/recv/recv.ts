// Recovery: from whatever the disk holds to the state of the last durable record group.
//
//   state     what happens                                              next
//   HEADER    read the log header, choose the newest valid checkpoint   STORE
//   STORE     is the log this store's? (its number on the store page)   SCAN
//   SCAN      walk redo to its end (scan.ts)                            LOOK
//   LOOK      look behind the end for proof that redo is missing        SETTLE
//   SETTLE    make durable what has been found (settle.ts)              RESTORE
//   RESTORE   repair pages from doublewrite copies (restore.ts)         FILES
//   FILES     make the doublewrite files what the settings want         APPLY
//   APPLY     apply redo that is newer than its pages (apply.ts)        CLOSE
//   CLOSE     rewrite the last block and the checkpoint, new epoch      DONE
//
// Any I/O of recovery may be the last before another crash: doublewrite stays untouched until every
// page it can repair is durable, redo until CLOSE, and CLOSE changes nothing that recovery would
// read differently. The new epoch makes sure that blocks a crash left behind the end are never
// taken for newer ones.

import * as counters from "../abi/counters";
import { logStagingBase } from "../abi/arena";
import { forceRecovery, pageSize, redoCapacity, setRedoCapacity } from "../abi/config";
import {
  fail,
  failIo,
  WHAT_FORMAT_VERSION,
  WHAT_LOG_BLOCK,
  WHAT_LOG_CHECKPOINT,
} from "../abi/failure";
import {
  poison,
  WHAT_LOG_HEADER,
  WHAT_LOG_MISPLACED,
  WHAT_LOG_RECORD,
  WHAT_LOG_TRUNCATED,
} from "../abi/failure";
import { WHAT_LOG_SIZE, WHAT_PAGE_SIZE, WHAT_STORE_UUID } from "../abi/failure";
import { AT_RECOVERY, IO_STAMP, KIND_DATA, KIND_LOG, OP_READ, OP_SYNC, OP_WRITE } from "../abi/io";
import { OWNER_RECV, pushRequest, tagOf } from "../abi/ring";
import { DAMAGED, FORMAT, OK, PENDING, READ_FAILED } from "../abi/status";
import { bufSetLsnLimit } from "../buf/pool";
import { logFileSize } from "../fil/found-files";
import { crc32c } from "../format/crc32c";
import { loadU32 } from "../format/bytes";
import { checksumIsValid } from "../format/fil";
import { LOG_BLOCK_HDR_SIZE, OS_FILE_LOG_BLOCK_SIZE } from "../format/log-block";
import * as logFile from "../format/log-file";
import { STORE_PAGE_NO, storeMagicIsOurs, storeUuidOf } from "../format/store-page";
import { filesRunning, filesStart } from "../dblwr/files";
import { checkpointInit } from "../log/checkpoint";
import { blockStart, logBufferInit, ringAddress } from "../log/log-buffer";
import { hardLimit, logDataSize, logFileOffset } from "../log/log-file";
import { logWriterInit } from "../log/log-writer";
import { applyBuffered, applyRequestDone } from "./apply";
import { RESTORE_DONE, restoreRequestDone, restoreStart, restoreState } from "./restore";
import { restoreStatus } from "./restore";
import * as scan from "./scan";
import { SETTLE_INDEX, settleRequestDone, settleStart } from "./settle";
import { bufferLength, END_MISPLACED, END_NOT_YET, streamChunk, streamEnd } from "./stream";
import { streamEndBlock, streamEndNumber, streamRequest, streamStart } from "./stream";

const HEADER: u32 = 0;
const STORE: u32 = 1;
const SCAN: u32 = 2;
const LOOK: u32 = 3;
const SETTLE: u32 = 4;
const RESTORE: u32 = 5;
const FILES: u32 = 6;
const APPLY: u32 = 7;
const CLOSE_READ: u32 = 8;
const CLOSE_WRITE: u32 = 9;
const CLOSE_SYNC: u32 = 10;
const DONE: u32 = 11;
const ENODATA: i32 = -61;

/** PENDING while recovery runs, OK when it is done, otherwise why it stopped. */
export let recvStatus: u32 = PENDING;
/** The log was cut where it is damaged, as innodb_force_recovery asked. */
export let recvWasForced: bool = false;

/** The store the redo log belongs to. */
export let logUuid: u32 = 0;

let state: u32 = HEADER;
let requestInFlight: bool = false;
let checkpointAt: u64 = 0;
let checkpointNumber: u64 = 0;
let checkpointEpoch: u32 = 0;
/** Where the log goes on. */
let endLsn: u64 = 0;

export function recvStart(): void {
  state = HEADER;
  recvStatus = judgeSize(logFile.LOG_FILE_HDR_SIZE);
  if (recvStatus != OK) return;
  recvStatus = PENDING;
  ask(OP_READ, 0, 0, logStagingBase, logFile.LOG_FILE_HDR_SIZE);
}

function ask(op: u32, flags: u32, offset: u64, address: usize, length: u32): void {
  requestInFlight = true;
  const tag = tagOf(OWNER_RECV, 0);
  pushRequest(op, KIND_LOG, AT_RECOVERY, flags, 0, offset, address, length, tag);
}

/** A request of recovery has ended; `index` 1 is a file extension, 2 a sync of settle.ts. */
export function recvRequestDone(index: u32, result: i32): void {
  if (index == 1) {
    if (result < 0) poison(0, 0, result);
    else applyRequestDone();
    return;
  }
  if (index == SETTLE_INDEX) {
    if (settleRequestDone(result)) startRestore();
    return;
  }
  if (state == RESTORE) return restored(result);
  requestInFlight = false;
  // A file too short for its store page is judged with the other files.
  if (state == STORE && result == ENODATA) return startScan();
  if (result < 0) return requestFailed(result);
  moveOn();
}

/** A read may be tried again; after a failed write or sync nobody knows what the disk holds. */
function requestFailed(result: i32): void {
  if (state == CLOSE_WRITE || state == CLOSE_SYNC) poison(KIND_LOG, 0, result);
  else if (state == STORE) recvStatus = failIo(READ_FAILED, KIND_DATA, 0, STORE_PAGE_NO, result);
  else recvStatus = failIo(READ_FAILED, KIND_LOG, 0, 0xffffffff, result);
}

/** The one request of the current state has ended well. */
function moveOn(): void {
  switch (state) {
    case HEADER:
      return readHeader();
    case STORE:
      return readStorePage();
    case SCAN:
      return scanned();
    case LOOK: {
      scan.lookChunk();
      return lookOn();
    }
    case APPLY:
      return streamChunk();
    case CLOSE_READ:
      return closeBlock();
    case CLOSE_WRITE: {
      state = CLOSE_SYNC;
      return ask(OP_SYNC, 0, 0, 0, 0);
    }
    case CLOSE_SYNC: {
      state = DONE;
      recvStatus = OK;
    }
  }
}

function readHeader(): void {
  recvStatus = judgeHeader(logStagingBase);
  if (recvStatus != OK) return;
  recvStatus = chooseCheckpoint(logStagingBase);
  if (recvStatus != OK) return;
  recvStatus = PENDING;
  state = STORE;
  requestInFlight = true;
  const tag = tagOf(OWNER_RECV, 0);
  const at = <u64>STORE_PAGE_NO * pageSize;
  pushRequest(OP_READ, KIND_DATA, AT_RECOVERY, 0, 0, at, logStagingBase, pageSize, tag);
}

/**
 * Redo of one store is never applied to the files of another. A store page that is damaged says
 * nothing here; it is judged again when redo has repaired what it can.
 */
function readStorePage(): void {
  const page = logStagingBase;
  if (checksumIsValid(page, pageSize) && storeMagicIsOurs(page) && storeUuidOf(page) != logUuid) {
    recvStatus = fail(DAMAGED, WHAT_STORE_UUID, KIND_DATA, 0, 1, logUuid, storeUuidOf(page));
    return;
  }
  startScan();
}

function startScan(): void {
  state = SCAN;
  scan.scanStart(checkpointAt);
  streamStart(checkpointAt, u64.MAX_VALUE);
  requestInFlight = streamRequest();
}

function judgeHeader(at: usize): u32 {
  const ours = logFile.LOG_HEADER_FORMAT_TORNPROOF;
  const found = logFile.headerFormat(at);
  const sum = crc32c(at, <u32>logFile.LOG_HEADER_CHECKSUM);
  const stored = loadU32(at + logFile.LOG_HEADER_CHECKSUM);
  if (sum != stored) return fail(DAMAGED, WHAT_LOG_HEADER, KIND_LOG, 0, 0, sum, stored);
  if (found != ours) return fail(FORMAT, WHAT_FORMAT_VERSION, KIND_LOG, 0, 0, ours, found);
  if (!logFile.headerIsValid(at)) return fail(DAMAGED, WHAT_LOG_HEADER, KIND_LOG, 0, 0, 1, 0);
  logUuid = logFile.headerUuid(at);
  const size = logFile.headerPageSize(at);
  if (size != pageSize) return fail(FORMAT, WHAT_PAGE_SIZE, KIND_LOG, 0, 0, size, pageSize);
  setRedoCapacity(logFile.headerCapacity(at) + logFile.LOG_FILE_HDR_SIZE);
  if (logDataSize() != logFile.headerCapacity(at)) {
    return fail(DAMAGED, WHAT_LOG_HEADER, KIND_LOG, 0, 0xffffffff, 1, 0);
  }
  return judgeSize(redoCapacity);
}

/** A shorter log has lost redo, whatever its blocks say. */
function judgeSize(bytes: u64): u32 {
  if (logFileSize >= bytes) return OK;
  return fail(DAMAGED, WHAT_LOG_SIZE, KIND_LOG, 0, 0xffffffff, bytes, logFileSize);
}

/** The valid checkpoint block with the highest number. */
function chooseCheckpoint(at: usize): u32 {
  checkpointNumber = 0;
  consider(at + logFile.LOG_CHECKPOINT_1);
  consider(at + logFile.LOG_CHECKPOINT_2);
  if (checkpointNumber != 0) return OK;
  return fail(DAMAGED, WHAT_LOG_CHECKPOINT, KIND_LOG, 0, 0, 1, 0);
}

function consider(at: usize): void {
  if (!logFile.checkpointIsValid(at)) return;
  if (logFile.checkpointNumber(at) <= checkpointNumber) return;
  const lsn = logFile.checkpointLsn(at);
  const inBlock = <u32>(lsn % OS_FILE_LOG_BLOCK_SIZE);
  if (lsn < logFile.LOG_START_LSN || inBlock < LOG_BLOCK_HDR_SIZE) return;
  checkpointNumber = logFile.checkpointNumber(at);
  checkpointAt = lsn;
  checkpointEpoch = logFile.checkpointEpoch(at);
}

/** A chunk has been read in the first pass. */
function scanned(): void {
  streamChunk();
  scan.scanGroups();
  if (!scan.scanIsMalformed && streamRequest()) {
    requestInFlight = true;
    return;
  }
  if (streamEnd == END_NOT_YET && !scan.scanIsMalformed) {
    // A group larger than the parse buffer: no transaction of this format makes one.
    recvStatus = fail(DAMAGED, WHAT_LOG_RECORD, KIND_LOG, 0, 0, scan.scannedLsn, bufferLength);
    return;
  }
  endLsn = scan.scannedLsn;
  state = LOOK;
  scan.lookStart(checkpointAt);
  lookOn();
}

function lookOn(): void {
  if (scan.lookRequest()) {
    requestInFlight = true;
    return;
  }
  const isDamaged = scan.scanFoundDamage();
  if (isDamaged || scan.provenLsn > endLsn) {
    const what = isDamaged ? damageOfLog() : WHAT_LOG_TRUNCATED;
    const at = isDamaged ? streamEndBlock : endLsn;
    const proven = max(scan.provenLsn, isDamaged ? streamEndBlock : 0);
    if (forceRecovery == 0) {
      const block = <u32>(logFileOffset(blockStart(at)) / OS_FILE_LOG_BLOCK_SIZE);
      const wanted = isDamaged ? streamEndBlock : proven;
      const found = what == WHAT_LOG_MISPLACED ? <u64>streamEndNumber : endLsn;
      recvStatus = fail(DAMAGED, what, KIND_LOG, 0, block, wanted, found);
      return;
    }
    recvWasForced = true;
    counters.setCounter(counters.RECV_DROPPED_FROM_LSN, endLsn);
    counters.setCounter(counters.RECV_DROPPED_TO_LSN, max(proven, endLsn));
  }
  bufSetLsnLimit(forceRecovery > 0 ? u64.MAX_VALUE : endLsn);
  state = SETTLE;
  settleStart();
}

function damageOfLog(): u32 {
  if (scan.scanIsMalformed) return WHAT_LOG_RECORD;
  return streamEnd == END_MISPLACED ? WHAT_LOG_MISPLACED : WHAT_LOG_BLOCK;
}

function startRestore(): void {
  state = RESTORE;
  restoreStart(checkpointAt, endLsn);
  restoreMoved();
}

function restored(result: i32): void {
  restoreRequestDone(result);
  restoreMoved();
}

function restoreMoved(): void {
  if (restoreStatus != OK) {
    recvStatus = restoreStatus;
    return;
  }
  if (restoreState != RESTORE_DONE) return;
  state = FILES;
  requestInFlight = false;
  filesStart();
}

function startApply(): void {
  state = APPLY;
  // Pages become dirty while redo is applied, and may be written back at once.
  checkpointInit(checkpointAt, checkpointNumber);
  logWriterInit(endLsn);
  streamStart(checkpointAt, endLsn);
}

/** Moves on whatever does not wait for a request of its own. */
export function recvStep(): void {
  if (state == FILES && recvStatus == PENDING && !filesRunning()) startApply();
  if (state != APPLY || recvStatus != PENDING || requestInFlight) return;
  const status = applyBuffered();
  if (status == PENDING) return;
  if (status != OK) {
    recvStatus = status;
    return;
  }
  if (streamRequest()) {
    requestInFlight = true;
    return;
  }
  state = CLOSE_READ;
  if (recvWasForced) {
    // Beyond the LSN of any page, and in the file where no redo that was still needed can stand.
    const beyond = blockStart(checkpointAt + hardLimit()) + OS_FILE_LOG_BLOCK_SIZE;
    endLsn = beyond + logDataSize() + LOG_BLOCK_HDR_SIZE;
    return closeBlock();
  }
  const offset = logFileOffset(blockStart(endLsn));
  ask(OP_READ, 0, offset, logStagingBase, OS_FILE_LOG_BLOCK_SIZE);
}

/** Writes the block the log goes on in, cut at its end, under the new epoch. */
function closeBlock(): void {
  const start = blockStart(endLsn);
  const ring = ringAddress(start);
  memory.copy(ring, logStagingBase, OS_FILE_LOG_BLOCK_SIZE);
  logBufferInit(endLsn, max(checkpointEpoch, scan.highestEpoch) + 1);
  logWriterInit(endLsn);
  bufSetLsnLimit(recvWasForced ? u64.MAX_VALUE : endLsn);
  memory.copy(logStagingBase, ring, OS_FILE_LOG_BLOCK_SIZE);
  state = CLOSE_WRITE;
  ask(OP_WRITE, IO_STAMP, logFileOffset(start), logStagingBase, OS_FILE_LOG_BLOCK_SIZE);
}
