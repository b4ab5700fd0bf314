// Record groups: the redo of one block after the other, joined, and cut into records.
//
//   blocks    │hdr│ … group 1 … │ … group 2 … │trl│   │hdr│ … group 2 goes on … │trl│
//   joined        … group 1 … group 2 ────────────────────▶ group 2 goes on …
//
// Where the thread is lost (a gap, or a record whose length is not known) it is picked up at the
// next block that says where a group starts in it.

import {
  MLOG_MULTI_REC_END,
  PARSE_MALFORMED,
  PARSE_TRUNCATED,
  parseRecord,
  recIsSingle,
  recType,
} from "../engine/format/mlog";
import { innodbIsSingle, innodbRecordLength, innodbType } from "./innodb/mlog-length";
import { mlogName } from "./names";
import { begin, count, end, text } from "./out";

/** Room for the longest record and a block behind it. */
const JOINED_MAX: u32 = 131072;
const joined: usize = memory.data(131072, 16);
let used: u32 = 0;
let isFollowing: bool = false;

const typeCounts: usize = memory.data(512, 8);
export let groups: u32 = 0;
export let records: u32 = 0;
/** Times the thread was lost at a record that is malformed, or of unknown length. */
export let groupsNotFollowed: u32 = 0;
/** A group whose end was not seen. */
export function groupIsOpen(): bool {
  return isFollowing && (used > 0 || isInGroup);
}
let isInGroup: bool = false;

/** The thread is lost: start again at the next group. */
export function loseThread(): void {
  used = 0;
  isFollowing = false;
  isInGroup = false;
}

/**
 * Takes the redo of one block: bytes `from` to `to` of it; `firstGroup` is where a group starts, 0
 * when none does. `isOurs`: our records, whose every length is known.
 */
export function follow(block: usize, from: u32, to: u32, firstGroup: u32, isOurs: bool): void {
  let start = from;
  if (!isFollowing) {
    if (firstGroup == 0 || firstGroup < from || firstGroup >= to) return;
    start = firstGroup;
    isFollowing = true;
    isInGroup = false;
    used = 0;
  }
  if (to <= start) return;
  if (used + (to - start) > JOINED_MAX) {
    groupsNotFollowed++;
    loseThread();
    return;
  }
  memory.copy(joined + used, block + start, to - start);
  used += to - start;
  cut(isOurs);
}

/** Counts the records that are complete and keeps the rest. */
function cut(isOurs: bool): void {
  let at = joined;
  const stop = joined + used;
  while (at < stop) {
    const length = isOurs ? parseRecord(at, stop) : innodbRecordLength(at, stop);
    if (length == PARSE_TRUNCATED) break;
    if (length == PARSE_MALFORMED) {
      groupsNotFollowed++;
      loseThread();
      return;
    }
    countRecord(isOurs);
    at += length;
  }
  used = <u32>(stop - at);
  memory.copy(joined, at, used);
}

function countRecord(isOurs: bool): void {
  const type = isOurs ? recType : innodbType;
  const isSingle = isOurs ? recIsSingle : innodbIsSingle;
  const slot = typeCounts + 4 * (type & 127);
  store<u32>(slot, load<u32>(slot) + 1);
  records++;
  isInGroup = !isSingle && type != MLOG_MULTI_REC_END;
  if (!isInGroup) groups++;
}

/** One line per record type that was met. */
export function reportRecords(): void {
  for (let type: u32 = 0; type < 128; type++) {
    const number = load<u32>(typeCounts + 4 * type);
    if (number == 0) continue;
    begin("record-type");
    count("type", type);
    text("name", mlogName(type));
    count("records", number);
    end();
  }
}
