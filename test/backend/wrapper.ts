// A backend around another one that passes everything on. A canary extends it and overrides the one
// thing it breaks.

import { CALL } from "../../host/backend/backend.js";
import type {
  Backend,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "../../host/backend/backend.js";
import type { MemoryDisk } from "../../host/backend/memory-disk.js";
import { ForwardingBackend } from "./forwarding.js";

export class Wrapper extends ForwardingBackend {
  protected memory: Uint8Array = new Uint8Array(0);
  protected readonly paths = new Map<FileHandle, string>();
  /** Results to report instead of the real ones, by tag. */
  protected readonly claimed = new Map<number, number>();

  constructor(
    inner: Backend,
    protected readonly disk: MemoryDisk,
  ) {
    super(inner, "canary");
  }

  override attach(memory: Uint8Array, pageSize: number, onReady: () => void): void {
    this.memory = memory;
    this.inner.attach(memory, pageSize, onReady);
  }
  override open(path: string, mode: OpenMode, create: boolean): FileHandle {
    const file = this.inner.open(path, mode, create);
    this.paths.set(file, path);
    return file;
  }
  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, ns) => {
      sink(tag, this.claimed.get(tag) ?? result, flags, ns);
    });
  }
  /** Replaces an operation by one that does nothing and claims the result of the original. */
  protected pretend(op: IoOp, result: number): void {
    this.claimed.set(op.tag, result);
    this.inner.submit({ ...op, call: CALL.nop });
  }
}
