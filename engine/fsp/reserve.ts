// Pages handed out to transactions that have not committed yet. Nothing on disk knows of them: a
// crash or a rollback leaves no trace. An unordered array of 16-byte slots: space id, page number,
// claim (u64: the mini-transaction serial of the commit that gathers the page).

import { reservedBase } from "../abi/arena";
import { RESERVED_PAGES_MAX } from "../limits";

let length: u32 = 0;

function slot(index: u32): usize {
  return reservedBase + index * 16;
}

function indexOf(spaceId: u32, pageNo: u32): i32 {
  for (let i: u32 = 0; i < length; i++) {
    if (load<u32>(slot(i)) == spaceId && load<u32>(slot(i), 4) == pageNo) return <i32>i;
  }
  return -1;
}

export function isReserved(spaceId: u32, pageNo: u32): bool {
  return indexOf(spaceId, pageNo) >= 0;
}

/** False when too many pages are handed out. */
export function reservePage(spaceId: u32, pageNo: u32): bool {
  assert(!isReserved(spaceId, pageNo), "fsp: a page is handed out once");
  if (length == RESERVED_PAGES_MAX) return false;
  store<u32>(slot(length), spaceId);
  store<u32>(slot(length), pageNo, 4);
  store<u64>(slot(length), 0, 8);
  length++;
  return true;
}

/** Ends a reservation; false when there was none. */
export function unreservePage(spaceId: u32, pageNo: u32): bool {
  const index = indexOf(spaceId, pageNo);
  if (index < 0) return false;
  length--;
  memory.copy(slot(<u32>index), slot(length), 16);
  return true;
}

/** The commit with this serial has the page's ALLOCATE; false when the page is not reserved. */
export function claimPage(spaceId: u32, pageNo: u32, serial: u64): bool {
  const index = indexOf(spaceId, pageNo);
  if (index < 0) return false;
  store<u64>(slot(<u32>index), serial, 8);
  return true;
}

/** True when the reserved page was claimed by this serial. */
export function isClaimed(spaceId: u32, pageNo: u32, serial: u64): bool {
  const index = indexOf(spaceId, pageNo);
  return index >= 0 && load<u64>(slot(<u32>index), 8) == serial;
}
