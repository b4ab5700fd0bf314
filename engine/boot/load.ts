// After recovery: what is this store, which tablespaces does it have, which files belong to no one?
//
//   STORE      the store page says it is ours, and of this version
//   ENTRIES    every dictionary entry has its file; its size comes from its header page
//   ORPHANS    files of interrupted creations and of drops are deleted, the folder synced

import { forceRecovery, pageSize } from "../abi/config";
import { fail, failureErrno, poison, WHAT_FORMAT_VERSION, WHAT_FSP_HEADER } from "../abi/failure";
import { WHAT_SPACE_MISSING, WHAT_SPACE_SHORT, WHAT_STORE_PAGE } from "../abi/failure";
import { failureWhat, WHAT_STORE_UUID } from "../abi/failure";
import { AT_FILE_CREATE, KIND_DATA, OP_DELETE, OP_SYNC_DIR } from "../abi/io";
import { OWNER_CREATE, pushRequest, tagOf } from "../abi/ring";
import { DAMAGED, FORMAT, OK, PENDING, READ_FAILED } from "../abi/status";
import { frameOf } from "../buf/control-block";
import { bufDiscardSpace, bufFix, bufUnfix, fixStatus } from "../buf/pool";
import { dictCapacity, dictList, dictStatus, listedBehindEnd } from "../ddl/dictionary";
import { skipSpace } from "../fil/skipped";
import { Space, SPACE_ACTIVE, SPACE_DROPPED, SPACE_NONE, spaceAt, spaceFind } from "../fil/space";
import { SPACE_SKIPPED, spaceRemove, spacesEnd } from "../fil/space";
import { fspFlags, fspSize, fspSpaceFlags, fspSpaceId } from "../format/fsp";
import {
  FORMAT_VERSION,
  storeMagicIsOurs,
  STORE_PAGE_NO,
  storeUuidOf,
  storeVersion,
} from "../format/store-page";
import { logUuid } from "../recv/recv";

const ENODATA: i32 = -61;
const nameSink: usize = memory.data(64);

let entry: u32 = 0;
let didStore: bool = false;
let didSystem: bool = false;
let orphan: u32 = 0;
let deleting: bool = false;
let syncing: bool = false;
let deleted: bool = false;

/** PENDING while pages are read or files deleted; OK when everything is known. */
export function loadStep(): u32 {
  if (!didStore) {
    const status = checkStore();
    if (status != OK) return status;
    didStore = true;
  }
  if (!didSystem) {
    const status = loadSpace(spaceFind(0)!);
    if (status != OK) return status;
    didSystem = true;
  }
  while (entry < dictCapacity()) {
    const status = loadEntry();
    if (status != OK) return status;
    if (listedBehindEnd) break;
    entry++;
  }
  return removeOrphans();
}

function checkStore(): u32 {
  const page = bufFix(0, STORE_PAGE_NO);
  if (page === null) return fixStatus;
  const frame = frameOf(page);
  bufUnfix(page);
  if (!storeMagicIsOurs(frame)) return fail(DAMAGED, WHAT_STORE_PAGE, KIND_DATA, 0, 1, 1, 0);
  const version = storeVersion(frame);
  if (version != FORMAT_VERSION) {
    return fail(FORMAT, WHAT_FORMAT_VERSION, KIND_DATA, 0, 1, FORMAT_VERSION, version);
  }
  const uuid = storeUuidOf(frame);
  return uuid == logUuid ? OK : fail(DAMAGED, WHAT_STORE_UUID, KIND_DATA, 0, 1, logUuid, uuid);
}

function loadEntry(): u32 {
  const id = dictList(entry, nameSink);
  if (dictStatus != OK) return dictStatus;
  if (id == 0) return OK;
  const space = spaceFind(id);
  if (space === null && forceRecovery > 0) return skipSpace(id, WHAT_SPACE_MISSING);
  if (space === null || space.state == SPACE_DROPPED) {
    return fail(DAMAGED, WHAT_SPACE_MISSING, KIND_DATA, id, 0xffffffff, id, 0);
  }
  const status = loadSpace(space);
  if (status != DAMAGED || forceRecovery == 0) return status;
  bufDiscardSpace(id);
  return skipSpace(id, failureWhat() == WHAT_SPACE_SHORT ? WHAT_SPACE_SHORT : WHAT_FSP_HEADER);
}

/** The size a tablespace has according to its header page, which must not exceed its file. */
function loadSpace(space: Space): u32 {
  const page = bufFix(space.id, 0);
  if (page === null) {
    if (fixStatus != READ_FAILED || failureErrno() != ENODATA) return fixStatus;
    return fail(DAMAGED, WHAT_SPACE_SHORT, KIND_DATA, space.id, 0, 1, space.filePages);
  }
  const frame = frameOf(page);
  const pages = fspSize(frame);
  const isSound = fspSpaceId(frame) == space.id && fspSpaceFlags(frame) == fspFlags(pageSize);
  bufUnfix(page);
  if (!isSound) {
    const found = fspSpaceFlags(frame);
    return fail(DAMAGED, WHAT_FSP_HEADER, KIND_DATA, space.id, 0, fspFlags(pageSize), found);
  }
  if (pages > space.filePages) {
    space.sizePages = pages;
    return fail(DAMAGED, WHAT_SPACE_SHORT, KIND_DATA, space.id, 0xffffffff, pages, space.filePages);
  }
  space.sizePages = pages;
  space.state = SPACE_ACTIVE;
  return OK;
}

/** Files the dictionary does not know: left by an interrupted creation or drop. */
function removeOrphans(): u32 {
  if (deleting || syncing) return PENDING;
  while (orphan < spacesEnd) {
    const space = spaceAt(orphan);
    // What forced recovery left out keeps its file.
    const isKept = space.state == SPACE_SKIPPED;
    if (isKept || space.state == SPACE_ACTIVE || space.state == SPACE_NONE) {
      orphan++;
      continue;
    }
    bufDiscardSpace(space.id);
    if (space.pendingIo > 0) return PENDING;
    deleting = true;
    ask(OP_DELETE, space.id);
    return PENDING;
  }
  if (!deleted) return OK;
  deleted = false;
  syncing = true;
  ask(OP_SYNC_DIR, 0);
  return PENDING;
}

function ask(op: u32, id: u32): void {
  pushRequest(op, KIND_DATA, AT_FILE_CREATE, 0, id, 0, 0, 0, tagOf(OWNER_CREATE, 1));
}

/** A file has been deleted, or the folder synced. */
export function loadRequestDone(result: i32): void {
  if (result < 0) {
    poison(KIND_DATA, 0, result);
    return;
  }
  if (syncing) {
    syncing = false;
    return;
  }
  deleting = false;
  deleted = true;
  spaceRemove(spaceAt(orphan));
}
