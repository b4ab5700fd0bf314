// A disk in memory: files as growing arrays, everything done when `start` returns. It needs no
// node module, so it serves the browser too. Its bytes live as long as its MemoryDisk, which a
// test may hand to a second backend to reopen a store.

import { IoError } from "../errors.js";
import { CALL } from "./backend.js";
import type {
  Backend,
  BackendCapabilities,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "./backend.js";
import { OpQueue, runInOrder } from "./op-queue.js";
import type { QueuedOp } from "./op-queue.js";
import { MemoryDisk } from "./memory-disk.js";
import type { MemoryFile } from "./memory-disk.js";
import { EBADF, ENODATA, isSync, settledWithoutCall } from "./refusal.js";

export { MemoryDisk };

/** Two backends on the same disk see the same files. */
export function createMemoryBackend(disk: MemoryDisk = new MemoryDisk()): Backend {
  return new MemoryBackend(disk);
}

class MemoryBackend implements Backend {
  readonly name = "memory";
  readonly capabilities: BackendCapabilities = {
    checksums: false,
    rwf: false,
    blockingWait: true,
    executor: "memory",
    persistent: false,
  };

  private memory: Uint8Array | null = null;
  private queue = new OpQueue(() => {});
  private readonly files = new Map<FileHandle, MemoryFile>();
  private lastHandle: FileHandle = 0;

  constructor(private readonly disk: MemoryDisk) {}

  attach(memory: Uint8Array, _pageSize: number, onReady: () => void): void {
    if (this.memory !== null) throw new TypeError("memory: attach is called once");
    this.memory = memory;
    this.queue = new OpQueue(() => {
      if (this.memory !== null) onReady();
    });
  }

  /** The mode is accepted and means nothing: there is no cache to go around. */
  open(path: string, _mode: OpenMode, create: boolean): FileHandle {
    const file = create ? this.disk.create(path) : this.disk.find(path);
    this.lastHandle += 1;
    this.files.set(this.lastHandle, file);
    return this.lastHandle;
  }

  close(file: FileHandle): void {
    this.opened(file);
    this.files.delete(file);
  }

  fileSize(file: FileHandle): number {
    return this.opened(file).size;
  }

  unlink(path: string): void {
    this.disk.unlink(path);
  }

  syncDirectory(path: string): void {
    if (this.disk.list(path) === null) throw new IoError("ENOENT", "open", path);
  }

  makeDirectory(path: string): void {
    this.disk.makeDirectory(path);
  }

  list(path: string): string[] | null {
    return this.disk.list(path);
  }

  submit(op: IoOp): void {
    if (this.memory === null) throw new TypeError("memory: submit needs an attached memory");
    this.queue.submit(op);
  }

  start(inline: boolean): void {
    runInOrder(this.queue, this.queue.takeAll(), (op) => this.run(op));
    if (!inline) this.queue.announce();
  }

  reap(sink: CompletionSink): number {
    return this.queue.reap(sink);
  }

  wait(): void {
    if (this.queue.reapable) return;
    throw new Error(`memory: wait with nothing started, ${this.queue.pending} pending`);
  }

  pending(): number {
    return this.queue.pending;
  }

  detach(): Promise<void> {
    this.memory = null;
    return Promise.resolve();
  }

  private opened(file: FileHandle): MemoryFile {
    const found = this.files.get(file);
    if (found === undefined) throw new TypeError(`memory: file handle ${file} is not open`);
    return found;
  }

  private run(op: QueuedOp): number {
    const settled = settledWithoutCall(op, this.memory!);
    if (settled !== null) return settled;
    const file = this.files.get(op.file);
    if (file === undefined) return EBADF;
    return isSync(op) ? 0 : this.move(op, file);
  }

  private move(op: QueuedOp, file: MemoryFile): number {
    const { offset, address, length } = op;
    const frame = this.memory!.subarray(address, address + length);
    if (op.call === CALL.zeroFill) file.reserve(offset, length).fill(0);
    else if (op.call === CALL.pwrite) file.reserve(offset, length).set(frame);
    else if (length > 0 && offset + length > file.size) return ENODATA;
    else frame.set(file.content(offset, length));
    return length;
  }
}
