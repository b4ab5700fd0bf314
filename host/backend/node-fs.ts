// The backend that runs everywhere Node runs: node:fs on the attached memory, without the addon.
// Asynchronous operations run on libuv's thread pool, inline ones on the calling thread.
//
//   queued ──▶ waiting chains ──(at most queueDepth)──▶ one fs callback per chain ──▶ finished
//
// Invariant: `running` chains have exactly one call in flight each; the rest of a chain starts from
// the callback of the operation before it.

import * as fs from "node:fs";
import { StoreError } from "../errors.js";
import { CALL, OP_LINK } from "./backend.js";
import type {
  Backend,
  BackendCapabilities,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "./backend.js";
import { nanosecondsSince, OpQueue, runInOrder } from "./op-queue.js";
import type { QueuedOp } from "./op-queue.js";
import * as posix from "./posix-files.js";
import { EBADF, ECANCELED, EINVAL, isSync, settledWithoutCall } from "./refusal.js";
import { Transfer } from "./transfer.js";

export interface NodeFsOptions {
  /** Chains in flight at the same time, 1 or more; the others wait in order. */
  readonly queueDepth?: number;
}

const DEFAULT_QUEUE_DEPTH = 64;

interface OpenFile {
  readonly fd: number;
  readonly path: string;
  /** Calls on libuv's threads that use the descriptor now. */
  busy: number;
}

type Finish = (result: number) => void;

export function createNodeFsBackend(options: NodeFsOptions = {}): Backend {
  const depth = options.queueDepth ?? DEFAULT_QUEUE_DEPTH;
  if (!Number.isInteger(depth) || depth < 1) {
    throw new StoreError("BAD_OPTION", `queueDepth: expected a whole number from 1, got ${depth}`);
  }
  return new NodeFsBackend(depth);
}

class NodeFsBackend implements Backend {
  readonly name = "node-fs";
  readonly capabilities: BackendCapabilities = {
    checksums: false,
    rwf: false,
    blockingWait: false,
    executor: "libuv",
    persistent: true,
  };

  private memory: Uint8Array | null = null;
  private queue = new OpQueue(() => {});
  private waiting: QueuedOp[][] = [];
  private running = 0;
  private starting = false;
  private drained: (() => void) | null = null;
  private detaching: Promise<void> | null = null;
  // Handles are never reused, unlike descriptors: a stale one is EBADF, not somebody else's file.
  private readonly files = new Map<FileHandle, OpenFile>();
  private lastHandle: FileHandle = 0;

  constructor(private readonly queueDepth: number) {}

  attach(memory: Uint8Array, _pageSize: number, onReady: () => void): void {
    if (this.memory !== null) throw new TypeError("node-fs: attach is called once");
    this.memory = memory;
    this.queue = new OpQueue(() => {
      if (this.memory !== null) onReady();
    });
  }

  open(path: string, mode: OpenMode, create: boolean): FileHandle {
    const fd = posix.openFile(path, mode, create);
    this.lastHandle += 1;
    this.files.set(this.lastHandle, { fd, path, busy: 0 });
    return this.lastHandle;
  }

  close(file: FileHandle): void {
    const { fd, path, busy } = this.opened(file);
    // The descriptor could be reused for another file while a thread still writes through it.
    if (busy > 0) throw new StoreError("BUSY", `close ${path}: ${busy} calls are in flight`);
    this.files.delete(file);
    posix.closeFile(fd, path);
  }

  fileSize(file: FileHandle): number {
    const { fd, path } = this.opened(file);
    return posix.fileSize(fd, path);
  }

  unlink(path: string): void {
    posix.unlinkFile(path);
  }

  syncDirectory(path: string): void {
    posix.syncDirectory(path);
  }

  makeDirectory(path: string): void {
    posix.makeDirectory(path);
  }

  list(path: string): string[] | null {
    return posix.listDirectory(path);
  }

  submit(op: IoOp): void {
    if (this.memory === null) throw new TypeError("node-fs: submit needs an attached memory");
    this.queue.submit(op);
  }

  start(inline: boolean): void {
    if (inline) {
      runInOrder(this.queue, this.queue.takeAll(), (op) => this.runSync(op));
      return;
    }
    this.waiting.push(...this.queue.takeChains());
    this.startWaiting();
  }

  reap(sink: CompletionSink): number {
    return this.queue.reap(sink);
  }

  wait(): void {
    if (this.queue.reapable) return;
    if (this.queue.pending === 0) throw new Error("node-fs: wait with nothing pending");
    throw new StoreError(
      "BUSY",
      `node-fs cannot block: ${this.queue.pending} operations complete in callbacks of node:fs, ` +
        "which run only when the caller returns to the event loop",
    );
  }

  pending(): number {
    return this.queue.pending;
  }

  detach(): Promise<void> {
    this.detaching ??= this.drain().then(() => {
      this.memory = null;
    });
    return this.detaching;
  }

  private drain(): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.drained = resolve;
    });
  }

  private opened(file: FileHandle): OpenFile {
    const found = this.files.get(file);
    if (found === undefined) throw new TypeError(`node-fs: file handle ${file} is not open`);
    return found;
  }

  /** Starts chains up to the queue depth. One that finishes without a call frees its place. */
  private startWaiting(): void {
    if (this.starting) return;
    this.starting = true;
    while (this.running < this.queueDepth) {
      const chain = this.waiting.shift();
      if (chain === undefined) break;
      this.running += 1;
      this.runChain(chain, 0);
    }
    this.starting = false;
    if (this.running === 0) this.drained?.();
  }

  /** Runs the operations of a chain from index `at`, each from the callback of the one before. */
  private runChain(chain: QueuedOp[], at: number): void {
    const op = chain[at];
    if (op === undefined) {
      this.running -= 1;
      this.startWaiting();
      return;
    }
    const begin = performance.now();
    this.runAsync(op, (result) => {
      this.queue.finish(op, result, nanosecondsSince(begin));
      const held = result < 0 && (op.flags & OP_LINK) !== 0;
      if (held) for (const rest of chain.slice(at + 1)) this.queue.finish(rest, ECANCELED, 0);
      this.queue.announce();
      this.runChain(chain, held ? chain.length : at + 1);
    });
  }

  private runSync(op: QueuedOp): number {
    const settled = settledWithoutCall(op, this.memory!);
    if (settled !== null) return settled;
    const file = this.files.get(op.file);
    if (file === undefined) return EBADF;
    if (isSync(op)) return callSync(() => syncNow(op, file.fd));
    const transfer = new Transfer(op, this.memory!);
    let result: number | null;
    do result = transfer.advance(callSync(() => moveNow(transfer, file.fd)));
    while (result === null);
    return result;
  }

  private runAsync(op: QueuedOp, finish: Finish): void {
    const settled = settledWithoutCall(op, this.memory!);
    if (settled !== null) return finish(settled);
    const file = this.files.get(op.file);
    if (file === undefined) return finish(EBADF);
    file.busy += 1;
    const release: Finish = (result) => {
      file.busy -= 1;
      finish(result);
    };
    if (isSync(op)) return syncLater(op, file.fd, release);
    const transfer = new Transfer(op, this.memory!);
    moveLater(transfer, file.fd, release);
  }
}

