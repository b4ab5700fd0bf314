// What an exported call answers. Outcomes a caller branches on; bugs are assertions, never codes.

export const OK: u32 = 0;
/** I/O has been requested; ask again after the next poll. */
export const PENDING: u32 = 1;
/** The redo log has no room until a checkpoint moves; ask again after the next poll. */
export const LOG_FULL: u32 = 2;
/** Larger than the log buffer, the redo log or the buffer pool can ever take. */
export const TOO_LARGE: u32 = 3;
export const NOT_FOUND: u32 = 4;
/** A page or file is damaged; the failure record says where and how. */
export const DAMAGED: u32 = 5;
/** A read failed; the failure record holds the errno. The caller may try again. */
export const READ_FAILED: u32 = 6;
/** A write or a sync failed earlier; nothing works until the store is reopened. */
export const POISONED: u32 = 7;
/** The page belongs to no one: never allocated, or freed. */
export const NOT_ALLOCATED: u32 = 8;
/** A page read by the transaction has been changed by another one. */
export const CONFLICT: u32 = 9;
/** The file system had no room; nothing changed. */
export const NO_SPACE: u32 = 10;
/** The write set is malformed, or a position lies outside a page. */
export const BAD_REQUEST: u32 = 11;
export const EXISTS: u32 = 12;
/** The engine is not in the state this call needs. */
export const WRONG_STATE: u32 = 13;
/** The store was written by another format version or with another page size. */
export const FORMAT: u32 = 14;
