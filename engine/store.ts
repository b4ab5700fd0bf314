// The top state machine: open, run, close. One poll() takes completions and moves everything on.
//
//   state      event                            next
//   NEW        storeCreate / storeOpen          CREATING / RECOVERING
//   CREATING   every file is durable            RUNNING
//   RECOVERING recovery is done                 LOADING
//   LOADING    dictionary read, orphans gone    CLEANING
//   CLEANING   checkpoint under the new epoch   RUNNING
//   RUNNING    storeClose                       CLOSING
//   CLOSING    every page clean, checkpoint     CLOSED
//   any        a write or a sync fails          FAILED (poisoned)
//   opening    damage, wrong format             FAILED

import { logTimeoutMs } from "./abi/config";
import { poisoned } from "./abi/failure";
import { AT_LOG_BACKGROUND } from "./abi/io";
import * as ring from "./abi/ring";
import { DAMAGED, OK, PENDING, WRONG_STATE } from "./abi/status";
import { createDone, createRequestDone, createStart, FIRST_LSN } from "./boot/create-store";
import { loadRequestDone, loadStep } from "./boot/load";
import { flushLength } from "./buf/flush-list";
import { bufInit, bufReadDone, bufSetLsnLimit, bufSetNow } from "./buf/pool";
import { ddlInFlight, ddlRequestDone, ddlStep } from "./ddl/ddl";
import { filesRequestDone } from "./dblwr/files";
import { dataFileId, dataFilePages, dataFilesCount } from "./fil/found-files";
import { SPACE_FOUND, spaceAdd } from "./fil/space";
import { batchesBusy, batchesOldest, batchesStep, batchRequestDone } from "./flush/batch";
import { cleanerFlushUpTo, cleanerStep } from "./flush/page-cleaner";
import { extendRequestDone, extendStep } from "./fsp/extend";
import * as checkpoint from "./log/checkpoint";
import { logBufferInit, lsn } from "./log/log-buffer";
import { softLimit } from "./log/log-file";
import * as writer from "./log/log-writer";
import { clearLogSpaceWanted, logSpaceWanted } from "./log/room";
import { recvRequestDone, recvStart, recvStatus, recvStep, recvWasForced } from "./recv/recv";

export const STATE_NEW: u32 = 0;
export const STATE_CREATING: u32 = 1;
export const STATE_RECOVERING: u32 = 2;
export const STATE_LOADING: u32 = 3;
export const STATE_CLEANING: u32 = 4;
export const STATE_RUNNING: u32 = 5;
export const STATE_CLOSING: u32 = 6;
export const STATE_CLOSED: u32 = 7;
export const STATE_FAILED: u32 = 8;

export let storeState: u32 = STATE_NEW;
/** Why the store failed to open. */
export let storeStatus: u32 = OK;

let lastLogTimeMs: u64 = 0;
let lastCheckpointMs: u64 = 0;
/** A sharp checkpoint is to reach this LSN; 0: none is asked for. */
let sharpTarget: u64 = 0;
const CHECKPOINT_INTERVAL_MS: u64 = 1000;

/** Starts creating a store in an empty directory. */
export function storeCreate(): u32 {
  if (storeState != STATE_NEW) return WRONG_STATE;
  bufInit();
  storeState = STATE_CREATING;
  createStart();
  return PENDING;
}

/** Starts recovering an existing store; the host has told which files it found. */
export function storeOpen(): u32 {
  if (storeState != STATE_NEW) return WRONG_STATE;
  bufInit();
  for (let i: u32 = 0; i < dataFilesCount; i++) {
    const space = spaceAdd(dataFileId(i), SPACE_FOUND);
    if (space !== null) space.filePages = dataFilePages(i);
  }
  storeState = STATE_RECOVERING;
  recvStart();
  return PENDING;
}

/** Asks for everything to be clean and a checkpoint at least at today's LSN. */
export function storeCheckpoint(): f64 {
  sharpTarget = max(sharpTarget, lsn);
  cleanerFlushUpTo(lsn);
  return <f64>lsn;
}

/** Cleans everything, writes a last checkpoint, and stops. */
export function storeClose(): u32 {
  if (storeState != STATE_RUNNING) return WRONG_STATE;
  storeState = STATE_CLOSING;
  // Asked for before the next poll, which then has something to start at once.
  storeCheckpoint();
  return PENDING;
}

/** Takes completions, moves every state machine on. `nowMs`: a clock that never goes back. */
export function poll(nowMs: u64): void {
  bufSetNow(nowMs);
  while (ring.popCompletion()) dispatch();
  if (poisoned()) {
    // Completions that came together with the failure may have asked for more.
    ring.withdrawRequests();
    storeState = STATE_FAILED;
    return;
  }
  if (storeState < STATE_RUNNING) openStep();
  if (storeState == STATE_RECOVERING || storeState == STATE_LOADING) {
    cleanerStep(nowMs);
  } else if (storeState >= STATE_CLEANING && storeState <= STATE_CLOSING) {
    runStep(nowMs);
  }
  batchesStep();
  writer.logWriterStep();
}

