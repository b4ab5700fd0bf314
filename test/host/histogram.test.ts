// The histogram against exact percentiles of the same data.

import { expect, test } from "vitest";
import { Histogram } from "../../host/histogram.js";

const HOUR = 3_600_000_000_000;
const WORST_ERROR = 1 / 64;
const SEED = 20240607;

test("histogram: one value at every scale → every percentile is exactly that value", () => {
  for (const value of scales()) {
    const histogram = filled([value]);

    for (const p of [0, 50, 99.9, 100]) expect(histogram.percentile(p), `p${p}`).toBe(value);
  }
});

test("histogram: values around every power of two → bucket bounds hold them within 1/64", () => {
  for (const value of scales()) {
    const [[upper]] = filled([value]).buckets() as [[number, number]];

    expect(upper, `upper bound of ${value}`).toBeGreaterThanOrEqual(value);
    expect(upper - value, `error of ${value}`).toBeLessThanOrEqual(value * WORST_ERROR);
  }
});

test("histogram: all values 0 to 70,000 → buckets ascend, touch, and hold each value once", () => {
  const histogram = new Histogram();
  for (let value = 0; value <= 70_000; value++) histogram.record(value);

  let below = -1;
  for (const [upper, count] of histogram.buckets()) {
    expect(count, `values in (${below}, ${upper}]`).toBe(Math.min(upper, 70_000) - below);
    below = upper;
  }
});

test.each(["uniform", "exponential", "log-uniform"])(
  "histogram: 20,000 seeded values, %s → percentiles within 1/64 above the exact ones",
  (shape) => {
    const values = sample(shape, 20_000);
    const histogram = filled(values);
    const sorted = [...values].sort((a, b) => a - b);

    for (const p of [0, 0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100]) {
      const exact = sorted[Math.max(1, Math.ceil((p * sorted.length) / 100)) - 1]!;
      const found = histogram.percentile(p);
      const where = `seed ${SEED}, ${shape}, p${p}: exact ${exact}, found ${found}`;
      expect(found, where).toBeGreaterThanOrEqual(exact);
      expect(found, where).toBeLessThanOrEqual(exact * (1 + WORST_ERROR));
    }
  },
);

test("histogram: 99.9 % of 1000 values → rank 999, not 1000", () => {
  const histogram = filled([...Array.from({ length: 999 }, () => 10), 1_000_000]);

  expect(histogram.percentile(99.9)).toBe(10);
  expect(histogram.percentile(99.91)).toBe(1_000_000);
});

test("histogram: count, min, max and mean → exact", () => {
  const histogram = filled([5, 1_000_003, 250.5]);

  expect([histogram.count, histogram.min, histogram.max]).toEqual([3, 5, 1_000_003]);
  expect(histogram.mean).toBeCloseTo(1_000_258.5 / 3, 6);
});

test("histogram: nothing recorded → zeros, no buckets", () => {
  const { count, min, max, mean } = new Histogram();

  expect([count, min, max, mean, new Histogram().percentile(99)]).toEqual([0, 0, 0, 0, 0]);
  expect(new Histogram().buckets()).toEqual([]);
});

test("histogram: a day → counted, max exact, percentiles do not under-report", () => {
  const histogram = filled([1, 24 * HOUR]);

  expect(histogram.max).toBe(24 * HOUR);
  expect(histogram.percentile(100)).toBe(24 * HOUR);
  expect(histogram.count).toBe(2);
});

test("histogram: merge → the same as recording everything into one", () => {
  const values = sample("log-uniform", 2000);
  const merged = filled(values.slice(0, 700));

  merged.merge(filled(values.slice(700)));
  merged.merge(new Histogram());

  const whole = filled(values);
  expect(merged.toJSON()).toEqual(whole.toJSON());
  expect([merged.min, merged.count]).toEqual([whole.min, whole.count]);
});

test("histogram: reset → like new", () => {
  const histogram = filled([7, 8]);

  histogram.reset();

  expect(histogram.toJSON()).toEqual(new Histogram().toJSON());
  expect(histogram.min).toBe(0);
});

test("histogram: a negative or missing duration → RangeError, nothing recorded", () => {
  const histogram = new Histogram();

  for (const bad of [-1, NaN]) expect(() => histogram.record(bad)).toThrow(RangeError);

  expect(histogram.count).toBe(0);
});

test("histogram: a percentile outside 0 to 100 → RangeError", () => {
  for (const bad of [-0.1, 100.1, NaN]) {
    expect(() => filled([1]).percentile(bad)).toThrow(RangeError);
  }
});

test("histogram: toJSON → unit, percentiles and buckets survive JSON", () => {
  const json: unknown = JSON.parse(JSON.stringify(filled([1, 2, 2, 1000])));

  expect(json).toEqual({
    unit: "ns",
    count: 4,
    p50: 2,
    p99: 1000,
    p999: 1000,
    max: 1000,
    buckets: [
      [1, 1],
      [2, 2],
      [1007, 1],
    ],
  });
});

function filled(values: number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** Every power of two up to an hour with its neighbors, and the hour itself. */
function scales(): number[] {
  const values = [1, 2, 3, HOUR - 1, HOUR];
  for (let power = 4; power < HOUR; power *= 2) values.push(power - 1, power, power + 1);
  return values;
}

function sample(shape: string, size: number): number[] {
  const random = mulberry32(SEED);
  return Array.from({ length: size }, () => {
    if (shape === "uniform") return Math.floor(random() * 1_000_000) + 1;
    if (shape === "exponential") return Math.floor(-Math.log(1 - random()) * 50_000) + 1;
    return Math.floor(HOUR ** random()) + 1;
  });
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
