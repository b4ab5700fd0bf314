// The measured part of a turn: a stopwatch, a counter of operations, their latencies, and the three
// reasons to stop: time is up, the turn's share of bytes is written, or the user interrupts.

import type { Histogram } from "../host.js";

/** How many operations pass between two looks at the bytes written. */
const BYTES_CHECK_INTERVAL = 64;

export interface WindowLimits {
  readonly seconds: number;
  /** Bytes this window may write. */
  readonly bytes: number;
  /** Returns the bytes written since the window opened. */
  readonly writtenBytes: () => number;
  readonly isInterrupted: () => boolean;
}

export class Window {
  operations = 0;
  payloadBytes = 0;
  private busyMs = 0;
  private startedAt = NaN;
  private nextBytesCheck = BYTES_CHECK_INTERVAL;
  private isClosed = false;
  private readonly deadline: number;

  constructor(
    private readonly limits: WindowLimits,
    /** Null while warming up: nothing is recorded. */
    private readonly latency: Histogram | null,
  ) {
    this.deadline = performance.now() + limits.seconds * 1000;
  }

  /** Measured seconds so far. */
  get seconds(): number {
    return this.busyMs / 1000;
  }

  /** Starts the stopwatch. */
  start(): void {
    this.startedAt = performance.now();
  }

  /** Stops the stopwatch; the time in between counts as measured. */
  stop(): void {
    this.busyMs += performance.now() - this.startedAt;
  }

  /** Counts operations that change `payloadBytes` bytes and, when given, took `ms` together. */
  add(operations: number, payloadBytes: number, ms: number): void {
    this.operations += operations;
    this.payloadBytes += payloadBytes;
    this.latency?.record(ms * 1e6);
  }

  /** Whether the loop has to end. `now` is performance.now(), which the caller has at hand. */
  isOver(now: number): boolean {
    if (this.isClosed) return true;
    if (now >= this.deadline || this.limits.isInterrupted()) this.isClosed = true;
    else if (this.operations >= this.nextBytesCheck) {
      this.nextBytesCheck = this.operations + BYTES_CHECK_INTERVAL;
      this.isClosed = this.limits.writtenBytes() >= this.limits.bytes;
    }
    return this.isClosed;
  }
}
