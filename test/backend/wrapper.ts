// A backend around another one that passes everything on. A canary extends it and overrides the one
// thing it breaks.

import { CALL } from "../../host/backend/backend.js";
import type {
  Backend,
  BackendCapabilities,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "../../host/backend/backend.js";
import type { MemoryDisk } from "../../host/backend/memory-disk.js";

export class Wrapper implements Backend {
  readonly name: string = "canary";
  readonly capabilities: BackendCapabilities;
  protected memory: Uint8Array = new Uint8Array(0);
  protected readonly paths = new Map<FileHandle, string>();
  /** Results to report instead of the real ones, by tag. */
  protected readonly claimed = new Map<number, number>();

  constructor(
    protected readonly inner: Backend,
    protected readonly disk: MemoryDisk,
  ) {
    this.capabilities = inner.capabilities;
  }

  attach(memory: Uint8Array, pageSize: number, onReady: () => void): void {
    this.memory = memory;
    this.inner.attach(memory, pageSize, onReady);
  }
  open(path: string, mode: OpenMode, create: boolean): FileHandle {
    const file = this.inner.open(path, mode, create);
    this.paths.set(file, path);
    return file;
  }
  close(file: FileHandle): void {
    this.inner.close(file);
  }
  fileSize(file: FileHandle): number {
    return this.inner.fileSize(file);
  }
  unlink(path: string): void {
    this.inner.unlink(path);
  }
  syncDirectory(path: string): void {
    this.inner.syncDirectory(path);
  }
  makeDirectory(path: string): void {
    this.inner.makeDirectory(path);
  }
  list(path: string): string[] | null {
    return this.inner.list(path);
  }
  submit(op: IoOp): void {
    this.inner.submit(op);
  }
  start(inline: boolean): void {
    this.inner.start(inline);
  }
  reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, ns) => {
      sink(tag, this.claimed.get(tag) ?? result, flags, ns);
    });
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
  /** Replaces an operation by one that does nothing and claims the result of the original. */
  protected pretend(op: IoOp, result: number): void {
    this.claimed.set(op.tag, result);
    this.inner.submit({ ...op, call: CALL.nop });
  }
}
