// A backend that can be cut off from its disk, as a process is when it is killed: what was started
// has happened, and nothing else does. A disk in memory tears nothing, so RWF_ATOMIC may be left
// out on the way to it.

import {
  OP_RWF_ATOMIC,
  type Backend,
  type BackendCapabilities,
  type CompletionSink,
  type FileHandle,
  type IoOp,
} from "../../host/backend/backend.js";
import { ForwardingBackend } from "../backend/forwarding.js";

export class StoppableBackend extends ForwardingBackend {
  private isStopped = false;

  constructor(inner: Backend) {
    super(inner);
    if (!inner.capabilities.persistent) {
      const capabilities: BackendCapabilities = { ...inner.capabilities, rwf: true };
      Object.defineProperty(this, "capabilities", { value: capabilities });
    }
  }

  stop(): void {
    this.isStopped = true;
  }

  override submit(op: IoOp): void {
    if (this.isStopped) return;
    const isReal = this.inner.capabilities.persistent;
    this.inner.submit(isReal ? op : { ...op, flags: op.flags & ~OP_RWF_ATOMIC });
  }
  override start(inline: boolean): void {
    if (!this.isStopped) this.inner.start(inline);
  }
  override reap(sink: CompletionSink): number {
    return this.isStopped ? 0 : this.inner.reap(sink);
  }
  override syncDirectory(path: string): void {
    if (!this.isStopped) super.syncDirectory(path);
  }
  override unlink(path: string): void {
    if (!this.isStopped) super.unlink(path);
  }
  override close(file: FileHandle): void {
    if (!this.isStopped) super.close(file);
  }
}
