// The words of an I/O request: what the engine asks for and why. host/abi.ts is the host's copy.
//
//   submission slot (48 bytes, little-endian)
//   byte 0    1          2         3       4         8            16        20       24    28
//        │ op │ fileKind │ ioPoint │ flags │ fileId  │ offset u64 │ address │ length │ tag │ zero
//
//   completion slot (16 bytes, little-endian)
//   byte 0     4                  8        12
//        │ tag │ result (i32)     │ flags  │ zero     result: bytes, or a negative errno

export const OP_READ: u32 = 1;
export const OP_WRITE: u32 = 2;
export const OP_SYNC: u32 = 3;
export const OP_CREATE: u32 = 4;
export const OP_DELETE: u32 = 5;
/** Writes real zeros over [offset, offset + length). */
export const OP_EXTEND: u32 = 6;
export const OP_SYNC_DIR: u32 = 7;

export const KIND_DATA: u32 = 0;
export const KIND_LOG: u32 = 1;
export const KIND_DBLWR: u32 = 2;
export const KIND_BDBLWR: u32 = 3;
export const KIND_MARKER: u32 = 4;

export const AT_LOG_COMMIT: u32 = 1;
export const AT_LOG_BACKGROUND: u32 = 2;
export const AT_LOG_WRITE_AHEAD: u32 = 3;
export const AT_DBLWR_BATCH: u32 = 4;
export const AT_DATA_BATCH: u32 = 5;
export const AT_DATA_BATCH_PLAIN: u32 = 6;
export const AT_CHECKPOINT_DATA: u32 = 7;
export const AT_CHECKPOINT_LOG: u32 = 8;
export const AT_FILE_CREATE: u32 = 9;
export const AT_FILE_EXTEND: u32 = 10;
export const AT_FILE_CLOSE: u32 = 11;
export const AT_RECOVERY: u32 = 12;
export const AT_PAGE_READ: u32 = 13;

export const IO_LINK: u32 = 1;
export const IO_STAMP: u32 = 2;
export const IO_VERIFY: u32 = 4;

export const DONE_VERIFIED: u32 = 1;
export const DONE_BAD_CHECKSUM: u32 = 2;

export const SUBMISSION_SLOT_SIZE: u32 = 48;
export const COMPLETION_SLOT_SIZE: u32 = 16;
