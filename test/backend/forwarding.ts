// A backend that passes everything on to another one. Test backends extend it and override what
// they change.

import type {
  Backend,
  BackendCapabilities,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "../../host/backend/backend.js";

export class ForwardingBackend implements Backend {
  readonly name: string;
  readonly capabilities: BackendCapabilities;

  constructor(
    protected readonly inner: Backend,
    name = inner.name,
  ) {
    this.name = name;
    this.capabilities = inner.capabilities;
  }

  attach(memory: Uint8Array, pageSize: number, onReady: () => void): void {
    this.inner.attach(memory, pageSize, onReady);
  }
  open(path: string, mode: OpenMode, create: boolean): FileHandle {
    return this.inner.open(path, mode, create);
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
    return this.inner.reap(sink);
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
