// MLOG: redo records. One record is one change to a page, a file or the log's own state.
//
//        │ type │ space id (compressed) │ page number (compressed) │ payload, by type │
//
//   type                      payload
//   MLOG_WRITE_STRING     30  │ page offset u16 │ length u16 │ bytes │
//   MLOG_MULTI_REC_END    31  the type byte is the whole record: the group is complete
//   MLOG_DUMMY_RECORD     32  the type byte is the whole record, and a group by itself
//   MLOG_FILE_CREATE      33  none; page number 0
//   MLOG_FILE_DELETE      35  none; page number 0
//   MLOG_INIT_FILE_PAGE2  59  │ page type u16 │             ours: InnoDB has no payload here
//   MLOG_FILE_EXTEND      65  │ first page u64 │ pages u64 │ page number 0
//   MLOG_FLUSHED_TO       77  │ lsn u64 │  ours; space 0, page number 0
//
// A group of one record sets bit 0x80 of its type; longer groups end with MLOG_MULTI_REC_END.
// Encoders write at `at`, any alignment, and return the bytes used. The parser reads what a crash
// left behind: it trusts nothing and touches no byte at or beyond `end`.
// Spec: docs/format.md, "Redo records".

import { loadU16, loadU64, loadU8, storeU16, storeU64, storeU8 } from "./bytes";
import { COMPRESSED_SIZE_MAX, writeCompressed } from "./compressed";
import { READ_MALFORMED, READ_TRUNCATED, readCompressed, readSize, readValue } from "./compressed";
import { pageTypeIsValid } from "./fil";

export const MLOG_WRITE_STRING: u32 = 30;
export const MLOG_MULTI_REC_END: u32 = 31;
export const MLOG_DUMMY_RECORD: u32 = 32;
export const MLOG_FILE_CREATE: u32 = 33;
export const MLOG_FILE_DELETE: u32 = 35;
export const MLOG_INIT_FILE_PAGE2: u32 = 59;
export const MLOG_FILE_EXTEND: u32 = 65;
/**
 * Redo was durable up to the LSN in the payload when this group was appended. Recovery that stops
 * below that LSN has met damage, not the torn tail of the last write. InnoDB uses types up to 76.
 */
export const MLOG_FLUSHED_TO: u32 = 77;
export const MLOG_SINGLE_REC_FLAG: u32 = 0x80;

/** Bytes in front of the payload, at most. */
export const MLOG_HEADER_SIZE_MAX: u32 = 1 + 2 * COMPRESSED_SIZE_MAX;
/** Bytes of a string record besides the string, at most. */
export const MLOG_STRING_OVERHEAD_MAX: u32 = MLOG_HEADER_SIZE_MAX + 4;
/** A page offset is 16 bits, so a string ends at byte 65536 at the latest. */
export const MLOG_STRING_END_MAX: u32 = 65536;
/** Pages a tablespace can have: page numbers are 32 bits and 0xFFFFFFFF means none. */
export const MLOG_PAGES_MAX: u64 = 0xffffffff;

/** Result of `parseRecord`: the input ends first; what is there was not refused. */
export const PARSE_TRUNCATED: u32 = READ_TRUNCATED;
/** Result of `parseRecord`: no continuation makes these bytes a record. */
export const PARSE_MALFORMED: u32 = READ_MALFORMED;
/** From `parsePayload` only, where a length of 0 is an honest result. */
const TAKES_MORE: u32 = 0xfffffffe;

/** What the last `parseRecord` found. Type, without MLOG_SINGLE_REC_FLAG. */
export let recType: u32 = 0;
/** The record is a whole group: it carried the flag, or it is a dummy record. */
export let recIsSingle: bool = false;
export let recSpace: u32 = 0;
export let recPage: u32 = 0;
/** String record: byte of the page where the string goes. */
export let recOffset: u32 = 0;
/** String record: bytes of the string. */
export let recLength: u32 = 0;
/** String record: address of the string, inside the input. */
export let recDataAt: usize = 0;
/** Page type of an init record; first page of an extension; LSN of a flushed-to record. */
export let recValue1: u64 = 0;
/** Pages of an extension. */
export let recValue2: u64 = 0;

