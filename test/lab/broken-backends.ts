// Backends with one bug each, for the host's canaries.

import { CALL, type Backend, type CompletionSink, type IoOp } from "../../host/backend/backend.js";
import { ECANCELED } from "../../host/backend/refusal.js";
import type { FileKind } from "../../host/abi.js";
import { CanaryBackend, isSyncCall, isWriteCall, unlinked } from "./canary-backend.js";

export class SwallowsSyncs extends CanaryBackend {
  constructor(
    inner: Backend,
    private readonly kind: FileKind,
  ) {
    super(inner);
  }

  override submit(op: IoOp): void {
    if (isSyncCall(op) && this.kindOf(op.file) === this.kind) this.pretend(op);
    else this.pass(op, op);
  }
}

export class SwallowsDirectorySyncs extends CanaryBackend {
  override syncDirectory(): void {
    // Nothing: that is the bug.
  }
}

export class SyncsAnotherFile extends CanaryBackend {
  override submit(op: IoOp): void {
    const isData = this.kindOf(op.file) === "data";
    const other = isSyncCall(op) && isData ? this.siblingOf(op.file) : null;
    this.pass(op, other === null ? op : { ...op, file: other });
  }
}

export class Unlinks extends CanaryBackend {
  override submit(op: IoOp): void {
    this.pass(op, unlinked(op));
  }
}

/** Gathers what is to start together, and puts every sync in front of the write it follows. */
export class SyncsBeforeWrites extends CanaryBackend {
  private held: IoOp[] = [];

  override submit(op: IoOp): void {
    const previous = this.held.at(-1);
    const follows = previous !== undefined && isWriteCall(previous) && previous.file === op.file;
    if (isSyncCall(op) && follows) this.held.splice(-1, 0, unlinked(op));
    else this.held.push(unlinked(op));
  }

  override start(inline: boolean): void {
    for (const op of this.held.splice(0)) this.pass(op, op);
    this.inner.start(inline);
  }

  override forget(): void {
    this.held = [];
    super.forget();
  }
}

/** The tag of an operation whose end nobody waits for any more. */
const REPORTED = -1;

export class EndsWritesEarly extends CanaryBackend {
  /** Writes under way that are reported by the next reap. */
  private early: IoOp[] = [];

  override submit(op: IoOp): void {
    if (op.call !== CALL.pwrite || this.kindOf(op.file) !== "data") return this.pass(op, op);
    this.early.push({ ...op });
    this.pass({ ...op, tag: REPORTED }, op);
  }

  override reap(sink: CompletionSink): number {
    const early = this.early.splice(0);
    for (const op of early) sink(op.tag, op.length, 0, 0);
    return early.length + super.reap(sink);
  }

  protected override resultOf(op: IoOp, result: number): number | null {
    return op.tag === REPORTED ? null : result;
  }

  override pending(): number {
    return this.inner.pending() + this.early.length;
  }

  override wait(): void {
    if (this.early.length === 0) this.inner.wait();
  }

  override forget(): void {
    this.early = [];
    super.forget();
  }
}

export class AcknowledgesFailedSyncs extends CanaryBackend {
  protected override resultOf(op: IoOp, result: number): number {
    return isSyncCall(op) ? Math.max(result, 0) : result;
  }
}

/** The sync that was canceled because its write failed would give it away. */
export class AcknowledgesFailedWrites extends CanaryBackend {
  protected override resultOf(op: IoOp, result: number): number {
    if (isWriteCall(op) && result < 0) return op.length;
    return isSyncCall(op) && result === ECANCELED ? 0 : result;
  }
}

export class RetriesFailedSyncs extends CanaryBackend {
  private again: IoOp[] = [];

  protected override resultOf(op: IoOp, result: number): number | null {
    if (!isSyncCall(op) || result >= 0 || result === ECANCELED) return result;
    this.again.push(op);
    return null;
  }

  override reap(sink: CompletionSink): number {
    const count = super.reap(sink);
    const again = this.again.splice(0);
    for (const op of again) this.pass(op, unlinked(op));
    if (again.length > 0) this.inner.start(false);
    return count;
  }

  override forget(): void {
    this.again = [];
    super.forget();
  }
}

export class CutsWrites extends CanaryBackend {
  private writes = 0;

  override submit(op: IoOp): void {
    const isPage = op.call === CALL.pwrite && this.kindOf(op.file) === "data";
    this.writes += isPage ? 1 : 0;
    this.pass(op, isPage && this.writes % 3 === 0 ? { ...op, length: op.length / 2 } : op);
  }

  protected override resultOf(op: IoOp, result: number): number {
    return isWriteCall(op) && result > 0 ? op.length : result;
  }
}

export class MissesByOnePage extends CanaryBackend {
  private writes = 0;

  override submit(op: IoOp): void {
    const isPage = op.call === CALL.pwrite && this.kindOf(op.file) === "data";
    this.writes += isPage ? 1 : 0;
    const isMiss = isPage && this.writes % 5 === 0;
    this.pass(op, isMiss ? { ...op, offset: op.offset + op.length } : op);
  }
}
