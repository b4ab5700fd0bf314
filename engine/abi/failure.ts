// The failure record: where and why the last refused call, or the whole store, failed. The host
// reads it to build a typed error.
//
//   byte 0        4      8          12       16     20      24         32
//        │ status │ what │ fileKind │ fileId │ page │ errno │ expected │ found │    little-endian
//
// Invariant: once poisoned, the record keeps the first cause.

const record: usize = memory.data(64);
let isPoisoned: bool = false;

export const FAILURE_RECORD_SIZE: u32 = 40;

/** What was wrong; host/failure.ts holds the sentence for each. */
export const WHAT_IO: u32 = 1;
export const WHAT_PAGE_CHECKSUM: u32 = 2;
export const WHAT_PAGE_TORN: u32 = 3;
export const WHAT_PAGE_NUMBER: u32 = 4;
export const WHAT_PAGE_SPACE: u32 = 5;
export const WHAT_PAGE_ZERO: u32 = 6;
export const WHAT_PAGE_LSN_AHEAD: u32 = 7;
export const WHAT_LOG_HEADER: u32 = 8;
export const WHAT_LOG_CHECKPOINT: u32 = 9;
export const WHAT_LOG_BLOCK: u32 = 10;
export const WHAT_LOG_TRUNCATED: u32 = 11;
export const WHAT_LOG_RECORD: u32 = 12;
export const WHAT_SPACE_MISSING: u32 = 13;
export const WHAT_SPACE_SHORT: u32 = 14;
export const WHAT_FORMAT_VERSION: u32 = 15;
export const WHAT_PAGE_SIZE: u32 = 16;
export const WHAT_STORE_PAGE: u32 = 17;
export const WHAT_FSP_HEADER: u32 = 18;
export const WHAT_PAGE_BEYOND_END: u32 = 19;
export const WHAT_DICTIONARY: u32 = 20;
export const WHAT_PAGE_DETECTED: u32 = 21;
export const WHAT_LOG_SIZE: u32 = 22;
export const WHAT_STORE_UUID: u32 = 23;
export const WHAT_LOG_MISPLACED: u32 = 24;

/** Address of the failure record. */
export function failureRecord(): usize {
  return record;
}

/** Writes the record and returns `status`, so that a caller can `return fail(…)`. */
export function fail(
  status: u32,
  what: u32,
  fileKind: u32,
  fileId: u32,
  page: u32,
  expected: u64,
  found: u64,
): u32 {
  if (isPoisoned) return status;
  store<u32>(record, status, 0);
  store<u32>(record, what, 4);
  store<u32>(record, fileKind, 8);
  store<u32>(record, fileId, 12);
  store<u32>(record, page, 16);
  store<i32>(record, 0, 20);
  store<u64>(record, expected, 24);
  store<u64>(record, found, 32);
  return status;
}

/** Records a failed system call. */
export function failIo(status: u32, fileKind: u32, fileId: u32, page: u32, errno: i32): u32 {
  fail(status, WHAT_IO, fileKind, fileId, page, 0, 0);
  if (!isPoisoned) store<i32>(record, errno, 20);
  return status;
}

/** What was wrong the last time something was refused: one of the WHAT_ codes. */
export function failureWhat(): u32 {
  return load<u32>(record, 4);
}

/** The errno of the record; 0 when no system call was involved. */
export function failureErrno(): i32 {
  return load<i32>(record, 20);
}

/** A write or a sync failed: what reached the disk is unknown, so nothing may be acknowledged. */
export function poison(fileKind: u32, fileId: u32, errno: i32): void {
  if (isPoisoned) return;
  failIo(7, fileKind, fileId, 0xffffffff, errno);
  isPoisoned = true;
}

export function poisoned(): bool {
  return isPoisoned;
}
