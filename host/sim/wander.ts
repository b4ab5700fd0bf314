// Random exploration, guided by what has been new.
//
//   pass    walks the history once: a choice or two at every cut, more where something new was seen
//   new     a combination that no state had before: which requests were uncertain, what recovery did
//           about it, how it ended
//   corpus  the last new choice of a cut; its neighbors are tried
//
// One state in six goes on: the recovery is cut as well, up to three times in a row.

import { IO_POINTS } from "../abi.js";
import { EnginePanic } from "../errors.js";
import { Random } from "../random.js";
import { CrashPoint, type Choice } from "./crash-point.js";
import { drawChoice, mutate } from "./draw.js";
import { judgeState, Memory, walk } from "./explorer.js";
import type { Image } from "./image.js";
import { expectationAt, type Expectation, type Verdict } from "./judge.js";
import { MachineHang } from "./machine.js";
import { pointAt } from "./reproduce.js";
import { PointHash } from "./state-hash.js";
import type { CrashCase, Step, Tally } from "./tally.js";
import type { Visit } from "./visit.js";

export interface WanderOptions {
  readonly seed: number;
  /** Crash states to make. */
  readonly budget: number;
  /** Stops early when it answers false. */
  readonly goOn?: () => boolean;
}

/** Recoveries that are cut in a row. */
export const DEPTH_MAX = 3;
const NESTED_ONE_IN = 6;
const ENERGY_MAX = 6;

/** Explores until the budget is spent. */
export function wander(visit: Visit, tally: Tally, options: WanderOptions): Tally {
  new Wanderer(visit, tally, options).run();
  return tally;
}

class Wanderer {
  private readonly random: Random;
  private readonly memory = new Memory();
  private readonly known = new Set<string>();
  /** Choices drawn at a cut in the next pass. */
  private readonly energy = new Map<number, number>();
  private readonly corpus = new Map<number, Choice>();
  private left: number;

  constructor(
    private readonly visit: Visit,
    private readonly tally: Tally,
    private readonly options: WanderOptions,
  ) {
    this.random = new Random(options.seed);
    this.left = options.budget;
  }

  run(): void {
    const { history } = this.visit.recording;
    while (this.left > 0 && (this.options.goOn?.() ?? true)) {
      // A small budget is spread over the whole history, not spent at its beginning.
      const share = Math.min(1, this.left / (history.length + 1));
      this.tally.cuts += history.length + 1;
      this.pass(share);
    }
  }

  private pass(share: number): void {
    walk(this.visit, (cut, persistence, hash) => {
      if (this.left <= 0 || this.random.next() >= share) return this.left > 0;
      const { model, device, recording } = this.visit;
      const point = new CrashPoint(persistence, model.crash, device);
      const hasher = new PointHash(point, persistence, hash);
      const expected = expectationAt(recording.model, cut);
      const draws = 1 + (this.energy.get(cut) ?? 0);
      for (let i = 0; i < draws && this.left > 0; i++) this.state(cut, point, hasher, expected);
      return this.options.goOn?.() ?? true;
    });
  }

  private state(cut: number, point: CrashPoint, hasher: PointHash, expected: Expectation): void {
    const { visit, tally, random } = this;
    const { freedom } = visit.model;
    this.left--;
    tally.states++;
    const parent = this.corpus.get(cut);
    const isChild = parent !== undefined && random.below(2) === 0;
    const choice = isChild
      ? mutate(parent, point, freedom, random)
      : drawChoice(point, freedom, random);
    const step: Step = { cut, seed: 0, choice };
    if (random.below(NESTED_ONE_IN) === 0) {
      tally.distinct++;
      return tally.add(this.crashRecoveries(step, point, expected), expected.promised);
    }
    const disk = hasher.of(choice);
    let verdict = this.memory.recall(disk, expected);
    if (verdict === null) {
      verdict = judgeState(visit.judge, visit.recording, point, choice, expected);
      this.memory.remember(disk, expected, verdict);
      tally.distinct++;
      this.learn(cut, point, choice, verdict);
    }
    tally.add({ steps: [step], verdict }, expected.promised);
  }

  /** More of what is new, less of what is known. */
  private learn(cut: number, point: CrashPoint, choice: Choice, verdict: Verdict): void {
    const seen = signature(point, this.visit, verdict);
    const energy = this.energy.get(cut) ?? 0;
    if (this.known.has(seen)) return void this.energy.set(cut, Math.max(0, energy - 1));
    this.known.add(seen);
    this.corpus.set(cut, choice);
    this.energy.set(cut, Math.min(ENERGY_MAX, energy + 2));
  }

  /** Cuts the recovery from a crash state, and the one after it, and judges what is left. */
  private crashRecoveries(first: Step, point: CrashPoint, expected: Expectation): CrashCase {
    const { visit, random } = this;
    const { surgeon, model, device, judge, recording } = visit;
    const steps: Step[] = [first];
    const pool = surgeon.begin();
    let disk: Image = point.image(first.choice, pool);
    try {
      for (let depth = 1 + random.below(DEPTH_MAX); depth > 0; depth--) {
        const seed = random.below(2 ** 31);
        const run = surgeon.recover(disk, seed);
        if (run === null) break;
        const cut = random.below(run.history.length + 1);
        const next = pointAt(run, cut, model, device);
        const choice = drawChoice(next, model.freedom, random);
        steps.push({ cut, seed, choice });
        disk = next.image(choice, pool);
        this.tally.nested++;
      }
    } catch (error) {
      if (!(error instanceof EnginePanic || error instanceof MachineHang)) throw error;
      const verdict: Verdict = {
        ...{ outcome: "refused", commits: null, isBug: true },
        why: error.message,
      };
      return { steps, verdict };
    }
    return { steps, verdict: judge.judge(disk, recording.model, expected) };
  }
}

/** What a state was like, coarsely: the kinds of what was uncertain, and what recovery did. */
function signature(point: CrashPoint, { judge }: Visit, verdict: Verdict): string {
  const kinds = new Set(
    point.uncertain.map(({ note }) =>
      note === null ? 0 : IO_POINTS.indexOf(note.point) * 8 + note.kind.length,
    ),
  );
  const did = judge.recovered.map((count) => Math.min(3, count));
  const kept = `${[...kinds].sort().join(",")}|${point.entriesCount}|${point.growingFiles.length}`;
  return `${kept}|${did.join(",")}|${verdict.outcome}|${verdict.why.slice(0, 24)}`;
}
