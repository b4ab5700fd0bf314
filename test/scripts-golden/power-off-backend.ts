// A disk whose power fails at a chosen request. Requests before it have reached the disk, the one
// itself does so in part or not at all, and nothing behind it happens or is ever answered.
//
// This disk has no cache of its own: what was written is there, synced or not. Disks that lose and
// reorder unsynced writes are another matter; here a person is to follow one failure.

import { CALL } from "../../host/backend/backend.js";
import type {
  Backend,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "../../host/backend/backend.js";
import { ForwardingBackend } from "../backend/forwarding.js";

/** How the request looked at which power failed, in words; the trace prints it. */
export type Cut = string;

const TAG_OF_PART = 0x7fffffff;
const NO_FILE = -1;

export class PowerOffBackend extends ForwardingBackend {
  /** Set when power has failed. */
  cut: Cut | null = null;
  /** Resolves when power fails. */
  readonly isOff: Promise<void>;
  private failNow: () => void = () => undefined;
  private requestsLeft = 0;
  private bytes = 0;

  constructor(inner: Backend) {
    super(inner);
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

  override submit(op: IoOp): void {
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

  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, nanoseconds) => {
      // An operation of the same batch that ended before the failure is not heard of any more.
      if (tag !== TAG_OF_PART && this.cut === null) sink(tag, result, flags, nanoseconds);
    });
  }

  override open(path: string, mode: OpenMode, create: boolean): FileHandle {
    if (create && this.fails("not done")) return NO_FILE;
    return this.cut === null ? this.inner.open(path, mode, create) : NO_FILE;
  }

  override unlink(path: string): void {
    if (!this.fails("not done")) this.inner.unlink(path);
  }

  override syncDirectory(path: string): void {
    if (!this.fails("not done")) this.inner.syncDirectory(path);
  }

  override close(file: FileHandle): void {
    if (file !== NO_FILE) this.inner.close(file);
  }
  override fileSize(file: FileHandle): number {
    return file === NO_FILE ? 0 : this.inner.fileSize(file);
  }
}
