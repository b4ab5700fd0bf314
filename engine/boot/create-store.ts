// Creates a store in an empty directory.
//
//   marker · ibdata1 · doublewrite files · redo log · folders synced · marker removed
//
// The marker exists while any file may be incomplete. A crash in between leaves the marker, and the
// next opener starts over; without the marker every file is complete and durable.

import { doublewriteMode, DBLWR_DETECT_ONLY, doublewriteKeepsCopies } from "../abi/config";
import { extendPages, pageShift, pageSize, redoCapacity, storeUuid } from "../abi/config";
import { logStagingBase } from "../abi/arena";
import { poison } from "../abi/failure";
import {
  AT_FILE_CREATE,
  KIND_BDBLWR,
  KIND_DATA,
  KIND_DBLWR,
  KIND_LOG,
  KIND_MARKER,
} from "../abi/io";
import { OP_CREATE, OP_DELETE, OP_EXTEND, OP_SYNC, OP_SYNC_DIR, OP_WRITE } from "../abi/io";
import { OWNER_CREATE, pushRequest, tagOf } from "../abi/ring";
import { SPACE_ACTIVE, spaceAdd } from "../fil/space";
import { LOG_BLOCK_HDR_SIZE } from "../format/log-block";
import { LOG_CHECKPOINT_1, LOG_CHECKPOINT_2, LOG_FILE_HDR_SIZE } from "../format/log-file";
import { checkpointOffset, LOG_START_LSN, writeCheckpoint, writeHeader } from "../format/log-file";
import { extentPages } from "../format/page-size";
import { buildSystemPages, systemPages } from "../fsp/create";
import { logDataSize } from "../log/log-file";
import { filesStart, filesStep } from "../dblwr/files";

/** Redo is zero-written in pieces of at most this many bytes. */
const ZERO_PIECE: u64 = 1 << 30;

/** The first LSN a record group can have. */
export const FIRST_LSN: u64 = LOG_START_LSN + LOG_BLOCK_HDR_SIZE;

let step: u32 = 0;
let zeroed: u64 = 0;
export let createDone: bool = false;

export function createStart(): void {
  step = 0;
  createDone = false;
  next();
}

function ask(op: u32, kind: u32, offset: u64, address: usize, length: u32): void {
  const tag = tagOf(OWNER_CREATE, 0);
  pushRequest(op, kind, AT_FILE_CREATE, 0, 0, offset, address, length, tag);
}

function systemSize(): u32 {
  const pages = systemPages();
  if (extendPages != 0) return pages + extendPages;
  return max(extentPages(pageSize), pages);
}

/** Starts the next step; every step has one request, except the doublewrite files. */
function next(): void {
  step++;
  switch (step) {
    case 1:
      return ask(OP_CREATE, KIND_MARKER, 0, 0, 0);
    case 2:
      return ask(OP_SYNC_DIR, KIND_MARKER, 0, 0, 0);
    case 3:
      return ask(OP_CREATE, KIND_DATA, 0, 0, 0);
    case 4:
      return writeSystemPages();
    case 5:
      return growSystemSpace();
    case 6:
      return ask(OP_SYNC, KIND_DATA, 0, 0, 0);
    case 7:
      return doublewriteFiles();
    case 8:
      return ask(OP_CREATE, KIND_LOG, 0, 0, 0);
    case 9:
      return zeroRedo();
    case 10:
      return writeLogHeader();
    case 11:
      return ask(OP_SYNC, KIND_LOG, 0, 0, 0);
    case 12:
      return ask(OP_SYNC_DIR, KIND_LOG, 0, 0, 0);
    case 13:
      return ask(OP_SYNC_DIR, KIND_DATA, 0, 0, 0);
    case 14:
      return ask(OP_DELETE, KIND_MARKER, 0, 0, 0);
    case 15:
      return ask(OP_SYNC_DIR, KIND_MARKER, 0, 0, 0);
  }
  finish();
}

function writeSystemPages(): void {
  buildSystemPages(logStagingBase, systemSize(), storeUuid);
  ask(OP_WRITE, KIND_DATA, 0, logStagingBase, systemPages() << pageShift);
}

function growSystemSpace(): void {
  const used = systemPages();
  const rest = systemSize() - used;
  if (rest == 0) return next();
  ask(OP_EXTEND, KIND_DATA, (<u64>used) << pageShift, 0, rest << pageShift);
}

function doublewriteFiles(): void {
  if (!filesStart()) next();
}

function zeroRedo(): void {
  const piece = <u32>min(ZERO_PIECE, redoCapacity - zeroed);
  ask(OP_EXTEND, KIND_LOG, zeroed, 0, piece);
  zeroed += piece;
}

function writeLogHeader(): void {
  memory.fill(logStagingBase, 0, LOG_FILE_HDR_SIZE);
  writeHeader(logStagingBase, storeUuid, LOG_START_LSN, logDataSize(), pageSize);
  const at = checkpointOffset(1);
  assert(at == LOG_CHECKPOINT_1 || at == LOG_CHECKPOINT_2, "create: a checkpoint has two places");
  writeCheckpoint(logStagingBase + at, 1, FIRST_LSN, 1);
  ask(OP_WRITE, KIND_LOG, 0, logStagingBase, LOG_FILE_HDR_SIZE);
}

/** A request of the current step has ended. */
export function createRequestDone(result: i32): void {
  if (result < 0) {
    poison(failedKind(), 0, result);
    return;
  }
  if (step == 7 && filesStep()) return;
  if (step == 9 && zeroed < redoCapacity) return zeroRedo();
  next();
}

function failedKind(): u32 {
  if (step <= 2 || step >= 14) return KIND_MARKER;
  if (step <= 6 || step == 13) return KIND_DATA;
  if (step == 7) return doublewriteMode == DBLWR_DETECT_ONLY ? KIND_BDBLWR : KIND_DBLWR;
  return KIND_LOG;
}

function finish(): void {
  const space = spaceAdd(0, SPACE_ACTIVE)!;
  space.sizePages = systemSize();
  space.filePages = space.sizePages;
  createDone = true;
  assert(doublewriteKeepsCopies() || doublewriteMode != 1, "create: doublewrite ON keeps copies");
}
