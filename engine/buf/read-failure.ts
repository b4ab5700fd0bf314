// Page reads that failed, kept until somebody asks for the page again: a read is started by one
// call and its failure is told to a later one.
//
// Slot (32 bytes): space u32, page u32, what u32, errno i32, expected u64, found u64; what 0 =
// empty.

import { READ_FAILURES_MAX } from "../limits";
import { DAMAGED, READ_FAILED } from "../abi/status";
import { fail, failIo, WHAT_IO } from "../abi/failure";
import { KIND_DATA } from "../abi/io";

const slots: usize = memory.data(32 * 64);
let next: u32 = 0;

/** Remembers a failed read; the oldest of READ_FAILURES_MAX is forgotten, and read again. */
export function rememberReadFailure(
  spaceId: u32,
  pageNo: u32,
  what: u32,
  errno: i32,
  expected: u64,
  found: u64,
): void {
  const at = slots + (next % READ_FAILURES_MAX) * 32;
  next++;
  store<u32>(at, spaceId, 0);
  store<u32>(at, pageNo, 4);
  store<u32>(at, what, 8);
  store<i32>(at, errno, 12);
  store<u64>(at, expected, 16);
  store<u64>(at, found, 24);
}

/** Status to return for the page: 0 when no read of it failed. The failure is told once. */
export function takeReadFailure(spaceId: u32, pageNo: u32): u32 {
  if (next == 0) return 0;
  for (let i: u32 = 0; i < READ_FAILURES_MAX; i++) {
    const at = slots + i * 32;
    if (load<u32>(at, 8) == 0) continue;
    if (load<u32>(at, 0) != spaceId || load<u32>(at, 4) != pageNo) continue;
    const what = load<u32>(at, 8);
    store<u32>(at, 0, 8);
    if (what == WHAT_IO) return failIo(READ_FAILED, KIND_DATA, spaceId, pageNo, load<i32>(at, 12));
    return fail(DAMAGED, what, KIND_DATA, spaceId, pageNo, load<u64>(at, 16), load<u64>(at, 24));
  }
  return 0;
}
