// Write sets that are kept for the next transactions: so many, so large, and not more bytes in all.

import { WriteSet } from "./write-set.js";

const COUNT_MAX = 256;
/** A set that one large transaction has grown is given back to the system. */
const SET_BYTES_MAX = 1 << 20;
const BYTES_MAX = 16 << 20;

export class SpareSets {
  private readonly sets: WriteSet[] = [];
  /** Bytes kept now. */
  bytes = 0;

  /** An empty write set. */
  take(): WriteSet {
    const set = this.sets.pop();
    if (set === undefined) return new WriteSet();
    this.bytes -= set.capacity;
    return set;
  }

  give(set: WriteSet): void {
    const size = set.capacity;
    if (size > SET_BYTES_MAX || this.bytes + size > BYTES_MAX) return;
    if (this.sets.length >= COUNT_MAX) return;
    set.clear();
    this.sets.push(set);
    this.bytes += size;
  }
}
