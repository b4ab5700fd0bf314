// A crash run from plan to result: units are dealt, explored by the crew, and put together in the
// order of the plan, so that the result does not depend on who was faster.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deviceFor, faultModel, packageRoot } from "../host.js";
import type { Interrupt } from "../run/interrupt.js";
import { toolVersion } from "../version.js";
import {
  assembleRows,
  bugsOf,
  chooseCandidates,
  describeFaults,
  sortExamples,
  totalsOf,
  type Candidate,
} from "./assemble.js";
import type { Answer, Crew, Job } from "./crew.js";
import { batches, dealUnits, planHash, planUnits, type Unit } from "./plan.js";
import type { CrashProgress } from "./progress.js";
import type { Told } from "./replay.js";
import { CRASH_SCHEMA, type CounterExample, type CrashResult, type RowResult } from "./result.js";
import type { CrashSettings, Subject } from "./settings.js";
import type { UnitResult } from "./unit.js";
import { verdictOn } from "./verdict.js";

/** What a run uses of the world around it. */
export interface CrashDeps {
  readonly crew: Crew;
  readonly progress: CrashProgress;
  readonly interrupt: Pick<Interrupt, "isRequested" | "exitCode" | "onRequest">;
}

/**
 * Explores what `settings` asks for. Interrupted, it returns what is complete.
 * Errors: EnginePanic or MachineHang from a workload that fails before any crash.
 */
export async function runCrash(settings: CrashSettings, deps: CrashDeps): Promise<CrashResult> {
  const run = new CrashRun(settings, deps);
  try {
    return await run.go();
  } finally {
    deps.progress.end();
    await deps.crew.close();
  }
}

class CrashRun {
  private readonly startedAt = new Date();
  private readonly began = performance.now();
  private readonly planned: readonly Unit[];
  private readonly units: readonly Unit[];
  private readonly results = new Map<number, UnitResult>();

  constructor(
    private readonly settings: CrashSettings,
    private readonly deps: CrashDeps,
  ) {
    this.planned = planUnits(settings);
    this.units = dealUnits(this.planned, settings.shard);
  }

  async go(): Promise<CrashResult> {
    const { crew, interrupt, progress } = this.deps;
    interrupt.onRequest(() => crew.stop());
    progress.begin(this.units.length, () => crew.states);
    await crew.run(this.jobs(), (answer) => this.heard(answer));
    const seconds = (performance.now() - this.began) / 1000;
    const candidates = chooseCandidates(this.settings, this.units, this.results);
    const told = await this.tellAll(candidates);
    return this.result(seconds, candidates, told);
  }

  private jobs(): Job[] {
    const { rows, pageSize, drive } = this.settings;
    return batches(this.units).map((units) => ({
      type: "explore",
      jobs: units.map((unit) => ({ unit, row: rows[unit.row]!, pageSize, drive })),
    }));
  }

  private heard(answer: Exclude<Answer, { type: "done" }>): void {
    if (answer.type !== "unit") return;
    const { result } = answer;
    this.results.set(result.unit, result);
    const { row } = this.planned[result.unit]!;
    const own = this.units.filter((unit) => unit.row === row);
    const isRowDone = own.every((unit) => this.results.has(unit.index));
    this.deps.progress.unitDone(this.settings.rows[row]!, isRowDone ? this.rowOf(row) : null);
  }

  private rowOf(row: number): RowResult {
    return assembleRows(this.settings, this.units, this.results)[row]!;
  }

  /** Makes the chosen examples small and tells them, on all threads. */
  private async tellAll(candidates: readonly Candidate[]): Promise<ReadonlyMap<string, Told>> {
    const { crew, progress } = this.deps;
    const told = new Map<string, Told>();
    const ids = candidates.flatMap(({ found }) => found.id ?? []);
    progress.telling(ids.length);
    const { shrink } = this.settings;
    const jobs = ids.map((id): Job => ({ type: "tell", id, shrink }));
    await crew.run(jobs, (answer) => {
      if (answer.type === "told") told.set(answer.asked, answer.told);
    });
    return told;
  }

  private result(
    seconds: number,
    candidates: readonly Candidate[],
    told: ReadonlyMap<string, Told>,
  ): CrashResult {
    const { settings, units, results, deps } = this;
    const rows = assembleRows(settings, units, results);
    const bugs = bugsOf(units, results);
    const examples = candidates.map((each) => exampleOf(each, told, rows));
    const isStopped = deps.interrupt.isRequested;
    const exit = verdictOn(
      { rows, bugs },
      settings.expect,
      isStopped ? deps.interrupt.exitCode : null,
    );
    return {
      ...headOf(settings, this.startedAt),
      complete: results.size === units.length,
      duration_seconds: round((performance.now() - this.began) / 1000),
      shards: settings.shard === null ? null : [settings.shard],
      rows,
      counter_examples: sortExamples(examples),
      bugs,
      totals: totalsOf([...results.values()], round(seconds)),
      exit,
    };
  }
}

function exampleOf(
  { row, unit, found }: Candidate,
  told: ReadonlyMap<string, Told>,
  rows: readonly RowResult[],
): CounterExample {
  const small = found.id === null ? undefined : told.get(found.id);
  const cell = rows.find(({ id }) => id === row)!.cells.find(({ fault }) => fault === unit.fault)!;
  return {
    row,
    fault: unit.fault,
    outcome: found.outcome,
    is_unexpected: cell.unexpected.includes(found.outcome),
    writes: small?.size ?? found.size,
    found_size: found.size,
    unit: unit.index,
    replay_id: small?.id ?? found.id,
    why: small?.why ?? found.why,
    story: small?.story ?? [],
  };
}

type Head = Pick<CrashResult, "schema" | "tool" | "started_at" | "argv" | "plan" | "faults">;

function headOf(settings: CrashSettings, startedAt: Date): Head {
  const engine = engineHash();
  return {
    schema: CRASH_SCHEMA,
    tool: {
      name: "tornproof",
      version: toolVersion(),
      engine_sha256: engine,
      node: process.versions.node,
    },
    started_at: startedAt.toISOString(),
    argv: settings.argv,
    plan: describePlan(settings, engine),
    faults: describeFaults(settings),
  };
}

function describePlan(subject: Subject, engine: string): CrashResult["plan"] {
  const drive = deviceFor(faultModel("power-cut")!, subject.drive);
  return {
    hash: planHash(subject, engine),
    seeds: subject.seeds,
    workloads: subject.workloads,
    page_bytes: subject.pageSize,
    budget_states_per_cell: subject.budget,
    drive: {
      cache: drive.cache,
      barriers: drive.barriers,
      copy_on_write: drive.copyOnWrite,
      atomic_unit_bytes: drive.atomicUnit,
    },
  };
}

function engineHash(): string {
  const wasm = readFileSync(join(packageRoot(), "build", "engine.wasm"));
  return createHash("sha256").update(wasm).digest("hex");
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
