// The typed surface of the native addon. The binary is build/tornproof.node in the nearest folder
// above this file that has one; where it is missing or does not load, `addonProblem` says why.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getSystemErrorName } from "node:util";

declare const contextBrand: unique symbol;

/** An attached engine; meaningful only to the addon. */
export interface AddonContext {
  readonly [contextBrand]: true;
}

/** Bytes, but for `atomicSegmentsMax`; null where the kernel does not tell. */
export interface FileFacts {
  /** Alignment of memory for direct I/O; 0 when the file has no direct I/O. */
  readonly dioMemAlign: number | null;
  readonly dioOffsetAlign: number | null;
  readonly dioReadOffsetAlign: number | null;
  /** Smallest and largest write that is never torn; 0 when there is none. */
  readonly atomicUnitMin: number | null;
  readonly atomicUnitMax: number | null;
  readonly atomicSegmentsMax: number | null;
}

/** What a file system keeps per inode; null where it does not tell. */
export interface InodeFacts {
  /** The bits lsattr shows: no copy-on-write, data journaling, compression, … */
  readonly flags: number | null;
  /** Bytes; the extent size hint of xfs, 0 when there is none. */
  readonly extentSizeHint: number | null;
}

export interface ContextOptions {
  /** Operations that may be with the kernel at once, 1 to 4096; the rest wait in the addon. */
  readonly queueDepth: number;
  /** False: single operations run on four threads even where io_uring works. */
  readonly uring: boolean;
}

/** Bytes of a submission slot; native/src/op.h has the layout. */
export const SLOT_SIZE = 48;
/** Numbers of a completion record: tag, result, doneFlags, nanoseconds. */
export const RECORD_NUMBERS = 4;

interface RawAddon {
  /** `memory` must cover the whole linear memory; it is kept alive until `destroy`. */
  createContext(
    memory: Uint8Array,
    pageSize: number,
    options: ContextOptions,
    onReady: () => void,
  ): AddonContext;
  /** Starts the first `count` slots of `queue`; they may be reused when it returns. */
  submit(context: AddonContext, queue: Uint8Array, count: number): void;
  /** Executes the slots on this thread, in order. */
  runInline(context: AddonContext, queue: Uint8Array, count: number): void;
  /** Fills in up to `capacity` completion records; returns how many. Never blocks. */
  reap(context: AddonContext, records: Float64Array, capacity: number): number;
  /** Blocks until something can be reaped; false when nothing is on its way. */
  wait(context: AddonContext): boolean;
  usesUring(context: AddonContext): boolean;
  /** Finishes everything in flight, joins threads, lets go of the memory. Idempotent. */
  destroy(context: AddonContext): void;

  crc32c(bytes: Uint8Array, seed?: number, implementation?: "table"): number;
  /** InnoDB's "crc32" of a page, whatever is stored in it. */
  pageChecksum(page: Uint8Array, implementation?: "table"): number;
  checksumImplementation(): "sse4.2" | "armv8" | "table";

  fileFacts(target: string | number): FileFacts | number;
  /** pwritev2 with RWF_ATOMIC; bytes, or a negative errno. */
  tryPwriteAtomic(fd: number, bytes: Uint8Array, offset: number): number;
  /** pwritev2 with RWF_DSYNC; bytes, or a negative errno. */
  tryPwriteDsync(fd: number, bytes: Uint8Array, offset: number): number;
  /** Facts of an open file or directory. Never fails. */
  inodeFacts(fd: number): InodeFacts;
  lock(fd: number): number;
  uringProblem(): number;

  /** For tests: see native/src/bind-testing.cc. */
  scriptTransfer(
    call: number,
    flags: number,
    length: number,
    outcomes: Float64Array,
  ): number | null;
}

export interface Addon extends Omit<RawAddon, "fileFacts" | "lock" | "uringProblem"> {
  /** Facts of a path or an open file. Errors: Error with `code` (ENOENT, …). */
  fileFacts(target: string | number): FileFacts;
  /**
   * Locks a file against every other open of it, without waiting; false when another holds it.
   * The lock ends when the file is closed. Errors: Error with `code`.
   */
  lock(fd: number): boolean;
  /** Null when io_uring works here, else why not. */
  uringProblem(): string | null;
}

let loaded: Addon | null = null;
let problem: string | null = null;

/** Returns the addon, or null; then `addonProblem` says why. */
export function loadAddon(): Addon | null {
  if (loaded === null && problem === null) load();
  return loaded;
}

/** Returns why the addon cannot be used; null when it can. */
export function addonProblem(): string | null {
  loadAddon();
  return problem;
}

function load(): void {
  const file = findBinary();
  if (file === null) {
    problem = "build/tornproof.node does not exist; node scripts/build-native.mjs builds it";
    return;
  }
  try {
    loaded = wrap(createRequire(import.meta.url)(file) as RawAddon);
  } catch (error) {
    problem = `${file} does not load: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function findBinary(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (true) {
    const file = join(folder, "build", "tornproof.node");
    if (existsSync(file)) return file;
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

function wrap(raw: RawAddon): Addon {
  return {
    ...raw,
    fileFacts(target) {
      const facts = raw.fileFacts(target);
      if (typeof facts === "number") throw systemError("statx", facts);
      return facts;
    },
    lock(fd) {
      const errno = raw.lock(fd);
      if (errno === 0) return true;
      const error = systemError("fcntl", errno);
      if (error.code === "EAGAIN" || error.code === "EACCES") return false;
      throw error;
    },
    uringProblem() {
      const errno = raw.uringProblem();
      return errno === 0 ? null : `io_uring_setup: ${getSystemErrorName(errno)}`;
    },
  };
}

function systemError(call: string, errno: number): Error & { code: string } {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`${call}: ${code}`), { code });
}
