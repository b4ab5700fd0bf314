// Finds complete record groups in the parse buffer.

import { logBufferBase } from "../abi/arena";
import { MLOG_DUMMY_RECORD, MLOG_MULTI_REC_END } from "../format/mlog";
import {
  PARSE_MALFORMED,
  PARSE_TRUNCATED,
  parseRecord,
  recIsSingle,
  recType,
} from "../format/mlog";
import { bufferLength } from "./stream";

export const GROUP_WHOLE: u32 = 0;
/** The buffer ends inside the group. */
export const GROUP_CUT: u32 = 1;
/** Valid blocks hold bytes that are no records: damage, or a bug. */
export const GROUP_MALFORMED: u32 = 2;

/** Payload bytes of the group found, its end mark included. */
export let groupLength: u32 = 0;

/** Measures the group that starts `position` bytes into the parse buffer. */
export function findGroup(position: u32): u32 {
  const end = logBufferBase + bufferLength;
  let at = logBufferBase + position;
  let isFirst = true;
  while (true) {
    const size = parseRecord(at, end);
    if (size == PARSE_TRUNCATED) return GROUP_CUT;
    if (size == PARSE_MALFORMED) return GROUP_MALFORMED;
    at += size;
    const isEnd = recType == MLOG_MULTI_REC_END;
    const isWhole = isFirst && (recIsSingle || recType == MLOG_DUMMY_RECORD);
    if (isWhole || (isEnd && !isFirst)) break;
    if (isEnd || recIsSingle) return GROUP_MALFORMED;
    isFirst = false;
  }
  groupLength = <u32>(at - logBufferBase) - position;
  return GROUP_WHOLE;
}
