// What an exploration has seen: how many disks, what became of them, and the worst examples.

import type { Choice } from "./crash-point.js";
import type { Outcome, Verdict } from "./judge.js";

/** One crash: after `cut` events of the run, or of the recovery from the disk that was left before. */
export interface Step {
  readonly cut: number;
  /** Order in which the requests of that recovery ended; 0 for the run itself. */
  readonly seed: number;
  readonly choice: Choice;
}

/** A crash state, and all that is needed to make it again from its recording. */
export interface CrashCase {
  /** The first crash, then the crashes of the recoveries that followed. */
  readonly steps: readonly Step[];
  readonly verdict: Verdict;
}

/** Examples kept for each outcome. */
const EXAMPLES_MAX = 8;

export class Tally {
  /** Cuts looked at. */
  cuts = 0;
  /** Crash states made, the same disk counted as often as something leads to it. */
  states = 0;
  /** Disks that were recovered: each different disk once. */
  distinct = 0;
  /** Crashes in the middle of a recovery. */
  nested = 0;
  readonly outcomes: Record<Outcome, number> = { ok: 0, lost: 0, refused: 0, silent: 0 };
  /** Most acknowledged commits that one crash took. */
  commitsLost = 0;
  readonly examples: CrashCase[] = [];
  bugs: CrashCase[] = [];

  add(found: CrashCase, promised: number): void {
    const { verdict } = found;
    this.outcomes[verdict.outcome]++;
    if (verdict.outcome === "ok") return;
    if (verdict.outcome === "lost" && verdict.commits !== null) {
      this.commitsLost = Math.max(this.commitsLost, promised - verdict.commits);
    }
    if (verdict.isBug) this.bugs.push(found);
    const alike = this.examples.filter((each) => each.verdict.outcome === verdict.outcome);
    if (alike.length < EXAMPLES_MAX) this.examples.push(found);
  }

  /** The worst outcome seen. */
  get worst(): Outcome {
    const { silent, refused, lost } = this.outcomes;
    return silent > 0 ? "silent" : refused > 0 ? "refused" : lost > 0 ? "lost" : "ok";
  }

  /** Takes in what another exploration of the same configuration has seen. */
  merge(other: Tally): void {
    this.cuts += other.cuts;
    this.states += other.states;
    this.distinct += other.distinct;
    this.nested += other.nested;
    for (const name of Object.keys(this.outcomes) as Outcome[]) {
      this.outcomes[name] += other.outcomes[name];
    }
    this.commitsLost = Math.max(this.commitsLost, other.commitsLost);
    for (const example of other.examples) {
      const alike = this.examples.filter((e) => e.verdict.outcome === example.verdict.outcome);
      if (alike.length < EXAMPLES_MAX) this.examples.push(example);
    }
    this.bugs.push(...other.bugs);
  }
}