function dispatch(): void {
  const index = ring.doneTag & 0xffffff;
  const result = ring.doneResult;
  switch (ring.doneTag >> 24) {
    case ring.OWNER_PAGE_READ:
      return bufReadDone(index, result, ring.doneFlags);
    case ring.OWNER_BATCH:
      return batchRequestDone(index, result);
    case ring.OWNER_LOG:
      return writer.logWriteDone(result);
    case ring.OWNER_CHECKPOINT:
      return checkpoint.checkpointRequestDone(index, result);
    case ring.OWNER_RECV:
      return recvRequestDone(index, result);
    case ring.OWNER_DDL:
      return ddlRequestDone(result);
    case ring.OWNER_EXTEND:
      return extendRequestDone(index, result);
    case ring.OWNER_CREATE:
      return createCompleted(index, result);
  }
  assert(false, "store: a completion belongs to somebody");
}

function createCompleted(index: u32, result: i32): void {
  if (index == 1) loadRequestDone(result);
  else if (storeState == STATE_CREATING) createRequestDone(result);
  else filesRequestDone(result);
}

function openStep(): void {
  if (storeState == STATE_CREATING && createDone) startRunning();
  if (storeState == STATE_RECOVERING) {
    recvStep();
    if (recvStatus == OK) storeState = STATE_LOADING;
    else if (recvStatus != PENDING) failed(recvStatus);
  }
  if (storeState == STATE_LOADING) {
    const status = loadStep();
    if (status == OK) return startCleaning();
    if (status != PENDING) failed(status);
  } else if (storeState == STATE_CLEANING && !checkpoint.checkpointInFlight() && sharpTarget == 0) {
    bufSetLsnLimit(lsn);
    storeState = STATE_RUNNING;
  }
}

/** After a forced recovery everything is cleaned: the redo that was cut must never be needed. */
function startCleaning(): void {
  storeState = STATE_CLEANING;
  if (recvWasForced) storeCheckpoint();
  else checkpoint.checkpointRewrite();
}

function startRunning(): void {
  logBufferInit(FIRST_LSN, 1);
  writer.logWriterInit(FIRST_LSN);
  checkpoint.checkpointInit(FIRST_LSN, 1);
  bufSetLsnLimit(FIRST_LSN);
  storeState = STATE_RUNNING;
}

function failed(status: u32): void {
  assert(status >= DAMAGED || status != OK, "store: a failure has a reason");
  storeStatus = status;
  storeState = STATE_FAILED;
}

function runStep(nowMs: u64): void {
  ddlStep();
  extendStep();
  if (nowMs >= lastLogTimeMs + logTimeoutMs) {
    lastLogTimeMs = nowMs;
    if (writer.flushedToDiskLsn < lsn) writer.logWriteUpTo(lsn, true, AT_LOG_BACKGROUND);
  }
  cleanerStep(nowMs);
  batchesStep();
  checkpointTick(nowMs);
  checkpoint.checkpointStep();
  if (storeState == STATE_CLOSING) closeStep();
}

/** A checkpoint once per second, sooner when redo space or a sharp checkpoint is wanted. */
function checkpointTick(nowMs: u64): void {
  if (sharpTarget != 0 && checkpoint.checkpointLsn >= sharpTarget) sharpTarget = 0;
  const age = lsn - checkpoint.checkpointLsn;
  const isPressing = logSpaceWanted || age > softLimit() / 2;
  // One checkpoint, once every page below the target is on disk: not one for each step on the way.
  const isSharp =
    sharpTarget != 0 && checkpoint.checkpointCandidate(batchesOldest()) >= sharpTarget;
  const isTime = nowMs >= lastCheckpointMs + CHECKPOINT_INTERVAL_MS;
  if (logSpaceWanted) {
    clearLogSpaceWanted();
    cleanerFlushUpTo(checkpoint.checkpointLsn + age / 4 + 1);
  }
  if (!isTime && !isPressing && !isSharp) return;
  lastCheckpointMs = nowMs;
  checkpoint.checkpointStart(batchesOldest());
}

function closeStep(): void {
  if (ddlInFlight() || batchesBusy > 0 || checkpoint.checkpointInFlight()) return;
  if (flushLength > 0 || checkpoint.checkpointLsn < lsn) {
    if (sharpTarget == 0) storeCheckpoint();
    return;
  }
  if (writer.logWriteInFlight() || ring.requestsInFlight > 0) return;
  storeState = STATE_CLOSED;
}

/** True when a sharp checkpoint that was asked for is done. */
export function checkpointIsDone(): bool {
  return sharpTarget == 0 || checkpoint.checkpointLsn >= sharpTarget;
}
