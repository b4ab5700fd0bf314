// The four kinds of failure, never mixed, and the outcomes a caller branches on.
//
//   EnginePanic      a bug: an assertion of the engine failed; the instance is dead
//   IoError          a system call failed: call, file, offset, length, errno name
//   CorruptionError  bytes on disk are not what they must be: file, page, expected, found
//   StoreError       an outcome with a code: wrong option, store in use, not ours, too large, …

/** An assertion of the engine failed. The store is dead; reopen it and report the message. */
export class EnginePanic extends Error {
  override readonly name = "EnginePanic";
}

/**
 * A system call failed. After a failed write or sync the store is poisoned and must be reopened.
 */
export class IoError extends Error {
  override readonly name = "IoError";
  constructor(
    /** Name of the errno, for example "EIO". */
    readonly code: string,
    /** The system call, for example "fdatasync". */
    readonly syscall: string,
    /** Path of the file. */
    readonly file: string,
    /** Bytes from the start of the file; null where it has no meaning. */
    readonly offset: number | null = null,
    /** Bytes asked for; null where it has no meaning. */
    readonly length: number | null = null,
    note = "",
  ) {
    const where = offset === null ? "" : ` at offset ${offset}, length ${length}`;
    super(`${syscall} ${file}${where}: ${code}${note === "" ? "" : ` (${note})`}`);
  }
}

/** Bytes on disk are damaged, torn, misplaced or missing. Nothing damaged is ever served. */
export class CorruptionError extends Error {
  override readonly name = "CorruptionError";
  constructor(
    /** Path or name of the damaged file. */
    readonly file: string,
    /** Page number, or null when the damage is not in a page. */
    readonly page: number | null,
    /** What must be there. */
    readonly expected: string,
    /** What is there. */
    readonly found: string,
  ) {
    const where = page === null ? file : `${file} page ${page}`;
    super(`${where}: expected ${expected}, found ${found}`);
  }
}

/** Codes of StoreError; docs/errors.md prints this table. */
export const STORE_ERROR_CODES = {
  BAD_OPTION: "an option has an unknown name, a wrong type or a value out of range",
  BAD_ARGUMENT: "an argument of an API call is out of range",
  NOT_A_STORE: "the directory holds files that are not a store's; nothing was touched",
  NO_SUCH_STORE: "the directory holds no store, and create is false",
  IN_USE: "another process has this store open",
  FORMAT_VERSION: "the store was written by another format version",
  FORMAT_MISMATCH: "the store was created with another page size",
  METHOD_UNAVAILABLE: "the flush method is not real on this directory",
  TOO_LARGE: "a transaction does not fit into the redo log or the buffer pool",
  NO_SPACE: "the file system has no room to extend a tablespace",
  BUSY: "the call cannot run while asynchronous work is in flight",
  NOT_FOUND: "no tablespace or page of that name or number",
  EXISTS: "a tablespace of that name exists",
  CONFLICT: "another transaction changed a page that this one had read",
  CLOSED: "the store is closed",
  UNAVAILABLE: "this machine, kernel or build cannot do what was asked",
} as const;
export type StoreErrorCode = keyof typeof STORE_ERROR_CODES;

/** An outcome the caller can branch on by `code`. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly code: StoreErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** What was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