/** Redo of `length` bytes written at `offset` of a page; the bytes are copied from `dataAt`. */
export function writeStringRecord(
  at: usize,
  space: u32,
  page: u32,
  offset: u32,
  length: u32,
  dataAt: usize,
): u32 {
  assert(length > 0, "mlog: a write changes at least one byte");
  assert(length <= 0xffff, "mlog: a length fits 16 bits");
  assert(offset < MLOG_STRING_END_MAX, "mlog: a page offset fits 16 bits");
  assert(offset + length <= MLOG_STRING_END_MAX, "mlog: a write ends inside the largest page");
  const header = writeRecordHeader(at, MLOG_WRITE_STRING, space, page);
  storeU16(at + header, offset);
  storeU16(at + header + 2, length);
  memory.copy(at + header + 4, dataAt, length);
  return header + 4 + length;
}

/** Redo of a page made empty: zeros, ids, no neighbors, and this page type (see `initPage`). */
export function initPageRecord(at: usize, space: u32, page: u32, type: u32): u32 {
  assert(pageTypeIsValid(type), "mlog: a page is made with a known type");
  const header = writeRecordHeader(at, MLOG_INIT_FILE_PAGE2, space, page);
  storeU16(at + header, type);
  return header + 2;
}

/** The tablespace exists from here on. */
export function fileCreateRecord(at: usize, space: u32): u32 {
  return writeRecordHeader(at, MLOG_FILE_CREATE, space, 0);
}

/** The tablespace is gone from here on; redo of it below this LSN is skipped. */
export function fileDeleteRecord(at: usize, space: u32): u32 {
  return writeRecordHeader(at, MLOG_FILE_DELETE, space, 0);
}

/** The tablespace grew by `sizePages` pages of zeros, from page `offsetPages` on. */
export function fileExtendRecord(at: usize, space: u32, offsetPages: u64, sizePages: u64): u32 {
  assert(extensionIsValid(offsetPages, sizePages), "mlog: an extension ends at a page number");
  const header = writeRecordHeader(at, MLOG_FILE_EXTEND, space, 0);
  storeU64(at + header, offsetPages);
  storeU64(at + header + 8, sizePages);
  return header + 16;
}

/** True when the pages exist: at least one, and all with numbers below FIL_NULL. */
export function extensionIsValid(offsetPages: u64, sizePages: u64): bool {
  if (offsetPages > MLOG_PAGES_MAX || sizePages > MLOG_PAGES_MAX) return false;
  return sizePages > 0 && offsetPages + sizePages <= MLOG_PAGES_MAX;
}

/** Redo up to `lsn` was durable when this record was appended. */
export function flushedToRecord(at: usize, lsn: u64): u32 {
  const header = writeRecordHeader(at, MLOG_FLUSHED_TO, 0, 0);
  storeU64(at + header, lsn);
  return header + 8;
}

/** Ends a group of several records. */
export function multiRecordEnd(at: usize): u32 {
  storeU8(at, MLOG_MULTI_REC_END);
  return 1;
}

/** A group that changes nothing. */
export function dummyRecord(at: usize): u32 {
  storeU8(at, MLOG_DUMMY_RECORD);
  return 1;
}

/** Marks the record at `at` as a whole group. */
export function markSingleRecord(at: usize): void {
  const type = loadU8(at);
  assert(type != MLOG_MULTI_REC_END, "mlog: the end of a group is not a group");
  assert(type != MLOG_DUMMY_RECORD, "mlog: a dummy record is a group without a mark");
  assert((type & MLOG_SINGLE_REC_FLAG) == 0, "mlog: a record is marked once");
  storeU8(at, type | MLOG_SINGLE_REC_FLAG);
}

function writeRecordHeader(at: usize, type: u32, space: u32, page: u32): u32 {
  storeU8(at, type);
  const spaceSize = writeCompressed(at + 1, space);
  return 1 + spaceSize + writeCompressed(at + 1 + spaceSize, page);
}

