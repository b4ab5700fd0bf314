// Explores one unit and tells what it saw in plain values, fit for another thread and for JSON.

import {
  caseSize,
  encodeCase,
  exhaust,
  failEverywhere,
  runHash,
  sweep,
  Tally,
  wander,
  workloadOf,
  type CrashCase,
  type Device,
  type Outcome,
  type Recording,
  type Visit,
} from "../host.js";
import { engine, errorKindsOf, isErrorFault, labConfigOf, type Bench } from "./lab.js";
import type { ErrorFault } from "./lab.js";
import type { Unit } from "./plan.js";
import type { Loss } from "./promise.js";
import type { RowSpec } from "./settings.js";

/** A crash that lost something, or that the engine did not survive. */
export interface Found {
  /** For `--replay`; null for a run with injected errors, which no id describes yet. */
  readonly id: string | null;
  readonly outcome: Loss;
  /** Writes whose fate differs from the common one, and crashes during recovery. */
  readonly size: number;
  readonly why: string;
}

export interface UnitResult {
  readonly unit: number;
  readonly states: number;
  readonly distinct: number;
  readonly nested: number;
  readonly recoveries: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly commitsLost: number;
  /** The smallest example of every loss. */
  readonly found: readonly Found[];
  /** Traps and hangs. */
  readonly bugs: readonly Found[];
}

export interface UnitJob {
  readonly unit: Unit;
  readonly row: RowSpec;
  readonly pageSize: number;
  readonly drive: Partial<Device>;
}

/** Examples of one loss that are weighed; more would cost more than they are worth. */
const WEIGHED_MAX = 3;
const BUGS_MAX = 3;

/** Explores a unit. `goOn` is asked after every state. */
export function exploreUnit(bench: Bench, job: UnitJob, goOn: () => boolean): UnitResult {
  const { unit } = job;
  if (isErrorFault(unit.fault)) return exploreErrors(job, unit.fault);
  const visit = visitOf(bench, job);
  const before = visit.judge.recoveries;
  const tally = explore(visit, unit, goOn);
  return {
    ...numbersOf(unit, tally),
    recoveries: visit.judge.recoveries - before,
    found: smallest(visit, job, tally),
    bugs: tally.bugs.slice(0, BUGS_MAX).map((bug) => foundOf(visit, job, bug)),
  };
}

function visitOf(bench: Bench, { unit, row, pageSize, drive }: UnitJob): Visit {
  const { workload, seed, fault } = unit;
  return bench.visit({ row, pageSize, workload, seed }, fault, drive);
}

function explore(visit: Visit, unit: Unit, goOn: () => boolean): Tally {
  const { budget, workload } = unit;
  const seed = unit.seed + 1;
  if (budget === null) return exhaust(visit, new Tally(), undefined, goOn);
  if (workloadOf(workload).isSmall) return wander(visit, new Tally(), { seed, budget, goOn });
  const random = Math.floor(budget / NESTED_SHARE);
  const tally = sweep(visit, new Tally(), { seed, budget: budget - random, goOn });
  return wander(visit, tally, { seed, budget: random, goOn });
}

/** One state in so many is drawn at random, with crashes during recovery. */
const NESTED_SHARE = 8;

function exploreErrors({ unit, row, pageSize }: UnitJob, fault: ErrorFault): UnitResult {
  const tally = new Tally();
  const options = {
    ...{ module: engine(), config: labConfigOf(row, pageSize), seed: unit.seed },
    workload: workloadOf(unit.workload),
  };
  for (const { kind, isPermanent } of errorKindsOf(fault)) {
    failEverywhere(options, kind, isPermanent, tally);
  }
  const plain = ({ verdict }: CrashCase): Found => ({
    ...{ id: null, outcome: verdict.outcome as Loss, size: 1, why: verdict.why },
  });
  const found = LOSSES.flatMap((outcome) => examplesOf(tally, outcome).slice(0, 1).map(plain));
  const bugs = tally.bugs.slice(0, BUGS_MAX).map(plain);
  return { ...numbersOf(unit, tally), recoveries: tally.distinct, found, bugs };
}

type Numbers = Pick<
  UnitResult,
  "unit" | "states" | "distinct" | "nested" | "outcomes" | "commitsLost"
>;

function numbersOf(unit: Unit, tally: Tally): Numbers {
  const { states, distinct, nested, outcomes, commitsLost } = tally;
  return { unit: unit.index, states, distinct, nested, outcomes, commitsLost };
}

const LOSSES: readonly Loss[] = ["lost", "refused", "silent"];

function smallest(visit: Visit, job: UnitJob, tally: Tally): Found[] {
  return LOSSES.flatMap((outcome) => {
    const weighed = examplesOf(tally, outcome)
      .slice(0, WEIGHED_MAX)
      .map((example) => foundOf(visit, job, example));
    return weighed.sort((a, b) => a.size - b.size).slice(0, 1);
  });
}

function examplesOf(tally: Tally, outcome: Outcome): CrashCase[] {
  return tally.examples.filter((each) => each.verdict.outcome === outcome && !each.verdict.isBug);
}

export function foundOf(visit: Visit, job: UnitJob, example: CrashCase): Found {
  const { outcome, why } = example.verdict;
  const size = caseSize(visit, example);
  return { id: idOf(visit, job, example), outcome: outcome as Loss, size, why };
}

export function idOf(visit: Visit, job: UnitJob, { steps }: CrashCase): string {
  const { unit, row, pageSize, drive } = job;
  const { workload, seed, fault } = unit;
  const hash = hashOf(visit.recording);
  return encodeCase({ ...row, pageSize, workload, seed, fault, drive, hash, steps });
}

/** A hash reads every byte that a run has written. */
const hashes = new WeakMap<Recording, string>();

function hashOf(recording: Recording): string {
  const hash = hashes.get(recording) ?? runHash(recording);
  hashes.set(recording, hash);
  return hash;
}
