// A disk whose power fails at a chosen request. Requests before it have reached the disk, the one
// itself does so in part or not at all, and nothing behind it happens or is ever answered.
//
// This disk has no cache of its own: what was written is there, synced or not. Disks that lose and
// reorder unsynced writes are another matter; here a person is to follow one failure.

import { CALL } from "../../host/backend/backend.js";
import type {
  Backend,
  BackendCapabilities,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "../../host/backend/backend.js";

/** How the request looked at which power failed, in words; the trace prints it. */
export type Cut = string;

const TAG_OF_PART = 0x7fffffff;
const NO_FILE = -1;

export class PowerOffBackend implements Backend {
  readonly name: string;
  readonly capabilities: BackendCapabilities;
  /** Set when power has failed. */
  cut: Cut | null = null;
  /** Resolves when power fails. */
  readonly isOff: Promise<void>;
  private failNow: () => void = () => undefined;
  private requestsLeft = 0;
  private bytes = 0;

  constructor(private readonly inner: Backend) {
    this.name = inner.name;
    this.capabilities = inner.capabilities;
    this.isOff = new Promise((resolve) => (this.failNow = resolve));
  }

  /** Power fails during the n-th request from now, reads not counted, after its first `bytes`. */
  arm(n: number, bytes: number): void {
    this.requestsLeft = n;
    this.bytes = bytes;
  }

  /** True when power is off, or fails at the request that asks. */
  private fails(cut: Cut): boolean {
    if (this.cut !== null) return true;
    if (this.requestsLeft === 0 || --this.requestsLeft > 0) return false;
    this.cut = cut;
    this.failNow();
    return true;
  }

  submit(op: IoOp): void {
    if (op.call === CALL.pread && this.cut === null) return this.inner.submit(op);
    const isWrite = op.call === CALL.pwrite || op.call === CALL.zeroFill;
    const part = isWrite ? Math.min(this.bytes, op.length) : 0;
    const wasOff = this.cut !== null;
    if (!this.fails(isWrite ? `cut at ${part} of ${op.length}` : "not done")) {
      return this.inner.submit(op);
    }
    if (!wasOff && part > 0) {
      this.inner.submit({ ...op, length: part, flags: 0, tag: TAG_OF_PART });
    }
  }

  reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, nanoseconds) => {
      // An operation of the same batch that ended before the failure is not heard of any more.
      if (tag !== TAG_OF_PART && this.cut === null) sink(tag, result, flags, nanoseconds);
    });
  }

  open(path: string, mode: OpenMode, create: boolean): FileHandle {
    if (create && this.fails("not done")) return NO_FILE;
    return this.cut === null ? this.inner.open(path, mode, create) : NO_FILE;
  }

  unlink(path: string): void {
    if (!this.fails("not done")) this.inner.unlink(path);
  }

  syncDirectory(path: string): void {
    if (!this.fails("not done")) this.inner.syncDirectory(path);
  }

  attach(memory: Uint8Array, pageSize: number, onReady: () => void): void {
    this.inner.attach(memory, pageSize, onReady);
  }
  close(file: FileHandle): void {
    if (file !== NO_FILE) this.inner.close(file);
  }
  fileSize(file: FileHandle): number {
    return file === NO_FILE ? 0 : this.inner.fileSize(file);
  }
  makeDirectory(path: string): void {
    this.inner.makeDirectory(path);
  }
  list(path: string): string[] | null {
    return this.inner.list(path);
  }
  start(inline: boolean): void {
    this.inner.start(inline);
  }
  wait(): void {
    this.inner.wait();
  }
  pending(): number {
    return this.inner.pending();
  }
  detach(): Promise<void> {
    return this.inner.detach();
  }
}
