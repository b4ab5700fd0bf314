// Operations in flight, in parallel arrays so that starting one allocates nothing. The number of a
// flight is the tag the backend sees.

import type { OpenFile } from "./files.js";
import type { LatencyClass } from "./metrics.js";

export class Flights {
  /** The engine's tag. */
  readonly tag: Uint32Array;
  /** Tag of an elided sync that completes together with this operation, or -1. */
  readonly follower: Float64Array;
  /** Writes of the file that a sync covers. */
  readonly covers: Float64Array;
  readonly offset: Float64Array;
  readonly length: Float64Array;
  readonly call: Uint8Array;
  readonly file: (OpenFile | null)[];
  readonly latency: (LatencyClass | null)[];
  private readonly free: number[];
  /** Flights at or above this number have never been taken. */
  private taken = 0;

  constructor(private readonly capacity: number) {
    this.tag = new Uint32Array(capacity);
    this.follower = new Float64Array(capacity);
    this.covers = new Float64Array(capacity);
    this.offset = new Float64Array(capacity);
    this.length = new Float64Array(capacity);
    this.call = new Uint8Array(capacity);
    this.file = new Array<OpenFile | null>(capacity).fill(null);
    this.latency = new Array<LatencyClass | null>(capacity).fill(null);
    this.free = Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
  }

  take(): number {
    const flight = this.free.pop();
    if (flight === undefined) throw new Error("driver: more operations in flight than ring slots");
    this.follower[flight] = -1;
    if (flight >= this.taken) this.taken = flight + 1;
    return flight;
  }

  /** Forgets every operation in flight. */
  clear(): void {
    if (this.free.length === this.capacity) return;
    const isFree = new Set(this.free);
    for (let flight = 0; flight < this.taken; flight++) {
      if (!isFree.has(flight)) this.release(flight);
    }
  }

  release(flight: number): void {
    this.file[flight] = null;
    this.free.push(flight);
  }
}
