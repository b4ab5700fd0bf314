// How long is a redo record of InnoDB? Known for records whose bytes say it; the records of B-trees
// need the index's dictionary entry, so a group that has one is not followed to its end.
//
//   payload                                       types
//   none                                          19 21 27 29 37 59 63 64
//   offset u16, compressed                        1 2 4
//   offset u16, compressed, u32                   8
//   offset u16, length u16, bytes                 30
//   length u16, bytes                             20 35
//   compressed                                    22
//   compressed, u32                               24 25
//   u16                                           26 36
//   flags u32, length u16, name                   33
//   u64                                           61
//   u64, u64                                      65
//
// Source: mtr0types.h and the parsers of MySQL 8.0; lengths only, no content is looked at.

import { loadU16, loadU8 } from "../../engine/format/bytes";
import {
  READ_MALFORMED,
  READ_TRUNCATED,
  readCompressed,
  readSize,
} from "../../engine/format/compressed";
import {
  MLOG_DUMMY_RECORD,
  MLOG_MULTI_REC_END,
  MLOG_SINGLE_REC_FLAG,
  PARSE_TRUNCATED,
} from "../../engine/format/mlog";

/** Of the last record: its type without the flag, and whether it is a whole group. */
export let innodbType: u32 = 0;
export let innodbIsSingle: bool = false;

/**
 * Bytes of the record at `at`, all of them before `end`.
 * Errors: PARSE_TRUNCATED; PARSE_MALFORMED for a type whose length is not known here, too.
 */
export function innodbRecordLength(at: usize, end: usize): u32 {
  if (at >= end) return PARSE_TRUNCATED;
  const first = loadU8(at);
  innodbType = first & ~MLOG_SINGLE_REC_FLAG;
  innodbIsSingle = (first & MLOG_SINGLE_REC_FLAG) != 0 || innodbType == MLOG_DUMMY_RECORD;
  if (innodbType == MLOG_MULTI_REC_END || innodbType == MLOG_DUMMY_RECORD) return 1;
  let length: u32 = 1;
  for (let part: u32 = 0; part < 2; part++) {
    readCompressed(at + length, end);
    if (readSize == READ_TRUNCATED || readSize == READ_MALFORMED) return readSize;
    length += readSize;
  }
  const payload = payloadLength(at + length, end);
  if (payload == READ_TRUNCATED || payload == READ_MALFORMED) return payload;
  length += payload - 1;
  return length > <u32>(end - at) ? PARSE_TRUNCATED : length;
}

/** Bytes of the payload and 1 more, so that 0 can say "truncated". */
function payloadLength(at: usize, end: usize): u32 {
  switch (innodbType) {
    case 19:
    case 21:
    case 27:
    case 29:
    case 37:
    case 59:
    case 63:
    case 64:
      return 1;
    case 26:
    case 36:
      return 3;
    case 61:
      return 9;
    case 65:
      return 17;
    case 1:
    case 2:
    case 4:
      return compressedAfter(at, end, 2, 0);
    case 8:
      return compressedAfter(at, end, 2, 4);
    case 22:
      return compressedAfter(at, end, 0, 0);
    case 24:
    case 25:
      return compressedAfter(at, end, 0, 4);
    case 30:
      return stringAfter(at, end, 2);
    case 20:
    case 35:
      return stringAfter(at, end, 0);
    case 33:
      return stringAfter(at, end, 4);
    default:
      return READ_MALFORMED;
  }
}

function compressedAfter(at: usize, end: usize, before: u32, behind: u32): u32 {
  readCompressed(at + before, end);
  if (readSize == READ_TRUNCATED || readSize == READ_MALFORMED) return readSize;
  return 1 + before + readSize + behind;
}

function stringAfter(at: usize, end: usize, before: u32): u32 {
  if (at + before + 2 > end) return READ_TRUNCATED;
  return 1 + before + 2 + loadU16(at + before);
}
