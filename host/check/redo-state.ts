// How far redo is written and durable, and where recovery would start.
//
//   checkpoint        durable          written
//       ▼                ▼                ▼
//   ────┼────────────────┼────────────────┼ ─ ─      durable <= written, but for a log that was
//                                                    found and synced: all of it is durable then
//
// Writes of redo are contiguous. While a store is recovered nobody knows where its log ends: the
// first sync makes durable whatever stands there, and the write that ends recovery says where.

import type { Write } from "./file-state.js";

/** The first LSN a record group can have. */
const FIRST_LSN = 8204;

export class RedoState {
  written = FIRST_LSN;
  durable = FIRST_LSN;
  /** The newest durable checkpoint; null: unknown. */
  checkpoint: number | null = FIRST_LSN;
  isRecovering = false;
  private writes: Write[] = [];
  private writtenCount = 0;
  private durableCount = 0;

  /** A new log. */
  created(): void {
    this.written = FIRST_LSN;
    this.durable = FIRST_LSN;
    this.checkpoint = FIRST_LSN;
    this.isRecovering = false;
    this.forget();
  }

  /** A log that was found; `isDurable`: what stands there needs no sync. */
  found(isDurable: boolean): void {
    this.isRecovering = true;
    this.forget();
    if (isDurable) this.durable = Infinity;
  }

  /** The log goes on at the end of this write. */
  closed(write: Write): void {
    this.isRecovering = false;
    this.forget();
    this.written = write.redoTo;
    this.durable = Math.min(this.durable, write.redoTo);
  }

  private forget(): void {
    this.writes = [];
    this.writtenCount = 0;
    this.durableCount = 0;
  }

  began(write: Write): void {
    this.writes.push(write);
  }

  /** A write has ended or become durable: moves both LSNs on. */
  advance(): void {
    const { writes } = this;
    while (this.writtenCount < writes.length && writes[this.writtenCount]!.endedAt !== 0) {
      this.written = Math.max(this.written, writes[this.writtenCount++]!.redoTo);
    }
    while (this.durableCount < writes.length && writes[this.durableCount]!.isDurable) {
      this.durable = Math.max(this.durable, writes[this.durableCount++]!.redoTo);
    }
    if (this.durableCount < 1024 || this.writtenCount < this.durableCount) return;
    writes.splice(0, this.durableCount);
    this.writtenCount -= this.durableCount;
    this.durableCount = 0;
  }

  /** A sync of the log has ended while the store is recovered. */
  settled(): void {
    if (this.isRecovering) this.durable = Infinity;
  }

  /** The first write of redo that is not durable, or undefined. */
  get firstLost(): Write | undefined {
    return this.writes[this.durableCount];
  }
}
