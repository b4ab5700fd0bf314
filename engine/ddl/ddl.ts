// Creating and dropping tablespaces, one at a time; each survives a crash at any point.
//
//   create                                            drop
//   FIND     the name is new                          FIND     the name exists
//   PLACE    an entry is empty
//   FILE     create, write, grow, sync, sync folder   LOG      entry emptied, FILE_DELETE logged
//   LOG      entry and FILE_CREATE logged             DURABLE  redo up to there is durable
//   DURABLE  redo up to there is durable              PURGE    pages forgotten, I/O ended
//                                                     FILE     delete, sync folder
//
// A crash before the log says so leaves a file nobody knows, removed at the next start; a crash
// after a drop was logged leaves one too. A file the dictionary knows is always complete.

import { spaceFind } from "../fil/space";
import { whyNoPages } from "../fil/skipped";
import { ddlBase, exchangeBase } from "../abi/arena";
import { extendPages, pageShift, pageSize } from "../abi/config";
import { failIo, poison, poisoned } from "../abi/failure";
import {
  AT_FILE_CREATE,
  AT_LOG_WRITE_AHEAD,
  IO_STAMP,
  KIND_DATA,
  OP_CREATE,
  OP_DELETE,
} from "../abi/io";
import { OP_EXTEND, OP_SYNC, OP_SYNC_DIR, OP_WRITE } from "../abi/io";
import { OWNER_DDL, pushRequest, tagOf } from "../abi/ring";
import { EXISTS, NO_SPACE, NOT_FOUND, OK, PENDING, TOO_LARGE, WRONG_STATE } from "../abi/status";
import { frameOf } from "../buf/control-block";
import { bufDiscardSpace, bufFix, bufUnfix, fixStatus } from "../buf/pool";
import { SPACE_ACTIVE, SPACE_CREATING, SPACE_DROPPED, spaceAdd, spaceGet } from "../fil/space";
import { spaceRemove } from "../fil/space";
import { extentPages } from "../format/page-size";
import { DICT_ENTRY_SIZE, dictEntry, setStoreNextSpaceId } from "../format/store-page";
import {
  STORE_NEXT_SPACE_ID,
  STORE_PAGE_NO,
  storeNextSpaceId,
  writeEntry,
} from "../format/store-page";
import { buildFspHeader } from "../fsp/create";
import { lsn } from "../log/log-buffer";
import { flushedToDiskLsn, logWriteUpTo } from "../log/log-writer";
import { logHasRoomFor } from "../log/room";
import { mtrCommit, mtrFileCreate, mtrFileDelete, mtrLog, mtrMemo, mtrStart } from "../mtr/mtr";
import { trxForbidSpace } from "../trx/trx";
import { dictFind, dictStatus, foundIndex, foundPage, foundSpaceId } from "./dictionary";

const IDLE: u32 = 0;
const FIND: u32 = 1;
const PLACE: u32 = 2;
const FILE_CREATE: u32 = 3;
const FILE_WRITE: u32 = 4;
const FILE_GROW: u32 = 5;
const FILE_SYNC: u32 = 6;
const FILE_FOLDER: u32 = 7;
const LOG: u32 = 8;
const DURABLE: u32 = 9;
const PURGE: u32 = 10;
const FILE_DELETE: u32 = 11;
const DELETE_FOLDER: u32 = 12;
/** A file that could not be completed is being removed. */
const UNDO: u32 = 13;

const REDO_BYTES: u32 = 512;
const EEXIST: i32 = -17;

/** How the last DDL call ended, or PENDING. */
export let ddlStatus: u32 = OK;
/** The tablespace it was about. */
export let ddlSpaceId: u32 = 0;
export let ddlSpacePages: u32 = 0;

let state: u32 = IDLE;
let isCreate: bool = false;
let waiting: bool = false;
let nameLength: u32 = 0;
let logged: u64 = 0;
const name: usize = memory.data(64);

/** Starts creating (or dropping) the tablespace whose name stands in the exchange area. */
export function ddlStart(create: bool, length: u32): u32 {
  if (state != IDLE) return WRONG_STATE;
  assert(length >= 1 && length <= 64, "ddl: a name has 1 to 64 bytes");
  memory.copy(name, exchangeBase, length);
  nameLength = length;
  isCreate = create;
  state = FIND;
  ddlStatus = PENDING;
  ddlStep();
  return PENDING;
}

export function ddlInFlight(): bool {
  return state != IDLE;
}

function end(status: u32): void {
  state = IDLE;
  ddlStatus = status;
  trxForbidSpace(0xffffffff);
}

/** Moves on whatever does not wait for a request. */
export function ddlStep(): void {
  if (state == IDLE || waiting || poisoned()) return;
  if (state == FIND) stepFind();
  if (state == PLACE) stepPlace();
  if (state == LOG) stepLog();
  if (state == DURABLE && flushedToDiskLsn >= logged) stepDurable();
  if (state == PURGE && spaceGet(ddlSpaceId).pendingIo == 0) {
    request(FILE_DELETE, OP_DELETE, 0, 0, 0, 0);
  }
}

function stepFind(): void {
  const found = dictFind(name, nameLength);
  if (dictStatus == PENDING) return;
  if (dictStatus != OK) return end(dictStatus);
  if (isCreate) {
    if (found) return end(EXISTS);
    state = PLACE;
    return;
  }
  if (!found) return end(NOT_FOUND);
  ddlSpaceId = foundSpaceId;
  const space = spaceFind(ddlSpaceId);
  if (space === null || space.state != SPACE_ACTIVE) return end(whyNoPages(space));
  state = LOG;
}

