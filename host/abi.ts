// What crosses the wasm boundary, as the host sees it. The engine's side is engine/abi/io.ts;
// test/abi.test.ts holds the two together.
//
//   submission slot (48 bytes, little-endian)
//   byte 0    1          2         3       4         8            16        20       24    28
//        │ op │ fileKind │ ioPoint │ flags │ fileId  │ offset u64 │ address │ length │ tag │ zero
//
//   completion slot (16 bytes, little-endian)
//   byte 0     4                  8        12
//        │ tag │ result (i32)     │ flags  │ zero     result: bytes, or a negative errno

/** What a request asks for; index = code on the wire. */
export const OPS = [
  "none",
  "read",
  "write",
  "sync",
  "create",
  "delete",
  "extend",
  "sync-dir",
] as const;
export type Op = (typeof OPS)[number];

/**
 * The class of a file; index = code on the wire. `data` file ids are space ids; `log` has one file;
 * `dblwr` ids count from 0; `bdblwr` is the DETECT_ONLY record file; `marker` exists only while a
 * store is being created.
 */
export const FILE_KINDS = ["data", "log", "dblwr", "bdblwr", "marker"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/**
 * Why a request is made; index = code on the wire. For a sync this is its sync point, for a read or
 * a write its class. A flush method maps (file kind, sync point) to a call.
 *
 * log-commit         redo a committer waits for
 * log-background     redo written or synced by the timer (innodb_flush_log_at_timeout)
 * log-write-ahead    redo that must be durable before a page may be written
 * dblwr-batch        copies of a batch in a doublewrite file
 * data-batch         in-place pages of a batch whose copies are in a doublewrite file
 * data-batch-plain   in-place pages of a batch without copies (doublewrite OFF or DETECT_ONLY)
 * checkpoint-data    data files with unsynced writes, before the checkpoint passes them
 * checkpoint-log     the checkpoint block itself
 * file-create        first content of a new file, and its directory entry
 * file-extend        growth of a data file
 * file-close         last sync before a file is closed
 * recovery           what recovery reads, and the pages it restores from doublewrite
 * page-read          a page brought into the buffer pool
 */
export const IO_POINTS = [
  "none",
  "log-commit",
  "log-background",
  "log-write-ahead",
  "dblwr-batch",
  "data-batch",
  "data-batch-plain",
  "checkpoint-data",
  "checkpoint-log",
  "file-create",
  "file-extend",
  "file-close",
  "recovery",
  "page-read",
] as const;
export type IoPoint = (typeof IO_POINTS)[number];

/** Request flags (bit set). */
export const IO_LINK = 1; // start the next request only when this one succeeded
export const IO_STAMP = 2; // stamp checksums before writing: pages, or 512-byte log blocks
export const IO_VERIFY = 4; // verify the page checksum after reading

/** Completion flags (bit set). */
export const DONE_VERIFIED = 1; // the executor checked the page checksum and it matched
export const DONE_BAD_CHECKSUM = 2; // the executor checked the page checksum and it did not match

export const SUBMISSION_SLOT_SIZE = 48;
export const COMPLETION_SLOT_SIZE = 16;
