// Is the page that was read the page that was asked for, and whole? Checked at every read.
//
// Better than InnoDB, which compares neither page number nor space id with the position: a write
// that landed elsewhere, or never, is found here.

import * as what from "../abi/failure";
import { pageSize } from "../abi/config";
import { checksumIsValid, isZeroPage, lsnHalvesAgree } from "../format/fil";
import { pageChecksum, pageLsn, pageNo, spaceId } from "../format/fil";
import { loadU32 } from "../format/bytes";

export let verifyExpected: u64 = 0;
export let verifyFound: u64 = 0;

/**
 * Returns 0 when the frame holds page (space, page) in a state the log can explain, otherwise the
 * reason, with verifyExpected and verifyFound set.
 * `checksumKnown`: an executor has already compared the checksum. `lsnLimit`: no page is newer.
 */
export function verifyPage(
  frame: usize,
  space: u32,
  page: u32,
  checksumKnown: bool,
  lsnLimit: u64,
): u32 {
  if (!checksumKnown || pageLsn(frame) == 0) {
    if (isZeroPage(frame, pageSize)) return mismatch(what.WHAT_PAGE_ZERO, 1, 0);
  }
  if (!checksumKnown && !checksumIsValid(frame, pageSize)) {
    const computed = pageChecksum(frame, pageSize);
    const isTorn = !lsnHalvesAgree(frame, pageSize);
    return mismatch(
      isTorn ? what.WHAT_PAGE_TORN : what.WHAT_PAGE_CHECKSUM,
      isTorn ? pageLsn(frame) & 0xffffffff : computed,
      isTorn ? loadU32(frame + pageSize - 4) : loadU32(frame),
    );
  }
  if (!lsnHalvesAgree(frame, pageSize)) {
    const found = loadU32(frame + pageSize - 4);
    return mismatch(what.WHAT_PAGE_TORN, pageLsn(frame) & 0xffffffff, found);
  }
  if (pageNo(frame) != page) return mismatch(what.WHAT_PAGE_NUMBER, page, pageNo(frame));
  if (spaceId(frame) != space) return mismatch(what.WHAT_PAGE_SPACE, space, spaceId(frame));
  if (pageLsn(frame) > lsnLimit) {
    return mismatch(what.WHAT_PAGE_LSN_AHEAD, lsnLimit, pageLsn(frame));
  }
  return 0;
}

function mismatch(reason: u32, expected: u64, found: u64): u32 {
  verifyExpected = expected;
  verifyFound = found;
  return reason;
}
