// The choices of choices.ts by number, so that a few of very many can be taken without walking
// through all of them.
//
//   number = (fates × ways of the old writes) × ways of the metadata
//   fates    prefix: how many survive; whole: a subset; torn: a subset, or a subset with one tear

import { WINDOW } from "./choices.js";
import type { Choice, CrashPoint, Fate } from "./crash-point.js";
import type { Freedom } from "./fault-model.js";

export class NumberedChoices {
  /** Choices there are. */
  readonly count: number;
  private readonly old: number;
  private readonly oldWays: number;
  private readonly subsets: number;
  private readonly metadataWays: number;

  constructor(
    private readonly point: CrashPoint,
    private readonly freedom: Freedom,
  ) {
    const writes = point.uncertain.length;
    this.old = Math.max(0, writes - WINDOW);
    this.oldWays = this.old > 0 ? 2 : 1;
    this.subsets = 2 ** (writes - this.old);
    this.metadataWays = point.growingFiles.reduce(
      (ways, file) => ways * (point.growthsOf(file) + 1),
      point.entriesCount + 1,
    );
    this.count = this.metadataWays * this.fatesCount();
  }

  private fatesCount(): number {
    if (this.freedom === "prefix") return this.point.uncertain.length + 1;
    let count = this.subsets;
    for (let i = this.old; this.freedom === "torn" && i < this.point.uncertain.length; i++) {
      count += this.tearsOf(i) * (this.subsets / 2);
    }
    return count * this.oldWays;
  }

  /** Ways to tear one kept write: at every unit, the front survives or the back. */
  private tearsOf(index: number): number {
    return 2 * (this.point.unitsOf(index) - 1);
  }

  /** The choice of a number below `count`. Number 0 loses everything. */
  at(number: number): Choice {
    const metadata = number % this.metadataWays;
    const fates = this.fates(Math.floor(number / this.metadataWays));
    return { fates, ...this.metadata(metadata) };
  }

  private metadata(number: number): Omit<Choice, "fates"> {
    const { point } = this;
    const entries = number % (point.entriesCount + 1);
    let rest = Math.floor(number / (point.entriesCount + 1));
    const growths = point.growingFiles.map((file) => {
      const ways = point.growthsOf(file) + 1;
      const kept = rest % ways;
      rest = Math.floor(rest / ways);
      return kept;
    });
    return { entries, growths };
  }

  private fates(number: number): Fate[] {
    const { point, freedom, subsets, old } = this;
    if (freedom === "prefix") return point.uncertain.map((_, i) => (i < number ? "kept" : "lost"));
    const oldFate = number % this.oldWays === 0 ? "lost" : "kept";
    let rest = Math.floor(number / this.oldWays);
    if (rest < subsets) return this.subset(rest, oldFate);
    rest -= subsets;
    for (let i = old; ; i++) {
      const ways = this.tearsOf(i) * (subsets / 2);
      if (rest >= ways) rest -= ways;
      else return this.torn(i, rest, oldFate);
    }
  }

  private subset(bits: number, oldFate: Fate): Fate[] {
    return this.point.uncertain.map((_, i) =>
      i < this.old ? oldFate : Math.floor(bits / 2 ** (i - this.old)) % 2 === 1 ? "kept" : "lost",
    );
  }

  /** Write `index` is torn; the others are a subset. */
  private torn(index: number, number: number, oldFate: Fate): Fate[] {
    const others = number % (this.subsets / 2);
    const tear = Math.floor(number / (this.subsets / 2));
    const below = 2 ** (index - this.old);
    const bits = Math.floor(others / below) * below * 2 + (others % below);
    const units = this.point.unitsOf(index);
    const cut = 1 + (tear >> 1);
    const isFront = tear % 2 === 0;
    const mask = new Uint8Array(units);
    mask.fill(1, isFront ? 0 : cut, isFront ? cut : units);
    return this.subset(bits, oldFate).map((fate, i) => (i === index ? mask : fate));
  }
}
