// From what the units saw to the rows and cells of a result.

import { survivalOf, tornPagesOf } from "../durability.js";
import type { Outcome } from "../host.js";
import { OUTCOMES } from "../host.js";
import { deviceOf, faultWords, methodOfRow, modelOf } from "./lab.js";
import type { Unit } from "./plan.js";
import { allowance, classOf, type Loss } from "./promise.js";
import type { Bug, CellResult, CounterExample, CrashResult, RowResult } from "./result.js";
import type { RowSpec, Subject } from "./settings.js";
import type { Found, UnitResult } from "./unit.js";

/** Results of units by their number in the plan. */
export type Results = ReadonlyMap<number, UnitResult>;

export function assembleRows(
  subject: Subject,
  units: readonly Unit[],
  results: Results,
): RowResult[] {
  return subject.rows.map((row, index) => ({
    ...describeRow(row, index),
    cells: subject.faults.map((fault) => {
      const own = units.filter((unit) => unit.row === index && unit.fault === fault);
      return cellOf(subject, row, fault, own, results);
    }),
  }));
}

export function rowId(index: number): string {
  return `r${index + 1}`;
}

function describeRow(row: RowSpec, index: number): Omit<RowResult, "cells"> {
  const method = methodOfRow(row);
  const { doublewrite, trxCommit } = row;
  // Where redo is opened O_DSYNC or O_SYNC, 2 promises what 1 does.
  const isSynced = trxCommit === 2 && method.open.log.sync !== "none";
  return {
    id: rowId(index),
    variables: {
      innodb_flush_method: method.name,
      innodb_doublewrite: doublewrite,
      innodb_flush_log_at_trx_commit: trxCommit,
    },
    profile: row.profile,
    durability: survivalOf(classOf(method, doublewrite), isSynced ? 1 : trxCommit),
    torn_pages: tornPagesOf(doublewrite, method.atomicPages),
  };
}

function cellOf(
  subject: Subject,
  row: RowSpec,
  fault: string,
  units: readonly Unit[],
  results: Results,
): CellResult {
  const done = units.flatMap(({ index }) => results.get(index) ?? []);
  const outcomes: Record<Outcome, number> = { ok: 0, lost: 0, refused: 0, silent: 0 };
  for (const each of done) for (const name of OUTCOMES) outcomes[name] += each.outcomes[name];
  const { may, because } = mayLose(subject, row, fault);
  return {
    fault,
    outcome: done.length === 0 ? null : worstOf(outcomes),
    outcomes,
    states: sum(done, ({ states }) => states),
    distinct_disks: sum(done, ({ distinct }) => distinct),
    commits_lost_max: Math.max(0, ...done.map(({ commitsLost }) => commitsLost)),
    may_lose: may,
    may_lose_because: because,
    unexpected: LOSSES.filter((loss) => outcomes[loss] > 0 && !may.includes(loss)),
    units: { planned: units.length, done: done.length },
  };
}

export const LOSSES: readonly Loss[] = ["lost", "refused", "silent"];

export function worstOf(outcomes: Readonly<Record<Outcome, number>>): Outcome {
  return OUTCOMES.findLast((outcome) => outcomes[outcome] > 0) ?? "ok";
}

function mayLose(subject: Subject, row: RowSpec, fault: string): ReturnType<typeof allowance> {
  const { pageSize, drive } = subject;
  const { doublewrite, trxCommit } = row;
  const config = { method: methodOfRow(row), doublewrite, trxCommit, pageSize };
  return allowance(config, modelOf(fault), deviceOf(fault, drive));
}

/** A loss that will be told, not yet made small. */
export interface Candidate {
  readonly row: string;
  readonly unit: Unit;
  readonly found: Found;
}

/**
 * One loss of each kind and row: under the mildest fault that shows it, there the smallest, there
 * the first of the plan. A shard's choice is the whole run's among the units it has.
 */
export function chooseCandidates(
  subject: Subject,
  units: readonly Unit[],
  results: Results,
): Candidate[] {
  const best = new Map<string, Candidate>();
  for (const unit of units) {
    for (const found of results.get(unit.index)?.found ?? []) {
      const key = `${unit.row} ${found.outcome}`;
      const candidate: Candidate = { row: rowId(unit.row), unit, found };
      const known = best.get(key);
      if (known === undefined || rank(subject, candidate) < rank(subject, known)) {
        best.set(key, candidate);
      }
    }
  }
  return [...best.values()];
}

/** More writes than any recording has in the balance. */
const SIZE_MAX = 1_000_000;

/** Sorts candidates; the first of equals stays. */
function rank({ faults }: Subject, { unit, found }: Candidate): number {
  return faults.indexOf(unit.fault) * SIZE_MAX + Math.min(SIZE_MAX - 1, found.size);
}

export function bugsOf(units: readonly Unit[], results: Results): Bug[] {
  return units.flatMap((unit) =>
    (results.get(unit.index)?.bugs ?? []).map(({ id, why }) => ({
      ...{ row: rowId(unit.row), fault: unit.fault, replay_id: id, why },
    })),
  );
}

export function totalsOf(results: readonly UnitResult[], seconds: number): CrashResult["totals"] {
  const states = sum(results, (each) => each.states);
  return {
    states,
    distinct_disks: sum(results, (each) => each.distinct),
    crashes_during_recovery: sum(results, (each) => each.nested),
    recoveries: sum(results, (each) => each.recoveries),
    seconds,
    states_per_second: rate(states, seconds),
  };
}

export function rate(states: number, seconds: number): number {
  return seconds > 0 ? Math.round(states / seconds) : 0;
}

/** Unexpected ones first, then the shortest. */
export function sortExamples(examples: readonly CounterExample[]): CounterExample[] {
  return [...examples].sort(
    (a, b) =>
      Number(b.is_unexpected) - Number(a.is_unexpected) || a.writes - b.writes || a.unit - b.unit,
  );
}

export function describeFaults(subject: Subject): CrashResult["faults"] {
  return subject.faults.map(faultWords);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
