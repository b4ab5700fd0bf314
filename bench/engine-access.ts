// A look behind the public API, for measurements only: the engine's own exports, so that a pool hit
// can be timed without the store around it.

import type { BenchStore } from "./api.js";

/** The exports that measurements call. `at` and results are addresses in linear memory. */
export interface MeasuredExports {
  /** Fixes a page that is in the pool, unfixes it, and returns the address of its body. */
  pageRead(spaceId: number, page: number): number;
  stampPages(at: number, count: number): void;
  pageChecksumIsValid(at: number): number;
  exchangeAddress(): number;
}

/** Returns the exports of an open store's engine. */
export function engineExportsOf(store: BenchStore): MeasuredExports {
  return (store as unknown as { o: { engine: { exports: MeasuredExports } } }).o.engine.exports;
}
