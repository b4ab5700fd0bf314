// The statistics on seeded data: how often they are wrong, in both directions.

import { describe, expect, test } from "vitest";
import { Random } from "../../host/random.js";
import { drift, isDifferent, median, quantile, ratioOfMedians } from "../../bench/stats.js";

const TRIALS = 100;

describe("bench stats", () => {
  test.each([5, 7, 10])("A against A, %d rounds → a difference in at most 5 of 100", (rounds) => {
    const found = trials((random) => isDifferent(compare(random, rounds, 1)));

    expect(found.length, `seeds ${found.join(", ")}`).toBeLessThanOrEqual(5);
  });

  test.each([5, 10])("a fifth faster, %d rounds → found in at least 90 of 100", (rounds) => {
    const found = trials((random) => isDifferent(compare(random, rounds, 1.2)));

    expect(found.length).toBeGreaterThanOrEqual(90);
  });

  test("the interval holds the ratio of medians", () => {
    trials((random, seed) => {
      const { ratio, low, high } = compare(random, 5, 1.1);
      expect(low, `seed ${seed}`).toBeLessThanOrEqual(ratio);
      expect(high, `seed ${seed}`).toBeGreaterThanOrEqual(ratio);
      return false;
    });
  });

  test("fewer than 5 rounds → a ratio without an interval, and no difference", () => {
    const interval = ratioOfMedians([200, 210, 190, 205], [100, 101, 99, 100], 1);

    expect(interval).toEqual({ ratio: 2.025, low: null, high: null });
    expect(isDifferent(interval)).toBe(false);
  });

  test("the same seed → the same interval", () => {
    const a = [10, 12, 9, 11, 10];
    const b = [8, 9, 10, 8, 9];

    expect(ratioOfMedians(a, b, 3)).toEqual(ratioOfMedians(a, b, 3));
  });

  test("median and quantile → interpolated, order does not matter", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([40, 10, 20, 30, 50], 0.25)).toBe(20);
    expect(median([])).toBeNaN();
  });

  test("drift → last third against first third, whatever the level of a configuration", () => {
    const falling = [100, 100, 90, 85, 80, 80];

    expect(drift([falling, falling.map((rate) => rate * 7)])).toBeCloseTo(0.8);
    expect(drift([[1, 1, 1, 1, 1]])).toBe(1);
    expect(drift([[1, 2]])).toBeNaN();
  });
});

/** Returns the seeds for which `check` was true. */
function trials(check: (random: Random, seed: number) => boolean): number[] {
  const seeds = Array.from({ length: TRIALS }, (_, i) => i + 1);
  return seeds.filter((seed) => check(new Random(seed * 7919), seed));
}

function compare(random: Random, rounds: number, factor: number) {
  return ratioOfMedians(rates(random, rounds, 1000 * factor), rates(random, rounds, 1000), 1);
}

/** Rates with log-normal noise of 5 %. */
function rates(random: Random, rounds: number, level: number): number[] {
  return Array.from({ length: rounds }, () => {
    const normal =
      Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    return level * Math.exp(0.05 * normal);
  });
}
