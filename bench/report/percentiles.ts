// Percentiles from the buckets of a result, so that a report can be made from the document alone.

import type { Latency } from "../result.js";

export const DEFAULT_PERCENTILES: readonly number[] = [50, 99, 99.9];

/**
 * Returns the nearest-rank percentile of a latency: the upper bound of its bucket.
 * Units: nanoseconds; `p` in percent.
 */
export function percentileOf(latency: Latency, p: number): number {
  // The same rounding guard as in the histogram: 99.9 % of 1000 is rank 999, not 1000.
  const rank = Math.max(1, Math.ceil(((p * latency.count) / 100) * (1 - 2 ** -50)));
  let seen = 0;
  for (const [upper, count] of latency.buckets) {
    seen += count;
    if (seen >= rank) return Math.min(upper, latency.max);
  }
  return latency.max;
}

/** "p50", "p99.9". */
export function percentileName(p: number): string {
  return `p${p}`;
}
