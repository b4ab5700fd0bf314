// MariaDB's redo log since 10.8: no blocks. Mini-transactions stand one behind the other, each
// ended by a sequence bit that flips with every lap of the file, and a CRC-32C.
//
//   0          512       4096          8192          12288 = first LSN
//   │ header   │ zero    │ checkpoint  │ checkpoint  │ mtr │ mtr │ mtr … around and around
//
//   mtr          │ record │ record │ … │ sequence bit (1 byte) │ CRC-32C of the records │
//   record       │ flags and type (4 bits), length (4 bits) │ length, when those are 0 │ payload │
//   checkpoint   │ LSN u64 │ end LSN u64 │ zeros │ CRC-32C of 60 bytes, at 60 │
//
// The log is followed from the checkpoint until a mini-transaction does not fit: that is its end.

import { loadU32, loadU64, loadU8 } from "../engine/format/bytes";
import { crc32c } from "../engine/format/crc32c";
import { blockChecksumIsValid } from "../engine/format/log-block";
import { mariadbRecordName } from "./names";
import { begin, count, end, fileText, flag, hex, text, wide } from "./out";
import { window, windowBytes } from "./sandbox";

const CHECKPOINT_1: u32 = 4096;
const CHECKPOINT_2: u32 = 8192;
const CHECKPOINT_CHECKSUM: u32 = 60;
const START_OFFSET: u64 = 12288;
const FIRST_LSN: u32 = 8;
const CREATOR: u32 = 16;
const CREATOR_BYTES: u32 = 32;
/** Sequence bit and checksum. */
const MTR_END_BYTES: u32 = 5;

const KINDS: u32 = 16;
const FILE_CHECKPOINT: u32 = 15;
const kindCounts: usize = memory.data(64, 8);

let headerIsTaken: bool = false;
let firstLsn: u64 = START_OFFSET;
let capacity: u64 = 0;
let checkpoint: u64 = 0;
let checkpointEnd: u64 = 0;
/** LSN of the next mini-transaction, and of the first one followed. */
let lsn: u64 = 0;
let isAtEnd: bool = false;
let mtrs: u32 = 0;
let records: u32 = 0;
let hasCheckpointRecord: bool = false;
let why: string = "no-checkpoint";

export function takeMariadbRedo(): void {
  if (!headerIsTaken) {
    headerIsTaken = true;
    takeHeader();
    return;
  }
  let at: u32 = 0;
  const before = lsn;
  while (!isAtEnd && at < windowBytes) {
    const length = takeMtr(at);
    if (length == 0) break;
    at += length;
    lsn += length;
    // Once around: what follows is the log's own start.
    if (lsn - checkpoint >= capacity) stop("full");
  }
  if (!isAtEnd && lsn == before) stop("mtr-longer-than-a-window");
}

/** Where to read on; u64.MAX_VALUE at the end of the log. */
export function nextMariadbOffset(fileSize: u64): u64 {
  if (capacity == 0 && !isAtEnd) start(fileSize);
  if (isAtEnd) return u64.MAX_VALUE;
  return START_OFFSET + ((lsn - firstLsn) % capacity);
}

/** Behind the last byte of the file the log goes on here. */
export const MARIADB_WRAP_TO: u64 = START_OFFSET;

function start(fileSize: u64): void {
  capacity = fileSize > START_OFFSET ? fileSize - START_OFFSET : 0;
  lsn = checkpoint;
  if (capacity == 0 || checkpoint < firstLsn) isAtEnd = true;
}

function stop(reason: string): void {
  isAtEnd = true;
  why = reason;
}

function takeHeader(): void {
  const needed: u32 = CHECKPOINT_2 + 64;
  // The window keeps what an earlier one left behind it.
  if (windowBytes < needed) memory.fill(window + windowBytes, 0, needed - windowBytes);
  const isValid = blockChecksumIsValid(window);
  if (isValid) firstLsn = loadU64(window + FIRST_LSN);
  begin("mariadb-header");
  hex("format", loadU32(window));
  flag("is_valid", isValid);
  wide("first_lsn", loadU64(window + FIRST_LSN));
  fileText("creator", window + CREATOR, CREATOR_BYTES);
  end();
  takeCheckpoint(CHECKPOINT_1, 1);
  takeCheckpoint(CHECKPOINT_2, 2);
}

