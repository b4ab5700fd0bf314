// A backend that fails one operation: the n-th write, sync, file operation or read that it is asked
// for. A failed write leaves nothing, or its first half; a failed sync leaves what was written.

import { CALL } from "../../host/backend/backend.js";
import type {
  Backend,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "../../host/backend/backend.js";
import { IoError } from "../../host/errors.js";
import { ForwardingBackend } from "../backend/forwarding.js";

/** What can be made to fail; a file operation is a creation, a removal or a directory's sync. */
export type Failing = "write" | "half-write" | "sync" | "file" | "read";

const EIO = -5;
/** No backend has opened it, so the operation fails and cancels what is linked to it. */
const NO_FILE = 0;
/** A disk writes a sector whole or not at all. */
const SECTOR = 512;
const TAG_OF_HALF = 0x7fffffff;

export class FaultyBackend extends ForwardingBackend {
  /** What failed, in words; null until it did. */
  failed: string | null = null;
  private count = 0;
  private readonly paths = new Map<FileHandle, string>();
  private readonly failedTags = new Set<number>();

  constructor(
    inner: Backend,
    private readonly failing: Failing,
    private readonly failAt: number,
  ) {
    super(inner, `faulty ${inner.name}`);
  }

  private isNow(words: string): boolean {
    if (++this.count !== this.failAt) return false;
    this.failed = words;
    return true;
  }

  private refuseFile(syscall: string, path: string): void {
    if (this.failing !== "file" || !this.isNow(`${syscall} ${path}`)) return;
    throw new IoError("EIO", syscall, path);
  }

  override submit(op: IoOp): void {
    const path = this.paths.get(op.file) ?? "?";
    if (!isKind(op, this.failing) || !this.isNow(`${this.failing} ${path} at ${op.offset}`)) {
      this.inner.submit(op);
      return;
    }
    if (this.failing === "half-write") {
      const length = Math.floor(op.length / 2 / SECTOR) * SECTOR;
      if (length > 0) this.inner.submit({ ...op, length, flags: 0, tag: TAG_OF_HALF });
    }
    this.failedTags.add(op.tag);
    this.inner.submit({ ...op, file: NO_FILE });
  }

  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, nanoseconds) => {
      if (tag === TAG_OF_HALF) return;
      sink(tag, this.failedTags.delete(tag) ? EIO : result, flags, nanoseconds);
    });
  }

  override open(path: string, mode: OpenMode, create: boolean): FileHandle {
    if (create) this.refuseFile("open", path);
    const file = this.inner.open(path, mode, create);
    this.paths.set(file, path);
    return file;
  }

  override unlink(path: string): void {
    this.refuseFile("unlink", path);
    this.inner.unlink(path);
  }

  override syncDirectory(path: string): void {
    this.refuseFile("fsync", path);
    this.inner.syncDirectory(path);
  }
}

function isKind(op: IoOp, failing: Failing): boolean {
  switch (failing) {
    case "write":
      return op.call === CALL.pwrite || op.call === CALL.zeroFill;
    case "half-write":
      return op.call === CALL.pwrite;
    case "sync":
      return op.call === CALL.fsync || op.call === CALL.fdatasync;
    case "read":
      return op.call === CALL.pread;
    case "file":
      return false;
  }
}
