// Grows a tablespace: first the file, durably, then the log says so.
//
//   isExtending   event                             next
//   no            no free page, header readable     growing   zeros are written, then synced
//   growing       write and sync done               grown     waits for log room and page 0
//   grown         mini-transaction committed        no        new pages may be handed out
//   grown         page 0 cannot be read             no        whoever asks again is told why
//
// A crash before the mini-transaction leaves a file longer than its header says, which is harmless;
// after it, the file and its size are durable. A file system without room is an outcome, told to
// the next caller; a failed sync poisons the store.

import { extendPages, pageShift, pageSize } from "../abi/config";
import { poison } from "../abi/failure";
import { AT_FILE_EXTEND, IO_LINK, KIND_DATA, OP_EXTEND, OP_SYNC } from "../abi/io";
import { OWNER_EXTEND, pushRequest, tagOf } from "../abi/ring";
import { ControlBlock, frameOf } from "../buf/control-block";
import { hashFind } from "../buf/page-hash";
import { OK, PENDING } from "../abi/status";
import { bufCreate, bufFix, bufUnfix, fixStatus, reserveFrames } from "../buf/pool";
import { Space, SPACE_ACTIVE, spaceAt, spacesEnd } from "../fil/space";
import { FIL_PAGE_TYPE_XDES } from "../format/fil";
import { FSP_FREE_LIMIT, FSP_SIZE, fspFreeLimit } from "../format/fsp";
import { setFspFreeLimit, setFspSize } from "../format/fsp";
import { extentPages } from "../format/page-size";
import { descriptorPageOf, initXdesEntry, xdesEntry, xdesSize } from "../format/xdes";
import { logHasRoomFor } from "../log/room";
import {
  mtrCommit,
  mtrFileExtend,
  mtrHas,
  mtrInitPage,
  mtrLog,
  mtrMemo,
  mtrStart,
} from "../mtr/mtr";
import { fspMark } from "./allocate";

const ECANCELED: i32 = -125;
/** Spaces whose file has grown and whose header has not. */
let grownCount: u32 = 0;

/** Pages to add to a tablespace of `size` pages. */
function growth(size: u32): u32 {
  if (extendPages != 0) return extendPages;
  const extent = extentPages(pageSize);
  return size < 32 * extent ? extent : 4 * extent;
}

/**
 * Starts growing the file unless that is under way. PENDING: ask again for a page; otherwise why
 * the pages that must change with it cannot be read.
 */
export function extendStart(space: Space): u32 {
  if (space.isExtending) return PENDING;
  const status = headerStatus(space);
  if (status == OK) extendFile(space);
  return status == OK ? PENDING : status;
}

/** OK when the header and the descriptor page that the next pages belong to are in memory. */
function headerStatus(space: Space): u32 {
  const status = pageStatus(space.id, 0);
  if (status != OK) return status;
  const descriptor = descriptorPageOf(space.sizePages, pageSize);
  // The descriptor of new pages only is made with them.
  return descriptor < space.sizePages ? pageStatus(space.id, descriptor) : OK;
}

function pageStatus(spaceId: u32, pageNo: u32): u32 {
  const block = bufFix(spaceId, pageNo);
  if (block === null) return fixStatus;
  bufUnfix(block);
  return OK;
}

function extendFile(space: Space): void {
  space.isExtending = true;
  // Zeros of a growth that was never logged are written again; until then it is not grown.
  space.filePages = space.sizePages;
  const slot = slotOf(space);
  const from = space.sizePages;
  const bytes = growth(from) << pageShift;
  space.pendingIo += 2;
  pushRequest(
    OP_EXTEND,
    KIND_DATA,
    AT_FILE_EXTEND,
    IO_LINK,
    space.id,
    (<u64>from) << pageShift,
    0,
    bytes,
    tagOf(OWNER_EXTEND, slot * 2),
  );
  pushRequest(
    OP_SYNC,
    KIND_DATA,
    AT_FILE_EXTEND,
    0,
    space.id,
    0,
    0,
    0,
    tagOf(OWNER_EXTEND, slot * 2 + 1),
  );
}

