// What a run consists of, in an order that only its subject decides:
//
//   row × fault             a cell of the matrix
//   × workload × seed       a unit: explored by one thread, from a recording and a seed of its own
//
// Shards deal out units like cards, so the union of all shards is the whole run, unit by unit, and
// no two shards share one. The deal is shuffled, because neighbors cost alike.

import { createHash } from "node:crypto";
import { Random } from "../host.js";
import { isErrorFault } from "./lab.js";
import type { RowSpec, ShardSpec, Subject } from "./settings.js";

export interface Unit {
  /** Position in the whole plan, whatever the shard. */
  readonly index: number;
  readonly row: number;
  readonly fault: string;
  readonly workload: string;
  readonly seed: number;
  /** Crash states to make; null: all. */
  readonly budget: number | null;
}

/** Error columns run one small workload once per call, so one seed and one workload are enough. */
const ERROR_WORKLOAD = "commits";

/** Returns every unit; those of one recording follow each other. */
export function planUnits(subject: Subject): Unit[] {
  const units: Unit[] = [];
  const { rows, faults, workloads, seeds, budget } = subject;
  const share = budget === null ? null : Math.ceil(budget / (workloads.length * seeds.length));
  const crashes = faults.filter((fault) => !isErrorFault(fault));
  const add = (row: number, fault: string, workload: string, seed: number): void => {
    units.push({ index: units.length, row, fault, workload, seed, budget: share });
  };
  rows.forEach((_, row) => {
    for (const workload of workloads) {
      for (const seed of seeds) crashes.forEach((fault) => add(row, fault, workload, seed));
    }
    const workload = workloads.includes(ERROR_WORKLOAD) ? ERROR_WORKLOAD : workloads[0]!;
    for (const fault of faults.filter(isErrorFault)) add(row, fault, workload, seeds[0]!);
  });
  return units;
}

/** Returns the units of a shard, in the order of the plan. */
export function dealUnits(units: readonly Unit[], shard: ShardSpec | null): Unit[] {
  if (shard === null) return [...units];
  const order = new Random(units.length).shuffle(units);
  return order
    .filter((_, i) => i % shard.count === shard.index - 1)
    .sort((a, b) => a.index - b.index);
}

/** Units of one recording, explored by one thread one after the other. */
export function batches(units: readonly Unit[]): Unit[][] {
  const found: Unit[][] = [];
  for (const unit of units) {
    const last = found.at(-1)?.[0];
    const isSame =
      last?.row === unit.row && last.workload === unit.workload && last.seed === unit.seed;
    if (isSame) found.at(-1)!.push(unit);
    else found.push([unit]);
  }
  return found;
}

/** The rows of a product of lists, in the order given. */
export function productRows(
  profiles: readonly string[],
  methodsOf: (profile: string) => readonly string[],
  doublewrites: readonly string[],
  trxCommits: readonly (0 | 1 | 2)[],
): RowSpec[] {
  return profiles.flatMap((profile) =>
    methodsOf(profile).flatMap((method) =>
      doublewrites.flatMap((doublewrite) =>
        trxCommits.map((trxCommit) => ({ profile, method, doublewrite, trxCommit })),
      ),
    ),
  );
}

/** Equal for runs of equal subjects on equal engines: only such results may be merged. */
export function planHash(subject: Subject, engineHash: string): string {
  const { rows, faults, workloads, pageSize, drive, budget, seeds } = subject;
  const text = JSON.stringify([
    engineHash,
    rows.map(({ profile, method, doublewrite, trxCommit }) => [
      profile,
      method,
      doublewrite,
      trxCommit,
    ]),
    ...[faults, workloads, pageSize, Object.entries(drive).sort(), budget, seeds],
  ]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
