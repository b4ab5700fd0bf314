// One 512-byte block of a redo log: header, checkpoint, or log block with its records.

import { loadU16, loadU32 } from "../engine/format/bytes";
import {
  blockChecksum,
  blockChecksumIsValid,
  blockDataLength,
  blockFirstRecordGroup,
  blockIsZero,
} from "../engine/format/log-block";
import { LOG_HEADER_FORMAT_TORNPROOF } from "../engine/format/log-file";
import { recDataAt, recLength, recOffset, recPage, recSpace } from "../engine/format/mlog";
import { parseRecord, PARSE_MALFORMED, PARSE_TRUNCATED, recType } from "../engine/format/mlog";
import { bytes, hexNumber, letters, number } from "./fields";
import { innodbRecordLength, innodbType } from "./innodb/mlog-length";
import { mlogName } from "./names";
import { begin, count, end, flag, hex, text } from "./out";
import { argument, window } from "./sandbox";

const BLOCK: u32 = 512;
/** Blocks of MariaDB's log that hold checkpoints: bytes 4096 and 8192. */
const MARIADB_CHECKPOINT_1: u32 = 8;
const MARIADB_CHECKPOINT_2: u32 = 16;

/** Block `index` of a log of blocks; argument 4 says that the log is ours. */
export function describeBlock(index: u32): void {
  const isOurs = argument(4) == 1;
  begin("block");
  count("position", index);
  text("what", blockWhat(index));
  text("verdict", blockIsZero(window) ? "empty" : blockChecksumIsValid(window) ? "whole" : "bad");
  hex("computed", blockChecksum(window));
  end();
  if (index == 0) describeFileHeader(isOurs);
  else if (index == 1 || index == 3) describeCheckpoint(isOurs);
  else if (index == 2) bytes(0, 508, "unused");
  else describeLogBlock(isOurs);
  hexNumber(508, "checksum");
}

function blockWhat(index: u32): string {
  if (index == 0) return "file header";
  if (index == 1 || index == 3) return "checkpoint";
  return index == 2 ? "unused" : "log block";
}

function describeFileHeader(isOurs: bool): void {
  const isTornproof = loadU32(window) == LOG_HEADER_FORMAT_TORNPROOF;
  hexNumber(0, "format", isTornproof ? "Tornproof 1" : "");
  hexNumber(4, "uuid");
  number(8, 8, "start_lsn");
  letters(16, 32, "creator");
  number(48, 4, "flags");
  if (!isOurs && !isTornproof) return;
  number(52, 4, "page_size");
  number(56, 8, "capacity", "bytes of log blocks");
}

function describeCheckpoint(isOurs: bool): void {
  number(0, 8, "number");
  number(8, 8, "checkpoint_lsn");
  if (isOurs) number(16, 4, "epoch");
}

function describeLogBlock(isOurs: bool): void {
  number(0, 4, "number");
  number(4, 2, "data_len", (blockDataLength(window) & 0x8000) != 0 ? "encrypted" : "");
  number(6, 2, "first_rec_group", loadU16(window + 6) == 0 ? "no group starts here" : "");
  number(8, 4, "epoch");
  describeRecords(isOurs);
}

/** The records from the first group that starts in the block to the end of its redo. */
function describeRecords(isOurs: bool): void {
  const length = min<u32>(blockDataLength(window) & 0x7fff, 508);
  let at = blockFirstRecordGroup(window);
  if (at < 12 || at >= length) {
    bytes(12, 496, "redo", "goes on from the block before");
    return;
  }
  if (at > 12) bytes(12, at - 12, "redo", "goes on from the block before");
  while (at < length) {
    const stop = window + length;
    const size = isOurs ? parseRecord(window + at, stop) : innodbRecordLength(window + at, stop);
    if (size == PARSE_TRUNCATED) return bytes(at, length - at, "redo", "goes on in the next block");
    if (size == PARSE_MALFORMED) return bytes(at, length - at, "redo", "length not known");
    describeRecord(at, size, isOurs);
    at += size;
  }
}

function describeRecord(at: u32, size: u32, isOurs: bool): void {
  begin("record");
  count("at", at);
  count("size", size);
  count("type", isOurs ? recType : innodbType);
  text("name", mlogName(isOurs ? recType : innodbType));
  flag("has_place", isOurs);
  if (isOurs) {
    count("space_id", recSpace);
    count("page_no", recPage);
    count("offset", recOffset);
    count("bytes", recDataAt == 0 ? 0 : recLength);
  }
  end();
}

/** Block `index` of MariaDB's log, which has no blocks behind its first 12288 bytes. */
export function describeMariadbBlock(index: u32): void {
  const isCheckpoint = index == MARIADB_CHECKPOINT_1 || index == MARIADB_CHECKPOINT_2;
  begin("block");
  count("position", index);
  text("what", index == 0 ? "file header" : isCheckpoint ? "checkpoint" : "redo without blocks");
  end();
  if (index == 0) {
    hexNumber(0, "format");
    number(8, 8, "first_lsn");
    letters(16, 32, "creator");
    hexNumber(508, "checksum");
  } else if (isCheckpoint) {
    number(0, 8, "checkpoint_lsn");
    number(8, 8, "end_lsn");
    hexNumber(60, "checksum");
  } else bytes(0, BLOCK, "redo");
}
