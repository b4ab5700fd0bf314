// A memory backend that cannot block, as node:fs: what was started asynchronously ends when the
// test says so, and inline calls run at once.

import { createBackend } from "../../host/backend/index.js";
import type { BackendCapabilities, IoOp } from "../../host/backend/backend.js";
import { StoreError } from "../../host/errors.js";
import { ForwardingBackend } from "../backend/forwarding.js";

/** Inline operations of one test; a blocking wait without an end makes more. */
const INLINE_MAX = 100_000;

export class HeldBackend extends ForwardingBackend {
  override readonly capabilities: BackendCapabilities;
  /** Hold asynchronous operations from now on. */
  isHolding = false;
  readonly held: IoOp[] = [];
  private queued: IoOp[] = [];
  /** Operations run inline so far. */
  inline = 0;

  constructor() {
    super(createBackend("memory"), "held");
    this.capabilities = { ...this.inner.capabilities, blockingWait: false };
  }

  override submit(op: IoOp): void {
    this.queued.push({ ...op });
  }

  override start(inline: boolean): void {
    const ops = this.queued;
    this.queued = [];
    if (!inline && this.isHolding) {
      this.held.push(...ops);
      return;
    }
    this.inline += inline ? ops.length : 0;
    if (this.inline > INLINE_MAX) throw new Error("held: a blocking wait without an end");
    for (const op of ops) this.inner.submit(op);
    this.inner.start(inline);
  }

  release(): void {
    this.isHolding = false;
    for (const op of this.held.splice(0)) this.inner.submit(op);
    this.inner.start(false);
  }

  override pending(): number {
    return this.inner.pending() + this.held.length + this.queued.length;
  }

  override wait(): void {
    if (this.inner.pending() > 0) return;
    throw new StoreError("BUSY", `held: ${this.held.length} operations`);
  }
}
