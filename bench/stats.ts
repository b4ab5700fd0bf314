// Statistics over rounds. Operations inside a round are correlated, so the round is the unit: a
// configuration is the list of its rates, one per round, and everything here takes such lists.
//
// The interval of a ratio comes from a bootstrap of the ratio of medians. Resampling n values
// loses a part of their spread, so the plain interval tells two lists of one source apart in 3 to
// 5 of 100 trials with 5 to 10 rounds. Deviations from the center are therefore widened by 1 +
// 1/n, which brings that to 1 to 4 of 100, whether the noise is normal or has heavy tails.

import { Random } from "./host.js";

/** Below this many rounds no interval is computed and no conclusion is drawn. */
export const ROUNDS_MIN = 5;
const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

export interface RatioInterval {
  /** Median of the first list divided by the median of the second. */
  readonly ratio: number;
  /** Bounds of the interval; null with fewer than ROUNDS_MIN rounds. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Middle value; NaN of an empty list. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linearly interpolated quantile, `q` in 0..1; NaN of an empty list. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below);
}

/** Returns the ratio of the medians of `a` and `b` with its interval. All values must be > 0. */
export function ratioOfMedians(
  a: readonly number[],
  b: readonly number[],
  seed: number,
): RatioInterval {
  const ratio = median(a) / median(b);
  if (Math.min(a.length, b.length) < ROUNDS_MIN) return { ratio, low: null, high: null };
  const random = new Random(seed);
  const logs: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    logs.push(Math.log(median(resample(a, random)) / median(resample(b, random))));
  }
  const center = Math.log(ratio);
  const tail = (1 - CONFIDENCE) / 2;
  const wide = widening(Math.min(a.length, b.length));
  const low = center + (Math.min(quantile(logs, tail), center) - center) * wide;
  const high = center + (Math.max(quantile(logs, 1 - tail), center) - center) * wide;
  return { ratio, low: Math.exp(low), high: Math.exp(high) };
}

/** Whether the interval excludes 1; false where there is no interval. */
export function isDifferent(interval: RatioInterval): boolean {
  if (interval.low === null || interval.high === null) return false;
  return interval.low > 1 || interval.high < 1;
}

/** Spread of the middle: median distance from the median, relative to it. */
export function relativeSpread(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle))) / middle;
}

/**
 * Returns how the last third of the rounds compares with the first third, all configurations taken
 * together: 1 is no drift. `rates[c][r]` is configuration c in round r. NaN with too few rounds.
 */
export function drift(rates: readonly (readonly number[])[]): number {
  const rounds = Math.min(...rates.map((list) => list.length));
  if (!(rounds >= ROUNDS_MIN)) return NaN;
  const third = Math.max(1, Math.floor(rounds / 3));
  const relative = rates.map((list) => list.slice(0, rounds).map((rate) => rate / median(list)));
  const first = relative.flatMap((list) => list.slice(0, third));
  const last = relative.flatMap((list) => list.slice(rounds - third));
  return median(last) / median(first);
}

function widening(rounds: number): number {
  return 1 + 1 / rounds;
}

function resample(values: readonly number[], random: Random): number[] {
  return values.map(() => values[random.below(values.length)]!);
}
