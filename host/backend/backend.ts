// The interface of an executor. A backend performs I/O calls on files; it knows no flush method, no
// engine state and no InnoDB. Every backend passes test/backend/contract.test.ts.

/** How a file is opened. `direct`: O_DIRECT. `sync`: "dsync" is O_DSYNC, "sync" is O_SYNC. */
export interface OpenMode {
  readonly direct: boolean;
  readonly sync: "none" | "dsync" | "sync";
}

/** An open file; meaningful only to the backend that returned it. */
export type FileHandle = number;

/** The call an operation makes; the numbers are the wire codes of the native addon. */
export const CALL = { pread: 1, pwrite: 2, fsync: 3, fdatasync: 4, zeroFill: 5, nop: 6 } as const;
export type Call = (typeof CALL)[keyof typeof CALL];

/** Operation flags (bit set); the numbers are the wire codes of the native addon. */
export const OP_LINK = 1; // the next operation starts only when this one has fully succeeded
export const OP_STAMP_PAGES = 2; // stamp the crc32 of every page in the range before writing
export const OP_STAMP_LOG = 4; // stamp the crc32c of every 512-byte log block before writing
export const OP_VERIFY_PAGE = 8; // verify the page checksum after a read
export const OP_RWF_DSYNC = 16; // pwritev2(RWF_DSYNC)
export const OP_RWF_ATOMIC = 32; // pwritev2(RWF_ATOMIC), one whole page

/**
 * One call. The object may be reused by the caller after `submit` returns.
 * Units: `offset` bytes in the file, `address` bytes in the attached memory, `length` bytes.
 * `fsync`, `fdatasync` and `nop` ignore offset, address and length. `zeroFill` writes real zeros
 * over [offset, offset + length) and needs no address.
 */
export interface IoOp {
  tag: number;
  call: Call;
  file: FileHandle;
  flags: number;
  offset: number;
  address: number;
  length: number;
}

/**
 * The outcome of one operation.
 * `result`: bytes moved (always the whole length), 0 for syncs, or a negative errno. An operation
 * whose LINK predecessor failed reports -ECANCELED (-125). A read past the end of the file is
 * -ENODATA (-61). `doneFlags`: DONE_VERIFIED or DONE_BAD_CHECKSUM of host/abi.ts.
 * `nanoseconds`: from the start of the call to its end, measured where it ran.
 */
export type CompletionSink = (
  tag: number,
  result: number,
  doneFlags: number,
  nanoseconds: number,
) => void;

export interface BackendCapabilities {
  /** Stamps and verifies checksums itself (OP_STAMP_*, OP_VERIFY_PAGE); else the driver does. */
  readonly checksums: boolean;
  /** pwritev2 flags are available. */
  readonly rwf: boolean;
  /** `wait` can block for operations started asynchronously. */
  readonly blockingWait: boolean;
  /** What runs page I/O, in words: "io_uring", "4 threads", "libuv", "memory". */
  readonly executor: string;
  /** Whether bytes outlive the process. */
  readonly persistent: boolean;
}

export interface Backend {
  readonly name: string;
  readonly capabilities: BackendCapabilities;

  /**
   * Binds the engine's linear memory. Called once, before any submit; memory never grows after.
   * `onReady` is called on the event loop when asynchronous completions can be reaped.
   */
  attach(memory: Uint8Array, pageSize: number, onReady: () => void): void;

  /**
   * Opens or creates (exclusively) a file.
   * Errors: IoError with the errno name, "open", and the path.
   */
  open(path: string, mode: OpenMode, create: boolean): FileHandle;
  close(file: FileHandle): void;
  /** Current size in bytes. */
  fileSize(file: FileHandle): number;
  unlink(path: string): void;
  /** Makes the entries of a directory durable. */
  syncDirectory(path: string): void;
  /** Creates a directory (and its parents); an existing one is fine. */
  makeDirectory(path: string): void;
  /** Names in a directory; null when it does not exist. */
  list(path: string): string[] | null;

  /** Queues one operation. Nothing starts before `start`. */
  submit(op: IoOp): void;
  /**
   * Starts everything queued. `inline`: every queued operation has completed when it returns, and
   * operations run in the order of submission on the calling thread.
   */
  start(inline: boolean): void;
  /** Delivers finished operations; returns how many. Never blocks. */
  reap(sink: CompletionSink): number;
  /** Blocks until at least one completion can be reaped. Errors: Error when nothing is pending. */
  wait(): void;
  /** Operations submitted and not yet reaped. */
  pending(): number;
  /** Waits for everything in flight, joins threads, lets go of the memory. Idempotent. */
  detach(): Promise<void>;
}
