// Puts the results of shards together: sums of what they saw, and the examples the whole run would
// have chosen, because a shard's choice is the best of the units it had.

import { EXIT, UsageError } from "../exit.js";
import type { Outcome } from "../host.js";
import { LOSSES, rate, sortExamples, worstOf } from "./assemble.js";
import type { CellResult, CounterExample, CrashResult, RowResult, ShardRef } from "./result.js";
import { verdictOn, type Expect } from "./verdict.js";

export interface Named {
  readonly file: string;
  readonly result: CrashResult;
}

export interface MergeOptions {
  /** Missing shards are accepted; the result is marked as incomplete. */
  readonly isPartial: boolean;
  readonly expect: Expect;
}

/** Errors: UsageError when the results are of different runs, overlap, or are not all there. */
export function mergeResults(named: readonly Named[], options: MergeOptions): CrashResult {
  const [first] = named;
  if (first === undefined) throw new UsageError("report: name one result or more");
  checkAlike(named);
  const shards = checkShards(named, options.isPartial);
  const results = named.map(({ result }) => result);
  const rows = mergeRows(results);
  const bugs = results.flatMap((result) => result.bugs);
  const seconds = sum(results, ({ totals }) => totals.seconds);
  const states = sum(results, ({ totals }) => totals.states);
  const isWhole = shards === null || shards.length === shards[0]!.count;
  const isInterrupted = results.some(({ exit }) => exit.reason === "interrupted");
  return {
    ...first.result,
    complete: isWhole && results.every(({ complete }) => complete),
    started_at: results.map((result) => result.started_at).sort()[0]!,
    duration_seconds: sum(results, (result) => result.duration_seconds),
    argv: withoutShard(first.result.argv),
    shards,
    rows,
    counter_examples: mergeExamples(results),
    bugs,
    totals: {
      states,
      distinct_disks: sum(results, ({ totals }) => totals.distinct_disks),
      crashes_during_recovery: sum(results, ({ totals }) => totals.crashes_during_recovery),
      recoveries: sum(results, ({ totals }) => totals.recoveries),
      seconds,
      states_per_second: rate(states, seconds),
    },
    exit: verdictOn({ rows, bugs }, options.expect, isInterrupted ? EXIT.interrupted : null),
  };
}

/** Same engine, same rows, same faults, same seeds, same budget: one hash says all of it. */
function checkAlike(named: readonly Named[]): void {
  const first = named[0]!;
  for (const each of named.slice(1)) {
    const reason = difference(first.result, each.result);
    if (reason !== null) {
      throw new UsageError(
        `report: ${each.file} is not a part of the run of ${first.file}: ${reason}`,
      );
    }
  }
}

function difference(a: CrashResult, b: CrashResult): string | null {
  if (a.plan.hash === b.plan.hash) return null;
  if (a.tool.engine_sha256 !== b.tool.engine_sha256) return "another engine";
  if (a.plan.seeds.join() !== b.plan.seeds.join()) return "other seeds";
  if (a.plan.budget_states_per_cell !== b.plan.budget_states_per_cell) return "another budget";
  if (a.faults.map(({ name }) => name).join() !== b.faults.map(({ name }) => name).join()) {
    return "other faults";
  }
  return "another configuration";
}

function checkShards(named: readonly Named[], isPartial: boolean): ShardRef[] | null {
  if (named.length === 1 && named[0]!.result.shards === null) return null;
  const shards: ShardRef[] = [];
  for (const { file, result } of named) {
    if (result.shards === null) {
      throw new UsageError(`report: ${file} is a whole run already; merge nothing into it`);
    }
    for (const shard of result.shards) addShard(shards, shard, file);
  }
  const { count } = shards[0]!;
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
    (index) => !shards.some((shard) => shard.index === index),
  );
  if (missing.length > 0 && !isPartial) {
    throw new UsageError(
      `report: of ${count} shards these are missing: ${missing.join(", ")}; ` +
        "run them, or add --partial to report what is there",
    );
  }
  return shards.sort((a, b) => a.index - b.index);
}

function addShard(shards: ShardRef[], shard: ShardRef, file: string): void {
  const name = `${shard.index}/${shard.count}`;
  if (shards.some(({ count }) => count !== shard.count)) {
    throw new UsageError(`report: ${file} is shard ${name}, the others are of ${shards[0]!.count}`);
  }
  if (shards.some(({ index }) => index === shard.index)) {
    throw new UsageError(`report: ${file} is shard ${name}, which is there already`);
  }
  shards.push(shard);
}

function mergeRows(results: readonly CrashResult[]): RowResult[] {
  return results[0]!.rows.map((row, r) => ({
    ...row,
    cells: row.cells.map((cell, c) =>
      mergeCells(
        cell,
        results.map((result) => result.rows[r]!.cells[c]!),
      ),
    ),
  }));
}

function mergeCells(first: CellResult, cells: readonly CellResult[]): CellResult {
  const outcomes: Record<Outcome, number> = { ok: 0, lost: 0, refused: 0, silent: 0 };
  for (const cell of cells) {
    for (const name of Object.keys(outcomes) as Outcome[]) outcomes[name] += cell.outcomes[name];
  }
  const isExplored = cells.some(({ outcome }) => outcome !== null);
  return {
    ...first,
    outcome: isExplored ? worstOf(outcomes) : null,
    outcomes,
    states: sum(cells, (cell) => cell.states),
    distinct_disks: sum(cells, (cell) => cell.distinct_disks),
    commits_lost_max: Math.max(...cells.map((cell) => cell.commits_lost_max)),
    unexpected: LOSSES.filter((loss) => outcomes[loss] > 0 && !first.may_lose.includes(loss)),
    units: {
      planned: sum(cells, ({ units }) => units.planned),
      done: sum(cells, ({ units }) => units.done),
    },
  };
}

/** For every row and outcome the one that chooseCandidates would have chosen. */
function mergeExamples(results: readonly CrashResult[]): CounterExample[] {
  const faults = results[0]!.faults.map(({ name }) => name);
  const best = new Map<string, CounterExample>();
  const order = (a: CounterExample, b: CounterExample): number =>
    faults.indexOf(a.fault) - faults.indexOf(b.fault) ||
    a.found_size - b.found_size ||
    a.unit - b.unit;
  for (const example of results.flatMap((result) => result.counter_examples)) {
    const key = `${example.row} ${example.outcome}`;
    const known = best.get(key);
    if (known === undefined || order(example, known) < 0) best.set(key, example);
  }
  return sortExamples([...best.values()]);
}

function withoutShard(argv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === "--shard") i++;
    else if (!argv[i]!.startsWith("--shard=")) kept.push(argv[i]!);
  }
  return kept;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
