// A backend that is broken in one way, around a good one: the base of the host's canaries. It knows
// the kind of every open file, and may change an operation, its result, or the order.

import { basename } from "node:path";
import { CALL, OP_LINK, type Backend, type CompletionSink } from "../../host/backend/backend.js";
import type { FileHandle, IoOp, OpenMode } from "../../host/backend/backend.js";
import type { FileKind } from "../../host/abi.js";
import { identify } from "../../host/layout.js";
import { ForwardingBackend } from "../backend/forwarding.js";

export class CanaryBackend extends ForwardingBackend {
  private readonly kinds = new Map<FileHandle, FileKind>();
  /** Operations of the inner backend, by its tags, which are never used twice. */
  private readonly originals = new Map<number, IoOp>();
  private lastTag = 0;

  constructor(inner: Backend) {
    super(inner, "canary");
  }

  override open(path: string, mode: OpenMode, create: boolean): FileHandle {
    const file = this.inner.open(path, mode, create);
    this.kinds.set(file, kindOf(path));
    return file;
  }

  kindOf(file: FileHandle): FileKind {
    return this.kinds.get(file)!;
  }

  /** The first other open file of the same kind. */
  siblingOf(file: FileHandle): FileHandle | null {
    const kind = this.kinds.get(file);
    for (const [other, of] of this.kinds) if (other !== file && of === kind) return other;
    return null;
  }

  override close(file: FileHandle): void {
    this.kinds.delete(file);
    this.inner.close(file);
  }

  override submit(op: IoOp): void {
    this.pass(op, op);
  }

  /** Hands `changed` to the inner backend for `original`. */
  protected pass(original: IoOp, changed: IoOp): void {
    this.lastTag = (this.lastTag + 1) % 2 ** 30;
    this.originals.set(this.lastTag, { ...original });
    this.inner.submit({ ...changed, tag: this.lastTag });
  }

  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, nanoseconds) => {
      const original = this.originals.get(tag);
      this.originals.delete(tag);
      if (original === undefined) return;
      const told = this.resultOf(original, result);
      if (told !== null) sink(original.tag, told, flags, nanoseconds);
    });
  }

  /** What the driver is told of an operation that ended with `result`; null: nothing. */
  protected resultOf(_op: IoOp, result: number): number | null {
    return result;
  }

  /** Replaces an operation by one that does nothing. */
  protected pretend(op: IoOp): void {
    this.pass(op, { ...op, call: CALL.nop });
  }

  /** The power is gone: what was in flight is never heard of again. */
  forget(): void {
    this.originals.clear();
    this.kinds.clear();
  }
}

export function isSyncCall(op: IoOp): boolean {
  return op.call === CALL.fsync || op.call === CALL.fdatasync;
}

export function isWriteCall(op: IoOp): boolean {
  return op.call === CALL.pwrite || op.call === CALL.zeroFill;
}

export function unlinked(op: IoOp): IoOp {
  return { ...op, flags: op.flags & ~OP_LINK };
}

function kindOf(path: string): FileKind {
  return identify(basename(path))!.kind;
}
