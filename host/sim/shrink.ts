// Makes a counter-example small: the fewest writes that must survive, or be lost, for the same thing
// to go wrong. A student should be able to hold it in mind.
//
//   1  crashes during recovery are left out, from the last one on
//   2  an earlier cut, where less was uncertain
//   3  write by write: kept or lost instead of torn, the common fate instead of its own
//   4  a tear that remains is made one clean edge
//
// The outcome stays the same all the way; every step is judged by a recovery.

import { CrashPoint, type Choice, type Fate } from "./crash-point.js";
import { walk } from "./explorer.js";
import { pointAt, reproduce, verdictOf } from "./reproduce.js";
import type { CrashCase, Step } from "./tally.js";
import type { Visit } from "./visit.js";

/** Writes and metadata that have another fate than the common one: all kept, or all lost. */
export function sizeOf(point: CrashPoint, choice: Choice): number {
  const differing = (common: "kept" | "lost"): number => {
    const all = point.all(common);
    const writes = choice.fates.filter((fate) => fate !== common).length;
    const growths = choice.growths.filter((kept, i) => kept !== all.growths[i]).length;
    return writes + growths + (choice.entries === all.entries ? 0 : 1);
  };
  return Math.min(differing("kept"), differing("lost"));
}

/** The size of a case: that of its last crash, and one for each crash before it. */
export function caseSize(visit: Visit, { steps }: CrashCase): number {
  const made = reproduce(visit, steps);
  if (made === null) return 0;
  const { point, choice } = made.trail.at(-1)!;
  return sizeOf(point, choice) + steps.length - 1;
}

/** Returns the smallest case found with the outcome of `found`; `found` itself if none is smaller. */
export function shrink(visit: Visit, found: CrashCase): CrashCase {
  return new Shrinker(visit, found).run();
}

class Shrinker {
  private readonly steps: Step[];
  private best: CrashCase;

  constructor(
    private readonly visit: Visit,
    private readonly found: CrashCase,
  ) {
    this.steps = [...found.steps];
    this.best = found;
  }

  run(): CrashCase {
    this.dropRecoveries();
    if (this.steps.length === 1) this.cutEarlier();
    this.simplify();
    return this.best;
  }

  /** True, and remembered, when the steps still go wrong in the same way. */
  private holds(steps: readonly Step[]): boolean {
    const verdict = verdictOf(this.visit, steps);
    if (verdict === null || verdict.outcome !== this.found.verdict.outcome) return false;
    if (verdict.isBug !== this.found.verdict.isBug) return false;
    this.best = { steps, verdict };
    return true;
  }

  private dropRecoveries(): void {
    for (let kept = 1; kept < this.steps.length; kept++) {
      if (!this.holds(this.steps.slice(0, kept))) continue;
      this.steps.length = kept;
      return;
    }
  }

  /** The cut at which the fewest writes have to differ; the same requests keep their fates. */
  private cutEarlier(): void {
    const { visit } = this;
    const { recording, model, device } = visit;
    const { cut, choice } = this.steps[0]!;
    const point = pointAt(recording, cut, model, device);
    const fates = new Map(point.uncertain.map((request, i) => [request.number, choice.fates[i]!]));
    let smallest = sizeOf(point, choice);
    let at = null as Step | null;
    walk(visit, (earlier, persistence) => {
      const there = new CrashPoint(persistence, model.crash, device);
      for (const common of ["kept", "lost"] as const) {
        const moved: Choice = {
          ...there.all(common),
          fates: there.uncertain.map((request, i) => fitting(there, i, fates.get(request.number))),
        };
        const step: Step = { cut: earlier, seed: 0, choice: moved };
        if (sizeOf(there, moved) >= smallest || !this.holds([step])) continue;
        smallest = sizeOf(there, moved);
        at = step;
      }
      return earlier < cut;
    });
    if (at !== null) this.steps[0] = at;
    this.holds(this.steps);
  }

  /** Both ways: towards everything kept, towards everything lost; the smaller result wins. */
  private simplify(): void {
    const made = reproduce(this.visit, this.steps);
    if (made === null) return;
    const { point } = made.trail.at(-1)!;
    const start = this.steps.at(-1)!.choice;
    const results = (["kept", "lost"] as const).map((common) => this.towards(point, start, common));
    results.sort((a, b) => sizeOf(point, a) - sizeOf(point, b));
    this.holds(this.withLast(results[0]!));
  }

  private withLast(choice: Choice): Step[] {
    return [...this.steps.slice(0, -1), { ...this.steps.at(-1)!, choice }];
  }

  private towards(point: CrashPoint, start: Choice, common: "kept" | "lost"): Choice {
    let choice = start;
    const attempt = (next: Choice): void => {
      if (this.holds(this.withLast(next))) choice = next;
    };
    const all = point.all(common);
    attempt({ ...choice, growths: all.growths, entries: all.entries });
    for (let i = 0; i < choice.fates.length; i++) {
      if (choice.fates[i] !== common) attempt(withFate(choice, i, common));
    }
    for (let i = 0; i < choice.fates.length; i++) {
      if (choice.fates[i] === "kept" || choice.fates[i] === "lost") continue;
      const other = common === "kept" ? "lost" : "kept";
      attempt(withFate(choice, i, other));
      if (choice.fates[i] !== other) this.cleanTear(point, i, choice, attempt);
    }
    return choice;
  }

  /** One edge: the front or the back of the write survives. */
  private cleanTear(
    point: CrashPoint,
    index: number,
    choice: Choice,
    attempt: (next: Choice) => void,
  ): void {
    const units = point.unitsOf(index);
    if (edges(choice.fates[index] as Uint8Array) <= 1) return;
    for (const isFront of [true, false]) {
      for (let cut = 1; cut < units; cut++) {
        const mask = new Uint8Array(units);
        mask.fill(1, isFront ? 0 : cut, isFront ? cut : units);
        const next = withFate(choice, index, mask);
        attempt(next);
        if (this.best.steps.at(-1)!.choice === next) return;
      }
    }
  }
}

function withFate(choice: Choice, index: number, fate: Fate): Choice {
  return { ...choice, fates: choice.fates.map((old, i) => (i === index ? fate : old)) };
}

/** The fate a request has at another cut: in flight there, it may have the same units. */
function fitting(point: CrashPoint, index: number, fate: Fate | undefined): Fate {
  if (fate === undefined) return "lost";
  if (typeof fate === "string" || fate.length === point.unitsOf(index)) return fate;
  return "lost";
}

/** Places where a write changes from surviving to lost or back. */
export function edges(mask: Uint8Array): number {
  let count = 0;
  for (let i = 1; i < mask.length; i++) if (mask[i] !== mask[i - 1]) count++;
  return count;
}
