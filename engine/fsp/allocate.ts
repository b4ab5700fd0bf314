// Finds free pages, and marks pages used or free inside a mini-transaction.
//
// A page is first reserved (memory only), then marked used by the commit of the transaction that
// asked for it. The extent descriptors on disk therefore change only in logged, atomic steps.

import { whyNoPages } from "../fil/skipped";
import { pageSize } from "../abi/config";
import { NO_SPACE, NOT_ALLOCATED, OK, TOO_LARGE } from "../abi/status";
import { failIo } from "../abi/failure";
import { KIND_DATA } from "../abi/io";
import { bufFix, bufUnfix, fixStatus } from "../buf/pool";
import { ControlBlock, frameOf } from "../buf/control-block";
import { Space, SPACE_ACTIVE, spaceFind } from "../fil/space";
import { extentPages } from "../format/page-size";
import { descriptorPageOf, setXdesState, XDES_FREE, XDES_FREE_FRAG } from "../format/xdes";
import { XDES_FULL_FRAG, xdesBitByte, xdesEntry, xdesIsFree, xdesSetFree } from "../format/xdes";
import { xdesState, XDES_STATE } from "../format/xdes";
import { mtrLog } from "../mtr/mtr";
import { extendStart } from "./extend";
import { isReserved, reservePage, unreservePage } from "./reserve";

/** Page handed out by the last fspReserve that returned OK. */
export let reservedPage: u32 = 0;

/** Hands out a free page of the tablespace, growing it when there is none. */
export function fspReserve(spaceId: u32): u32 {
  const space = spaceFind(spaceId);
  if (space === null || space.state != SPACE_ACTIVE) return whyNoPages(space);
  if (space.extendErrno != 0) {
    const errno = space.extendErrno;
    space.extendErrno = 0;
    return failIo(NO_SPACE, KIND_DATA, spaceId, space.sizePages, errno);
  }
  let page = space.freeHint;
  while (page < space.sizePages) {
    const descriptor = descriptorPageOf(page, pageSize);
    const block = bufFix(spaceId, descriptor);
    if (block === null) return fixStatus;
    const end = min<u64>(<u64>descriptor + pageSize, space.sizePages);
    const found = findFree(space, frameOf(block), page, <u32>end);
    bufUnfix(block);
    if (found != u32.MAX_VALUE) return handOut(space, found);
    page = <u32>end;
    space.freeHint = page;
  }
  return extendStart(space);
}

function handOut(space: Space, page: u32): u32 {
  if (!reservePage(space.id, page)) return TOO_LARGE;
  space.freeHint = page + 1;
  reservedPage = page;
  return OK;
}

/** First free, unreserved page in [from, end), all described by this descriptor page. */
function findFree(space: Space, frame: usize, from: u32, end: u32): u32 {
  const perExtent = extentPages(pageSize);
  let page = from;
  while (page < end) {
    const entry = xdesEntry(frame, pageSize, page);
    if (xdesState(entry) == XDES_FULL_FRAG) {
      page = (page / perExtent + 1) * perExtent;
      continue;
    }
    if (xdesIsFree(entry, page % perExtent) && !isReserved(space.id, page)) return page;
    page++;
  }
  return u32.MAX_VALUE;
}

/** OK for a page in use, NOT_ALLOCATED for a free one; else why its descriptor cannot be read. */
export function fspPageStatus(spaceId: u32, pageNo: u32): u32 {
  const block = bufFix(spaceId, descriptorPageOf(pageNo, pageSize));
  if (block === null) return fixStatus;
  const entry = xdesEntry(frameOf(block), pageSize, pageNo);
  const isFree = xdesIsFree(entry, pageNo % extentPages(pageSize));
  bufUnfix(block);
  return isFree ? NOT_ALLOCATED : OK;
}

/** Gives a reserved page back; the transaction that held it was rolled back. */
export function fspUnreserve(spaceId: u32, pageNo: u32): void {
  if (!unreservePage(spaceId, pageNo)) return;
  const space = spaceFind(spaceId);
  if (space !== null) space.freeHint = min(space.freeHint, pageNo);
}

/** Marks a page used or free in its extent descriptor; `descriptor` is in the memo. */
export function fspMark(descriptor: ControlBlock, pageNo: u32, free: bool): void {
  const frame = frameOf(descriptor);
  const entry = xdesEntry(frame, pageSize, pageNo);
  const index = pageNo % extentPages(pageSize);
  assert(xdesIsFree(entry, index) != free, "fsp: a page changes between used and free");
  xdesSetFree(entry, index, free);
  mtrLog(descriptor, <u32>(xdesBitByte(entry, index) - frame), 1);
  const state = stateOf(entry);
  if (state != xdesState(entry)) {
    setXdesState(entry, state);
    mtrLog(descriptor, <u32>(entry - frame + XDES_STATE), 4);
  }
  const space = spaceFind(descriptor.spaceId);
  if (free && space !== null) space.freeHint = min(space.freeHint, pageNo);
}

function stateOf(entry: usize): u32 {
  const perExtent = extentPages(pageSize);
  let free: u32 = 0;
  for (let i: u32 = 0; i < perExtent; i++) if (xdesIsFree(entry, i)) free++;
  if (free == perExtent) return XDES_FREE;
  return free == 0 ? XDES_FULL_FRAG : XDES_FREE_FRAG;
}
