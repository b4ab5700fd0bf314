// What the host decides before the engine starts: sizes, limits and policies. The host checks the
// ranges of InnoDB's options; the engine asserts only what its own arithmetic needs, so that the
// crash laboratory may run stores far smaller than InnoDB allows. host/engine-options.ts holds the
// numbers of the options.

export const DBLWR_OFF: u32 = 0;
export const DBLWR_ON: u32 = 1;
export const DBLWR_DETECT_ONLY: u32 = 2;
export const DBLWR_DETECT_AND_RECOVER: u32 = 3;

export let pageSize: u32 = 16384;
export let pageShift: u32 = 14;
/** Frames of the buffer pool. */
export let framesCount: u32 = 8192;
/** Bytes of the redo log file, header included. */
export let redoCapacity: u64 = 104857600;
export let logBufferSize: u32 = 16777216;
export let doublewriteMode: u32 = DBLWR_ON;
/** Pages of one doublewrite segment, hence of one flush batch. */
export let doublewritePages: u32 = 128;
export let doublewriteFiles: u32 = 2;
/** Flush batches that may be in flight; each owns one doublewrite segment. */
export let batchesCount: u32 = 4;
export let oldBlocksPct: u32 = 37;
export let oldBlocksTimeMs: u64 = 1000;
export let logTimeoutMs: u64 = 1000;
export let lruScanDepth: u32 = 1024;
export let ioCapacity: u32 = 10000;
export let ioCapacityMax: u32 = 20000;
export let maxDirtyPagesPct: f64 = 90;
export let maxDirtyPagesPctLwm: f64 = 10;
export let adaptiveFlushing: bool = true;
export let adaptiveFlushingLwm: u32 = 10;
export let flushNeighbors: u32 = 0;
/** 0: refuse damage. 1 and above: cut the redo log at the damage and say what was dropped. */
export let forceRecovery: u32 = 0;
export let storeUuid: u32 = 0;
/** Pages a tablespace grows by; 0: InnoDB's rule (one extent, four from 32 extents on). */
export let extendPages: u32 = 0;
/** Largest write set of one transaction, in bytes. */
export let trxBytesMax: u32 = 1 << 20;
/** Milliseconds between two looks of the page cleaner and of the checkpointer. */
export let cleanerIntervalMs: u64 = 1000;

/** Sets option `id`; false when the number is unknown. Before `arenaPlan` only. */
export function setOption(id: u32, value: f64): bool {
  if (id <= 8) return setSize(id, value);
  return setPoolPolicy(id, value) || setFlushPolicy(id, value) || setOther(id, value);
}

/** The capacity of an existing log is what its header says, whatever the option. */
export function setRedoCapacity(bytes: u64): void {
  redoCapacity = bytes;
}

function setSize(id: u32, value: f64): bool {
  switch (id) {
    case 1:
      pageSize = <u32>value;
      pageShift = ctz(pageSize);
      assert(popcnt(pageSize) == 1, "config: the page size is a power of two");
      assert(pageSize >= 4096 && pageSize <= 65536, "config: the page size is 4 to 64 KiB");
      return true;
    case 2:
      framesCount = <u32>value;
      return true;
    case 3:
      redoCapacity = <u64>value;
      return true;
    case 4:
      logBufferSize = <u32>value;
      return true;
    case 5:
      doublewriteMode = <u32>value;
      return true;
    case 6:
      doublewritePages = <u32>value;
      return true;
    case 7:
      doublewriteFiles = <u32>value;
      return true;
    case 8:
      batchesCount = <u32>value;
      return true;
  }
  return false;
}

/** How the buffer pool replaces pages and when the log is written. */
function setPoolPolicy(id: u32, value: f64): bool {
  switch (id) {
    case 9:
      oldBlocksPct = <u32>value;
      return true;
    case 10:
      oldBlocksTimeMs = <u64>value;
      return true;
    case 11:
      logTimeoutMs = <u64>value;
      return true;
    case 12:
      lruScanDepth = <u32>value;
      return true;
  }
  return false;
}

/** How fast dirty pages are written. */
function setFlushPolicy(id: u32, value: f64): bool {
  switch (id) {
    case 13:
      ioCapacity = <u32>value;
      return true;
    case 14:
      ioCapacityMax = <u32>value;
      return true;
    case 15:
      maxDirtyPagesPct = value;
      return true;
    case 16:
      maxDirtyPagesPctLwm = value;
      return true;
    case 17:
      adaptiveFlushing = value != 0;
      return true;
    case 18:
      adaptiveFlushingLwm = <u32>value;
      return true;
    case 19:
      flushNeighbors = <u32>value;
      return true;
  }
  return false;
}

function setOther(id: u32, value: f64): bool {
  switch (id) {
    case 20:
      forceRecovery = <u32>value;
      return true;
    case 21:
      storeUuid = <u32>value;
      return true;
    case 22:
      extendPages = <u32>value;
      return true;
    case 23:
      trxBytesMax = <u32>value;
      return true;
    case 24:
      cleanerIntervalMs = <u64>value;
      return true;
  }
  return false;
}

/** Copies of whole pages are written, so a torn page can be restored. */
export function doublewriteKeepsCopies(): bool {
  return doublewriteMode == DBLWR_ON || doublewriteMode == DBLWR_DETECT_AND_RECOVER;
}