function slotOf(space: Space): u32 {
  let i: u32 = 0;
  while (spaceAt(i) !== space) i++;
  return i;
}

/** The write of zeros (even index) or the sync (odd index) has ended. */
export function extendRequestDone(index: u32, result: i32): void {
  const space = spaceAt(index / 2);
  space.pendingIo--;
  const isSync = (index & 1) == 1;
  if (result < 0) {
    if (isSync && result != ECANCELED) poison(KIND_DATA, space.id, result);
    if (!isSync) {
      space.extendErrno = result;
      space.isExtending = false;
    }
    return;
  }
  if (!isSync) return;
  space.filePages = space.sizePages + growth(space.sizePages);
  grownCount++;
}

/** Logs the new size of every tablespace whose file has grown. */
export function extendStep(): void {
  if (grownCount == 0) return;
  for (let i: u32 = 0; i < spacesEnd; i++) {
    const space = spaceAt(i);
    if (!space.isExtending || space.filePages <= space.sizePages) continue;
    // A tablespace dropped meanwhile needs no size, and one that cannot be read gets none.
    if (space.state == SPACE_ACTIVE && logGrowth(space) == PENDING) continue;
    space.isExtending = false;
    grownCount--;
  }
}

/**
 * One mini-transaction: new extents are free, the header knows the new size. PENDING: not yet;
 * otherwise OK, or why a page that must change cannot be read.
 */
function logGrowth(space: Space): u32 {
  const from = space.sizePages;
  const to = from + growth(from);
  const newExtents = growth(from) / extentPages(pageSize) + 2;
  if (!logHasRoomFor(newExtents * 128 + 512) || !reserveFrames(2)) return PENDING;
  const status = headerStatus(space);
  if (status != OK) return status;
  const header = bufFix(space.id, 0)!;
  const first = descriptorPageOf(from, pageSize);
  const last = descriptorPageOf(to - 1, pageSize);
  mtrStart();
  mtrMemo(header);
  mtrFileExtend(space.id, from, to);
  initExtents(space, header, first, last, to);
  setFspSize(frameOf(header), to);
  mtrLog(header, <u32>FSP_SIZE, 4);
  mtrCommit();
  space.sizePages = to;
  return OK;
}

/** Makes the extents between the free limit and `to` free, creating descriptor pages on the way. */
function initExtents(space: Space, header: ControlBlock, first: u32, last: u32, to: u32): void {
  const extent = extentPages(pageSize);
  const limit = fspFreeLimit(frameOf(header));
  for (let page = limit; page < to; page += extent) {
    const descriptor = descriptorPageOf(page, pageSize);
    assert(descriptor >= first && descriptor <= last, "fsp: growth touches two descriptor pages");
    const block = descriptorBlock(space, header, descriptor, page);
    const frame = frameOf(block);
    const entry = xdesEntry(frame, pageSize, page);
    initXdesEntry(entry, pageSize);
    mtrLog(block, <u32>(entry - frame), xdesSize(pageSize));
    if (page == descriptor) fspMark(block, page, false);
    setFspFreeLimit(frameOf(header), page + extent);
  }
  mtrLog(header, <u32>FSP_FREE_LIMIT, 4);
}

/** The descriptor page, in the memo: created when `page` is its first, fixed otherwise. */
function descriptorBlock(
  space: Space,
  header: ControlBlock,
  descriptor: u32,
  page: u32,
): ControlBlock {
  if (descriptor == 0) return header;
  const isNew = page == descriptor;
  const known = hashFind(space.id, descriptor);
  if (known !== null && mtrHas(known)) return known;
  const block = isNew
    ? bufCreate(space.id, descriptor, FIL_PAGE_TYPE_XDES)
    : bufFix(space.id, descriptor);
  assert(block !== null, "fsp: the frames of descriptor pages were made sure of");
  mtrMemo(block!);
  if (isNew) mtrInitPage(block!, FIL_PAGE_TYPE_XDES);
  return block!;
}
