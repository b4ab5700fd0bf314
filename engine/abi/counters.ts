// What the engine counts, one u64 each, under InnoDB's names. host/status.ts holds the names in the
// same order. Calls and bytes of I/O are counted by the host, which alone knows the flush method.

const counters: usize = memory.data(8 * 40);

export const BUFFER_POOL_READ_REQUESTS: u32 = 0;
export const BUFFER_POOL_READS: u32 = 1;
export const BUFFER_POOL_WRITE_REQUESTS: u32 = 2;
export const BUFFER_POOL_WAIT_FREE: u32 = 3;
export const BUFFER_POOL_PAGES_FLUSHED: u32 = 4;
export const BUFFER_POOL_PAGES_MADE_YOUNG: u32 = 5;
export const BUFFER_POOL_PAGES_MADE_NOT_YOUNG: u32 = 6;
export const PAGES_CREATED: u32 = 7;
export const PAGES_READ: u32 = 8;
export const PAGES_WRITTEN: u32 = 9;
export const DBLWR_WRITES: u32 = 10;
export const DBLWR_PAGES_WRITTEN: u32 = 11;
export const LOG_WAITS: u32 = 12;
export const LOG_WRITE_REQUESTS: u32 = 13;
export const LOG_WRITES: u32 = 14;
export const LOG_CHECKPOINTS: u32 = 15;
export const LRU_BATCHES: u32 = 16;
export const FLUSH_LIST_BATCHES: u32 = 17;
export const TRX_COMMITS: u32 = 18;
export const TRX_CONFLICTS: u32 = 19;
export const RECV_GROUPS_APPLIED: u32 = 20;
export const RECV_RECORDS_APPLIED: u32 = 21;
export const RECV_RECORDS_SKIPPED: u32 = 22;
export const RECV_PAGES_RESTORED: u32 = 23;
export const RECV_BYTES_SCANNED: u32 = 24;
export const RECV_DROPPED_FROM_LSN: u32 = 25;
export const RECV_DROPPED_TO_LSN: u32 = 26;
export const PAGES_EVICTED: u32 = 27;
/** Redo payload bytes appended by record groups, block headers and trailers not counted. */
export const LOG_GROUP_BYTES: u32 = 28;
export const COUNTERS_COUNT: u32 = 29;

/** Address of the counters. */
export function countersAddress(): usize {
  return counters;
}

export function count(index: u32, by: u64 = 1): void {
  store<u64>(counters + (index << 3), load<u64>(counters + (index << 3)) + by);
}

export function setCounter(index: u32, value: u64): void {
  store<u64>(counters + (index << 3), value);
}

export function counter(index: u32): u64 {
  return load<u64>(counters + (index << 3));
}
