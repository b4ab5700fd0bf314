// Latency histogram: log-linear buckets in one array, so that recording is a few arithmetic
// operations and every percentile is at most 1/64 (1.6 %) above the recorded value.
//
//   value (ns)      0 … 63        64 … 127      128 … 255     256 … 511    …   2^41 … 2^42 - 1
//   bucket width    1             1             2             4                2^35
//   buckets         64            64            64            64               64
//
// Invariants: `total` is the sum of all buckets; `low` and `high` are exact recorded values.
// The last bucket also takes everything above its range (73 minutes).

/** Buckets per power of two; the worst relative error is 1 / SUB_BUCKETS. */
const SUB_BUCKETS = 64;
const SUB_BITS = 6;
/** The largest value with a bucket of its own is 2^TOP_BITS - 1 ns, a little over an hour. */
const TOP_BITS = 42;
const BUCKETS = (TOP_BITS - SUB_BITS + 1) * SUB_BUCKETS;
const TOP_VALUE = 2 ** TOP_BITS - 1;
const TWO_POW_32 = 2 ** 32;

/** What `toJSON` returns; all values in nanoseconds. */
export interface HistogramJson {
  readonly unit: "ns";
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Upper bound (inclusive) and count of every bucket that is not empty, ascending. */
  readonly buckets: [number, number][];
}

/** Counts durations from 1 ns to 1 hour. Percentiles never under-report. */
export class Histogram {
  // Doubles count exactly up to 2^53, where a Uint32Array would wrap within an hour of recording.
  private readonly counts = new Float64Array(BUCKETS);
  private total = 0;
  private sum = 0;
  private low = Infinity;
  private high = 0;

  /**
   * Adds one duration.
   * Units: nanoseconds; a fraction counts for the mean and is dropped for the bucket.
   * Errors: RangeError when it is negative or not a number; nothing was recorded.
   */
  record(ns: number): void {
    if (!(ns >= 0)) throw new RangeError(`histogram: a duration is at least 0 ns, got ${ns}`);
    const bucket = bucketOf(ns);
    this.counts[bucket] = this.counts[bucket]! + 1;
    this.total += 1;
    this.sum += ns;
    if (ns < this.low) this.low = ns;
    if (ns > this.high) this.high = ns;
  }

  /** Durations recorded. */
  get count(): number {
    return this.total;
  }

  /** Largest recorded duration, exact; 0 when empty. */
  get max(): number {
    return this.high;
  }

  /** Smallest recorded duration, exact; 0 when empty. */
  get min(): number {
    return this.total === 0 ? 0 : this.low;
  }

  /** Arithmetic mean of the recorded durations; 0 when empty. */
  get mean(): number {
    return this.total === 0 ? 0 : this.sum / this.total;
  }

  /**
   * Returns the nearest-rank percentile: an upper bound, at most 1/64 too high, of the smallest
   * recorded duration that at least `p` percent of all do not exceed. 0 when empty.
   * Errors: RangeError when `p` is outside 0 to 100.
   */
  percentile(p: number): number {
    if (!(p >= 0 && p <= 100)) throw new RangeError(`histogram: percentile ${p} is not 0 to 100`);
    if (this.total === 0) return 0;
    // The factor keeps 99.9 % of 1000 at rank 999: the product alone rounds to just above it.
    const rank = Math.max(1, Math.ceil(((p * this.total) / 100) * (1 - 2 ** -50)));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS - 1; bucket++) {
      seen += this.counts[bucket]!;
      if (seen >= rank) return Math.max(this.low, Math.min(upperBoundOf(bucket), this.high));
    }
    return this.high;
  }

  /** Adds everything another histogram has recorded. */
  merge(other: Histogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.counts[bucket] = this.counts[bucket]! + other.counts[bucket]!;
    }
    this.total += other.total;
    this.sum += other.sum;
    this.low = Math.min(this.low, other.low);
    this.high = Math.max(this.high, other.high);
  }

  /** Forgets everything. */
  reset(): void {
    this.counts.fill(0);
    this.total = 0;
    this.sum = 0;
    this.low = Infinity;
    this.high = 0;
  }

  /** Returns [upper bound in ns (inclusive), count] of every bucket that is not empty. */
  buckets(): [number, number][] {
    const found: [number, number][] = [];
    this.counts.forEach((count, bucket) => {
      if (count > 0) found.push([upperBoundOf(bucket), count]);
    });
    return found;
  }

  toJSON(): HistogramJson {
    return {
      unit: "ns",
      count: this.total,
      p50: this.percentile(50),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.high,
      buckets: this.buckets(),
    };
  }
}

/**
 * Returns the bucket of a duration. With k the position of its highest bit, the bucket is the
 * SUB_BITS + 1 highest bits plus SUB_BUCKETS per further bit, which is continuous at every power.
 */
function bucketOf(ns: number): number {
  if (ns < TWO_POW_32) return bucketOfInteger(ns >>> 0);
  if (ns >= TOP_VALUE) return BUCKETS - 1;
  // 32-bit arithmetic again: the highest bits, all that counts, are untouched by the division.
  return 10 * SUB_BUCKETS + bucketOfInteger((ns / 2 ** 10) >>> 0);
}

/** The same for an unsigned 32-bit integer. */
function bucketOfInteger(value: number): number {
  if (value < 2 * SUB_BUCKETS) return value;
  const shift = 31 - SUB_BITS - Math.clz32(value);
  return shift * SUB_BUCKETS + (value >>> shift);
}

/** Returns the largest whole number of nanoseconds in a bucket. */
function upperBoundOf(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket;
  const shift = Math.floor(bucket / SUB_BUCKETS) - 1;
  const leading = bucket - shift * SUB_BUCKETS;
  return (leading + 1) * 2 ** shift - 1;
}