function takeCheckpoint(offset: u32, which: u32): void {
  const at = window + offset;
  const stored = loadU32(at + CHECKPOINT_CHECKSUM);
  const isEmpty = loadU64(at) == 0 && loadU64(at + 8) == 0 && stored == 0;
  const isValid = !isEmpty && stored == crc32c(at, CHECKPOINT_CHECKSUM);
  if (isValid && loadU64(at) > checkpoint) {
    checkpoint = loadU64(at);
    checkpointEnd = loadU64(at + 8);
  }
  begin("checkpoint");
  count("block", which);
  text("state", isEmpty ? "empty" : isValid ? "valid" : "damaged");
  wide("number", 0);
  wide("lsn", loadU64(at));
  wide("end_lsn", loadU64(at + 8));
  hex("checksum", stored);
  end();
}

/** Bytes of the mini-transaction at `from`; 0 when the log, or the window, ends before it does. */
function takeMtr(from: u32): u32 {
  let at = from;
  while (at < windowBytes && loadU8(window + at) > 1) {
    const length = recordLength(at);
    // Of a record that does not end in the window nothing is known: the next window starts here.
    if (length == 0 || length > windowBytes - at) return 0;
    at += length;
  }
  if (at == from && at < windowBytes) return endOfLog("at-a-sequence-bit");
  if (windowBytes - at < MTR_END_BYTES) return 0;
  if (loadU8(window + at) != sequenceBit(lsn + (at - from))) return endOfLog("at-an-older-lap");
  if (loadU32(window + at + 1) != crc32c(window + from, at - from)) {
    return endOfLog("at-a-bad-checksum");
  }
  countRecords(from, at);
  mtrs++;
  return at + MTR_END_BYTES - from;
}

function endOfLog(reason: string): u32 {
  stop(reason);
  return 0;
}

/** Of the lap that holds this LSN: 1 in the first one, then 0, and so on. */
function sequenceBit(at: u64): u32 {
  return (((at - firstLsn) / capacity) & 1) == 0 ? 1 : 0;
}

/** Bytes of the record at `at` of the window; 0 when the window ends inside its length. */
function recordLength(at: u32): u32 {
  const short = loadU8(window + at) & 15;
  if (short != 0) return 1 + short;
  if (windowBytes - at < 6) return 0;
  const first = loadU8(window + at + 1);
  const bytes = lengthBytes(first);
  // Longer than any record can be: no length at all.
  if (bytes > 4) return u32.MAX_VALUE;
  let more = bytes == 1 ? first : first & (0xff >> bytes);
  let lowest: u32 = 0;
  for (let index: u32 = 1; index < bytes; index++) {
    more = (more << 8) | loadU8(window + at + 1 + index);
    // Each longer form goes on where the shorter one ends.
    lowest += 1 << (7 * index);
  }
  return 1 + more + lowest + 15;
}

function lengthBytes(first: u32): u32 {
  if (first < 0x80) return 1;
  if (first < 0xc0) return 2;
  if (first < 0xe0) return 3;
  return first < 0xf0 ? 4 : 5;
}

function countRecords(from: u32, to: u32): void {
  let isAfterPage = false;
  for (let at = from; at < to;) {
    const first = loadU8(window + at);
    // Bit 7 means "the same page as before", but on a record that follows no page: a file's.
    const isFile = (first & 0x80) != 0 && !isAfterPage;
    const kind = isFile ? first >> 4 : (first >> 4) & 7;
    store<u32>(kindCounts + 4 * kind, load<u32>(kindCounts + 4 * kind) + 1);
    if (isFile && kind == FILE_CHECKPOINT) hasCheckpointRecord = true;
    isAfterPage = !isFile;
    records++;
    at += recordLength(at);
  }
}

export function reportMariadbRedo(): void {
  for (let kind: u32 = 0; kind < KINDS; kind++) {
    const number = load<u32>(kindCounts + 4 * kind);
    if (number == 0) continue;
    begin("record-type");
    count("type", kind << 4);
    text("name", mariadbRecordName(kind));
    count("records", number);
    end();
  }
  begin("mariadb-redo");
  wide("capacity", capacity);
  wide("checkpoint_lsn", checkpoint);
  wide("checkpoint_end_lsn", checkpointEnd);
  wide("end_lsn", lsn);
  text("end", why);
  count("mtrs", mtrs);
  count("records", records);
  flag("has_checkpoint_record", hasCheckpointRecord);
  end();
}