/**
 * Parses the record at `at` into the globals above and returns its length; fields its type does
 * not have are 0.
 * Errors: PARSE_TRUNCATED, PARSE_MALFORMED; the globals are then meaningless.
 */
export function parseRecord(at: usize, end: usize): u32 {
  clear();
  if (at >= end) return PARSE_TRUNCATED;
  const first = loadU8(at);
  if (first == MLOG_MULTI_REC_END || first == MLOG_DUMMY_RECORD) {
    recType = first;
    recIsSingle = first == MLOG_DUMMY_RECORD;
    return 1;
  }
  recType = first & ~MLOG_SINGLE_REC_FLAG;
  recIsSingle = (first & MLOG_SINGLE_REC_FLAG) != 0;
  if (!typeHasHeader(recType)) return PARSE_MALFORMED;
  const header = parseHeader(at, end);
  if (header == PARSE_TRUNCATED || header == PARSE_MALFORMED) return header;
  const payload = parsePayload(at + header, end);
  if (payload == TAKES_MORE) return PARSE_TRUNCATED;
  return payload == PARSE_MALFORMED ? PARSE_MALFORMED : header + payload;
}

function clear(): void {
  recType = 0;
  recIsSingle = false;
  recSpace = 0;
  recPage = 0;
  recOffset = 0;
  recLength = 0;
  recDataAt = 0;
  recValue1 = 0;
  recValue2 = 0;
}

function typeHasHeader(type: u32): bool {
  if (type == MLOG_WRITE_STRING || type == MLOG_INIT_FILE_PAGE2) return true;
  return typeIsPageless(type);
}

/** Records about a file, or about the log: their page number is 0. */
function typeIsPageless(type: u32): bool {
  if (type == MLOG_FILE_CREATE || type == MLOG_FILE_DELETE) return true;
  return type == MLOG_FILE_EXTEND || type == MLOG_FLUSHED_TO;
}

function parseHeader(at: usize, end: usize): u32 {
  readCompressed(at + 1, end);
  if (readSize == READ_TRUNCATED || readSize == READ_MALFORMED) return readSize;
  recSpace = readValue;
  if (recType == MLOG_FLUSHED_TO && recSpace != 0) return PARSE_MALFORMED;
  const spaceSize = readSize;
  readCompressed(at + 1 + spaceSize, end);
  if (readSize == READ_TRUNCATED || readSize == READ_MALFORMED) return readSize;
  recPage = readValue;
  if (typeIsPageless(recType) && recPage != 0) return PARSE_MALFORMED;
  return 1 + spaceSize + readSize;
}

function parsePayload(at: usize, end: usize): u32 {
  if (recType == MLOG_WRITE_STRING) return parseString(at, end);
  if (recType == MLOG_INIT_FILE_PAGE2) return parseInitPage(at, end);
  if (recType == MLOG_FILE_EXTEND) return parseExtend(at, end);
  if (recType == MLOG_FLUSHED_TO) return parseFlushedTo(at, end);
  return 0;
}

function parseString(at: usize, end: usize): u32 {
  if (end - at < 4) return TAKES_MORE;
  recOffset = loadU16(at);
  recLength = loadU16(at + 2);
  if (recLength == 0 || recOffset + recLength > MLOG_STRING_END_MAX) return PARSE_MALFORMED;
  if (end - at - 4 < recLength) return TAKES_MORE;
  recDataAt = at + 4;
  return 4 + recLength;
}

function parseInitPage(at: usize, end: usize): u32 {
  if (end - at < 2) return TAKES_MORE;
  recValue1 = <u64>loadU16(at);
  return pageTypeIsValid(<u32>recValue1) ? 2 : PARSE_MALFORMED;
}

function parseExtend(at: usize, end: usize): u32 {
  if (end - at < 16) return TAKES_MORE;
  recValue1 = loadU64(at);
  recValue2 = loadU64(at + 8);
  return extensionIsValid(recValue1, recValue2) ? 16 : PARSE_MALFORMED;
}

function parseFlushedTo(at: usize, end: usize): u32 {
  if (end - at < 8) return TAKES_MORE;
  recValue1 = loadU64(at);
  return 8;
}
