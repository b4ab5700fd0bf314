// Bytes to write: a ring of pseudo-random bytes from which every change takes the next piece, so
// that no two successive changes are equal and making one costs no copy.

import type { Random } from "../host.js";

const SPARE = 4096;

/** Hands out `size` bytes at a time; a piece is valid until the next call's write was made. */
export class Changes {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(
    private readonly size: number,
    random: Random,
  ) {
    this.bytes = Uint8Array.from({ length: size + SPARE }, () => random.below(256));
  }

  next(): Uint8Array {
    this.at = (this.at + 61) % SPARE;
    return this.bytes.subarray(this.at, this.at + this.size);
  }
}

/** Returns a place for `size` bytes in a page body, aligned to `size` like a row in a page. */
export function rowOffset(random: Random, size: number, pageBodySize: number): number {
  return random.below(Math.max(1, Math.floor(pageBodySize / size))) * size;
}