function syncNow(op: QueuedOp, fd: number): number {
  if (op.call === CALL.fsync) fs.fsyncSync(fd);
  else fs.fdatasyncSync(fd);
  return 0;
}

function syncLater(op: QueuedOp, fd: number, finish: Finish): void {
  const call = op.call === CALL.fsync ? fs.fsync : fs.fdatasync;
  call(fd, (error) => finish(error === null ? 0 : errnoOf(error)));
}

function moveNow(transfer: Transfer, fd: number): number {
  const { buffer, start, length, position } = transfer;
  return transfer.op.call === CALL.pread
    ? fs.readSync(fd, buffer, start, length, position)
    : fs.writeSync(fd, buffer, start, length, position);
}

function moveLater(transfer: Transfer, fd: number, finish: Finish): void {
  const { buffer, start, length, position } = transfer;
  const moved = (error: unknown, bytes: number): void => {
    const result = transfer.advance(error === null ? bytes : errnoOf(error));
    if (result === null) moveLater(transfer, fd, finish);
    else finish(result);
  };
  try {
    if (transfer.op.call === CALL.pread) fs.read(fd, buffer, start, length, position, moved);
    else fs.write(fd, buffer, start, length, position, moved);
  } catch (error) {
    finish(errnoOf(error));
  }
}

function callSync(call: () => number): number {
  try {
    return call();
  } catch (error) {
    return errnoOf(error);
  }
}

/** node:fs reports errno negative; arguments it refuses itself (ERR_OUT_OF_RANGE) have none. */
function errnoOf(error: unknown): number {
  const { errno } = error as { errno?: unknown };
  return typeof errno === "number" ? errno : EINVAL;
}
