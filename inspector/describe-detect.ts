// One DETECT_ONLY record: its header, and the pages it names.

import {
  batchIsValid,
  BDBLWR_BATCH_ID,
  BDBLWR_BLOCK_SIZE,
  BDBLWR_CHECKSUM,
  BDBLWR_DATA,
  BDBLWR_DATA_LEN,
  BDBLWR_ENTRIES_MAX,
  BDBLWR_ENTRY_SIZE,
  BDBLWR_TYPE,
  BDBLWR_UNUSED,
  entryCount,
  entryLsn,
  entryPage,
  entrySpace,
} from "../engine/format/dblwr";
import { bytes, hexNumber, number } from "./fields";
import { bytesAreZero } from "./innodb/judge";
import { begin, count, end, text, wide } from "./out";
import { argument, EXIT_BAD_ARGUMENTS, exit, window, windowBytes } from "./sandbox";

export function describeDetectRecord(): void {
  if (windowBytes < BDBLWR_BLOCK_SIZE) exit(EXIT_BAD_ARGUMENTS);
  const isZero = bytesAreZero(window, BDBLWR_BLOCK_SIZE);
  begin("block");
  count("position", <u32>argument(5));
  text("what", "detect-only record");
  text("verdict", isZero ? "empty" : batchIsValid(window) ? "whole" : "bad");
  end();
  number(<u32>BDBLWR_BATCH_ID, 4, "batch_id");
  hexNumber(<u32>BDBLWR_CHECKSUM, "checksum");
  number(<u32>BDBLWR_DATA_LEN, 2, "data_len", "bytes of all entries");
  number(<u32>BDBLWR_TYPE, 1, "type");
  bytes(<u32>BDBLWR_UNUSED, 9, "unused");
  const entries = min<u32>(entryCount(window), BDBLWR_ENTRIES_MAX);
  for (let index: u32 = 0; index < entries; index++) describeEntry(index);
}

function describeEntry(index: u32): void {
  begin("detect-entry");
  count("at", <u32>BDBLWR_DATA + index * BDBLWR_ENTRY_SIZE);
  count("size", BDBLWR_ENTRY_SIZE);
  count("space_id", entrySpace(window, index));
  count("page_no", entryPage(window, index));
  wide("lsn", entryLsn(window, index));
  end();
}
