// Every upper bound of the engine, and the relations between them that the build checks.

/** Slots of the submission and of the completion ring; a power of two. */
export const RING_SLOTS: u32 = 8192;
/** Tablespaces of one store, dropped ones not counted. */
export const SPACES_MAX: u32 = 1024;
/** Bytes of a tablespace name. */
export const SPACE_NAME_MAX: u32 = 64;
/** Page reads in flight. */
export const READS_MAX: u32 = 512;
/** Pages of one flush batch. */
export const BATCH_PAGES_MAX: u32 = 512;
/** Flush batches, hence doublewrite segments. */
export const BATCHES_MAX: u32 = 256;
/** Pages allocated or freed by one transaction. */
export const TRX_PAGE_OPS_MAX: u32 = 1024;
/** Pages handed out by the allocator whose transactions have not committed yet. */
export const RESERVED_PAGES_MAX: u32 = 8192;
/** Largest single write of redo. */
export const LOG_WRITE_MAX: u32 = 1 << 20;
/** Redo read by one request while recovery scans. */
export const RECV_SCAN_SIZE: u32 = 1 << 20;
/** Remembered read failures, each waiting for the caller that asked for the page. */
export const READ_FAILURES_MAX: u32 = 64;

if (popcnt(RING_SLOTS) != 1) ERROR("limits: ring slots must be a power of two");
if (RECV_SCAN_SIZE > LOG_WRITE_MAX) ERROR("limits: recovery scans through the log staging area");