/** An empty entry, the next space id, and a first request for the file. */
function stepPlace(): void {
  const page = bufFix(0, STORE_PAGE_NO);
  if (page === null) {
    if (fixStatus != PENDING) end(fixStatus);
    return;
  }
  ddlSpaceId = storeNextSpaceId(frameOf(page));
  bufUnfix(page);
  const found = dictFind(0, 0);
  if (dictStatus == PENDING) return;
  if (dictStatus != OK) return end(dictStatus);
  if (!found) return end(TOO_LARGE);
  const space = spaceAdd(ddlSpaceId, SPACE_CREATING);
  if (space === null) return end(TOO_LARGE);
  ddlSpacePages = extendPages != 0 ? max<u32>(extendPages, 2) : extentPages(pageSize);
  buildFspHeader(ddlBase, ddlSpaceId, ddlSpacePages, 1);
  request(FILE_CREATE, OP_CREATE, 0, 0, 0, 0);
}

function request(next: u32, op: u32, flags: u32, offset: u64, address: usize, length: u32): void {
  state = next;
  waiting = true;
  const tag = tagOf(OWNER_DDL, 0);
  pushRequest(op, KIND_DATA, AT_FILE_CREATE, flags, ddlSpaceId, offset, address, length, tag);
}

/** The request of the current state has ended. */
export function ddlRequestDone(result: i32): void {
  assert(waiting, "ddl: a finished request was in flight");
  waiting = false;
  if (result < 0 && state != UNDO) return failed(result);
  switch (state) {
    case FILE_CREATE:
      return request(FILE_WRITE, OP_WRITE, IO_STAMP, 0, ddlBase, pageSize);
    case FILE_WRITE:
      return request(FILE_GROW, OP_EXTEND, 0, pageSize, 0, (ddlSpacePages - 1) << pageShift);
    case FILE_GROW:
      return request(FILE_SYNC, OP_SYNC, 0, 0, 0, 0);
    case FILE_SYNC:
      return request(FILE_FOLDER, OP_SYNC_DIR, 0, 0, 0, 0);
    case FILE_FOLDER:
      state = LOG;
      return ddlStep();
    case FILE_DELETE:
      return request(DELETE_FOLDER, OP_SYNC_DIR, 0, 0, 0, 0);
    case DELETE_FOLDER:
      spaceRemove(spaceGet(ddlSpaceId));
      return end(OK);
    case UNDO:
      spaceRemove(spaceGet(ddlSpaceId));
      return end(undoStatus);
  }
  assert(false, "ddl: a request belongs to a state");
}

let undoStatus: u32 = OK;

/** Nobody knows the new file yet, so a failure is an outcome; a dropped one that stays is not. */
function failed(errno: i32): void {
  if (!isCreate) {
    poison(KIND_DATA, ddlSpaceId, errno);
    return;
  }
  undoStatus = failIo(NO_SPACE, KIND_DATA, ddlSpaceId, 0xffffffff, errno);
  if (state == FILE_CREATE && errno == EEXIST) return tryNextId();
  request(UNDO, OP_DELETE, 0, 0, 0, 0);
}

/** A file in the way is somebody's, and stays; its number is never given to another. */
function tryNextId(): void {
  spaceRemove(spaceGet(ddlSpaceId));
  ddlSpaceId++;
  const space = spaceFind(ddlSpaceId) === null ? spaceAdd(ddlSpaceId, SPACE_CREATING) : null;
  if (space === null) return end(undoStatus);
  buildFspHeader(ddlBase, ddlSpaceId, ddlSpacePages, 1);
  request(FILE_CREATE, OP_CREATE, 0, 0, 0, 0);
}

/** A dictionary page is on its way, or cannot be read: then the call ends without a trace. */
function unreadable(): void {
  if (fixStatus == PENDING) return;
  if (!isCreate) return end(fixStatus);
  undoStatus = fixStatus;
  request(UNDO, OP_DELETE, 0, 0, 0, 0);
}

function stepLog(): void {
  if (!logHasRoomFor(REDO_BYTES)) return;
  const entryPage = bufFix(0, foundPage);
  if (entryPage === null) return unreadable();
  const storePage = bufFix(0, STORE_PAGE_NO);
  if (storePage === null) {
    bufUnfix(entryPage);
    return unreadable();
  }
  mtrStart();
  mtrMemo(entryPage);
  const entry = dictEntry(frameOf(entryPage), foundIndex);
  if (isCreate) {
    mtrFileCreate(ddlSpaceId);
    writeEntry(entry, ddlSpaceId, name, nameLength);
    mtrMemo(storePage);
    setStoreNextSpaceId(frameOf(storePage), ddlSpaceId + 1);
    mtrLog(storePage, <u32>STORE_NEXT_SPACE_ID, 4);
  } else {
    bufUnfix(storePage);
    mtrFileDelete(ddlSpaceId);
    memory.fill(entry, 0, DICT_ENTRY_SIZE);
    trxForbidSpace(ddlSpaceId);
  }
  mtrLog(entryPage, <u32>(entry - frameOf(entryPage)), DICT_ENTRY_SIZE);
  mtrCommit();
  logged = lsn;
  logWriteUpTo(logged, true, AT_LOG_WRITE_AHEAD);
  state = DURABLE;
}

function stepDurable(): void {
  const space = spaceGet(ddlSpaceId);
  if (isCreate) {
    space.state = SPACE_ACTIVE;
    space.sizePages = ddlSpacePages;
    space.filePages = ddlSpacePages;
    end(OK);
  } else {
    // Only now: until the drop is durable its pages and their redo belong to a living tablespace.
    space.state = SPACE_DROPPED;
    bufDiscardSpace(ddlSpaceId);
    state = PURGE;
  }
}
