// A DETECT_ONLY file: records of 8192 bytes that name the pages about to be written.

import { loadU16, loadU32, loadU8 } from "../engine/format/bytes";
import {
  batchIsValid,
  BDBLWR_BATCH_ID,
  BDBLWR_BLOCK_SIZE,
  BDBLWR_DATA_LEN,
  BDBLWR_TYPE,
  entryCount,
  entryLsn,
} from "../engine/format/dblwr";
import { bytesAreZero } from "./innodb/judge";
import { begin, count, end, size, wide } from "./out";
import { window, windowBytes } from "./sandbox";

const DESCRIBED_MAX: u32 = 1000;
let whole: u32 = 0;
let empty: u32 = 0;
let damaged: u32 = 0;
let entries: u32 = 0;
let lsnMax: u64 = 0;

/** Takes in the window; a part of a record at its end is damage. */
export function takeDetectRecords(offset: u64): void {
  for (let at: u32 = 0; at < windowBytes; at += BDBLWR_BLOCK_SIZE) {
    const record = window + at;
    const isComplete = at + BDBLWR_BLOCK_SIZE <= windowBytes;
    if (isComplete && batchIsValid(record)) takeRecord(record);
    else if (isComplete && bytesAreZero(record, BDBLWR_BLOCK_SIZE)) empty++;
    else describe(record, offset + at, isComplete);
  }
}

function takeRecord(record: usize): void {
  whole++;
  entries += entryCount(record);
  for (let index: u32 = 0; index < entryCount(record); index++) {
    lsnMax = max<u64>(lsnMax, entryLsn(record, index));
  }
}

function describe(record: usize, offset: u64, isComplete: bool): void {
  damaged++;
  if (damaged > DESCRIBED_MAX) return;
  begin("record-damage");
  size("offset", offset);
  count("complete", isComplete ? 1 : 0);
  count("batch_id", isComplete ? loadU32(record + BDBLWR_BATCH_ID) : 0);
  count("data_len", isComplete ? loadU16(record + BDBLWR_DATA_LEN) : 0);
  count("type", isComplete ? loadU8(record + BDBLWR_TYPE) : 0);
  end();
}

export function reportDetect(): void {
  begin("detect-only");
  count("records_whole", whole);
  count("records_empty", empty);
  count("records_damaged", damaged);
  count("entries", entries);
  wide("lsn_max", lsnMax);
  end();
}
