// Where is a page torn? Compares it with a whole copy of it, sector by sector.
//
//   page   │ as the copy │ as the copy │ another image … │        torn at the third sector
//   copy   │ whole                                       │
//
// A write that was cut leaves a run of sectors from the copy and a run from the image before. One
// differing spot between equal runs is no torn write but damage: its bytes are told.
// The window holds the page, then the copy.

import { pageLsn } from "../engine/format/fil";
import { begin, count, end, flag, wide } from "./out";
import { window, windowBytes } from "./sandbox";

const SECTOR: u32 = 512;

/** Compares `pageBytes` at the start of the window with as many behind them. */
export function compare(pageBytes: u32): void {
  const isGiven = pageBytes >= SECTOR && pageBytes % SECTOR == 0 && windowBytes == 2 * pageBytes;
  begin("comparison");
  flag("is_valid", isGiven);
  if (isGiven) reportDifference(pageBytes);
  end();
}

function reportDifference(pageBytes: u32): void {
  const copy = window + pageBytes;
  let same: u32 = 0;
  let changes: u32 = 0;
  let boundary: u32 = 0;
  for (let at: u32 = 0; at < pageBytes; at += SECTOR) {
    const isSame = bytesAreEqual(window + at, copy + at, SECTOR);
    if (isSame) same++;
    if (at == 0) continue;
    if (isSame == bytesAreEqual(window + at - SECTOR, copy + at - SECTOR, SECTOR)) continue;
    changes++;
    boundary = at;
  }
  const first = firstDifference(copy, pageBytes);
  count("sectors", pageBytes / SECTOR);
  count("sectors_same", same);
  count("changes", changes);
  count("boundary", boundary);
  flag("head_is_copy", bytesAreEqual(window, copy, SECTOR));
  count("first_difference", first);
  count("last_difference", lastDifference(copy, pageBytes));
  count("bytes_different", differences(copy, pageBytes));
  wide("copy_lsn", pageLsn(copy));
}

function bytesAreEqual(a: usize, b: usize, length: u32): bool {
  for (let at: u32 = 0; at < length; at += 8) {
    if (load<u64>(a + at) != load<u64>(b + at)) return false;
  }
  return true;
}

/** Byte of the page; the page's size when there is no difference. */
function firstDifference(copy: usize, pageBytes: u32): u32 {
  let at: u32 = 0;
  while (at < pageBytes && load<u8>(window + at) == load<u8>(copy + at)) at++;
  return at;
}

function lastDifference(copy: usize, pageBytes: u32): u32 {
  let at = pageBytes;
  while (at > 0 && load<u8>(window + at - 1) == load<u8>(copy + at - 1)) at--;
  return at == 0 ? 0 : at - 1;
}

function differences(copy: usize, pageBytes: u32): u32 {
  let different: u32 = 0;
  for (let at: u32 = 0; at < pageBytes; at++) {
    if (load<u8>(window + at) != load<u8>(copy + at)) different++;
  }
  return different;
}
