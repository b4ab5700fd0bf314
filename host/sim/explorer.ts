// Visits the crash states of one recording under one fault model.
//
//   walk   the history event by event; at each a crash point, at each point its choices
//   visit  the same disk under the same promise is recovered once, whatever leads to it
//
// This is the exhaustive way: every cut and every choice of choices.ts. wander.ts is the other one.

import { everyChoice } from "./choices.js";
import { CrashPoint, type Choice } from "./crash-point.js";
import { expectationAt } from "./judge.js";
import type { Expectation, Judge, Verdict } from "./judge.js";
import { Persistence } from "./persistence.js";
import type { Recording } from "./recording.js";
import { DurableHash, PointHash } from "./state-hash.js";
import type { Tally } from "./tally.js";
import type { Visit } from "./visit.js";

/** Every cut, or those of one shard: cut number modulo `count` is `index`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 0, count: 1 };

/** A verdict holds for every promise that it would hold for. */
interface Seen {
  readonly verdict: Verdict;
  readonly promised: number;
}

/** What the judge said of a disk, by its number. */
export class Memory {
  private readonly seen = new Map<number, Seen>();

  get size(): number {
    return this.seen.size;
  }

  /** The verdict that an earlier visit implies, or null. */
  recall(disk: number, expected: Expectation): Verdict | null {
    const found = this.seen.get(disk);
    if (found === undefined || found.promised !== expected.promised) return null;
    return found.verdict;
  }

  remember(disk: number, expected: Expectation, verdict: Verdict): void {
    this.seen.set(disk, { verdict, promised: expected.promised });
  }
}

/** Walks the history; `at` is called behind every number of events, from 0 on. */
export function walk(
  { recording, device }: Pick<Visit, "recording" | "device">,
  at: (cut: number, persistence: Persistence, hash: DurableHash) => boolean,
): void {
  const persistence = new Persistence(recording.base, recording.files, device);
  const hash = new DurableHash();
  persistence.onDurable = (request) => hash.take(request);
  if (!at(0, persistence, hash)) return;
  for (let cut = 0; cut < recording.history.length; cut++) {
    persistence.take(recording.history[cut]!);
    if (!at(cut + 1, persistence, hash)) return;
  }
}

/** Explores everything within the bound; stops early when `goOn` says so. */
export function exhaust(
  visit: Visit,
  tally: Tally,
  shard: Shard = WHOLE,
  goOn: () => boolean = () => true,
): Tally {
  const { recording, model, device, judge } = visit;
  const memory = new Memory();
  walk(visit, (cut, persistence, hash) => {
    if (cut % shard.count !== shard.index) return true;
    tally.cuts++;
    const point = new CrashPoint(persistence, model.crash, device);
    const hasher = new PointHash(point, persistence, hash);
    const expected = expectationAt(recording.model, cut);
    return everyChoice(point, model.freedom, (choice) => {
      tally.states++;
      const disk = hasher.of(choice);
      let verdict = memory.recall(disk, expected);
      if (verdict === null) {
        verdict = judgeState(judge, recording, point, choice, expected);
        memory.remember(disk, expected, verdict);
        tally.distinct++;
      }
      tally.add({ steps: [{ cut, seed: 0, choice }], verdict }, expected.promised);
      return goOn();
    });
  });
  return tally;
}

/** Makes the disk and recovers it. */
export function judgeState(
  judge: Judge,
  recording: Recording,
  point: CrashPoint,
  choice: Choice,
  expected: Expectation,
): Verdict {
  const { pool } = judge.machine;
  pool.reset();
  return judge.judge(point.image(choice, pool), recording.model, expected);
}
