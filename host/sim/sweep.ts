// A budget of crash states spread over a whole recording, breadth first: every cut gets its share,
// and what a cut with few choices leaves over goes to the others. The states of a cut are taken
// evenly from all its choices, one from each stretch of equal length, drawn by the seed.
//
//   cut      0   1   2   3   …          a budget of 20:
//   choices  1   2  40 900   …   ─▶     1   2   8   9

import { Random } from "../random.js";
import { CrashPoint, type Choice } from "./crash-point.js";
import { judgeState, Memory, walk } from "./explorer.js";
import { expectationAt } from "./judge.js";
import { NumberedChoices } from "./numbered-choices.js";
import { PointHash } from "./state-hash.js";
import type { Tally } from "./tally.js";
import type { Visit } from "./visit.js";

export interface SweepOptions {
  readonly seed: number;
  /** Crash states to make; fewer when there are not that many. */
  readonly budget: number;
  /** Stops early when it answers false. */
  readonly goOn?: () => boolean;
}

/** Visits up to `budget` states of one recording. */
export function sweep(visit: Visit, tally: Tally, options: SweepOptions): Tally {
  const { recording, model, device, judge } = visit;
  const { seed, budget, goOn = () => true } = options;
  const counts: number[] = [];
  walk(visit, (_cut, persistence) => {
    const point = new CrashPoint(persistence, model.crash, device);
    counts.push(new NumberedChoices(point, model.freedom).count);
    return true;
  });
  const quotas = shares(counts, budget);
  const random = new Random(seed);
  const memory = new Memory();
  walk(visit, (cut, persistence, hash) => {
    if (quotas[cut] === 0) return true;
    tally.cuts++;
    const point = new CrashPoint(persistence, model.crash, device);
    const hasher = new PointHash(point, persistence, hash);
    const expected = expectationAt(recording.model, cut);
    for (const choice of sample(point, visit, quotas[cut]!, random)) {
      tally.states++;
      const disk = hasher.of(choice);
      let verdict = memory.recall(disk, expected);
      if (verdict === null) {
        verdict = judgeState(judge, recording, point, choice, expected);
        memory.remember(disk, expected, verdict);
        tally.distinct++;
      }
      tally.add({ steps: [{ cut, seed: 0, choice }], verdict }, expected.promised);
      if (!goOn()) return false;
    }
    return true;
  });
  return tally;
}

/** Divides a budget: nobody gets more than it can use, the others equal parts of the rest. */
export function shares(counts: readonly number[], budget: number): number[] {
  const order = counts.map((_, i) => i).sort((a, b) => counts[a]! - counts[b]! || a - b);
  const quotas = counts.map(() => 0);
  let left = budget;
  order.forEach((index, i) => {
    const share = Math.floor(left / (order.length - i));
    quotas[index] = Math.min(counts[index]!, share);
    left -= quotas[index];
  });
  return quotas;
}

function* sample(
  point: CrashPoint,
  { model }: Visit,
  quota: number,
  random: Random,
): Generator<Choice> {
  const choices = new NumberedChoices(point, model.freedom);
  const stretch = choices.count / quota;
  for (let i = 0; i < quota; i++) {
    const from = Math.floor(i * stretch);
    const length = Math.max(1, Math.floor((i + 1) * stretch) - from);
    yield choices.at(i === 0 ? 0 : from + random.below(length));
  }
}
