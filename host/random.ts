// A small seeded generator (mulberry32), so that a run, its order and its statistics repeat
// exactly.

export class Random {
  private state: number;

  constructor(seed: number) {
    // Folding the upper half in keeps seeds above 2^32 apart.
    this.state = (seed ^ Math.floor(seed / 2 ** 32)) >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** A copy of `items` in random order (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }

  /** An independent generator; `lane` keeps several children of one parent apart. */
  fork(lane: number): Random {
    return new Random((this.state ^ Math.imul(lane + 1, 0x9e3779b1)) >>> 0);
  }
}
