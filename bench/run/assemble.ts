// From what was measured to the result document: totals, comparisons, warnings, environment.

import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { classKey } from "../durability.js";
import { EXIT } from "../exit.js";
import { packageRoot } from "../host.js";
import { describeMachine } from "../machine.js";
import type { Comparison, ConfigResult, Result } from "../result.js";
import { RESULT_SCHEMA } from "../result.js";
import { isDifferent, ratioOfMedians } from "../stats.js";
import { toolVersion } from "../version.js";
import { findWarnings } from "../warnings.js";
import { SYNC_ONLY } from "../workload/sync-only.js";
import type { Run } from "./runner.js";

/** Returns the result of a run, complete or not. */
export function assemble(run: Run): Result {
  const { settings } = run;
  const configs = run.admitted
    .map(({ config, described }) => ({ ...described, ...run.totals.get(config.id)!.toResult() }))
    .filter((config) => config.rounds.length > 0);
  const environment = describeMachine(settings.dir);
  return {
    schema: RESULT_SCHEMA,
    tool: {
      name: "tornproof",
      version: toolVersion(),
      engine_sha256: engineHash(),
      backend: run.admitted[0]?.described.effective.backend ?? settings.backend,
    },
    complete: run.isComplete,
    started_at: run.startedAt.toISOString(),
    duration_seconds: (Date.now() - run.startedAt.getTime()) / 1000,
    seed: settings.seed,
    argv: settings.argv,
    directory: resolve(settings.dir),
    workload: describeWorkload(run),
    environment,
    configs,
    comparisons: compareAll(configs, settings.seed),
    warnings: [...run.warnings, ...findWarnings(configs, environment)],
    verdict: { assertions: [] },
    exit: exitOf(run),
  };
}

function describeWorkload({ settings, workload, seconds, budget }: Run): Result["workload"] {
  return {
    name: settings.workload,
    unit: workload?.unit ?? SYNC_ONLY.unit,
    timed: workload?.timed ?? SYNC_ONLY.timed,
    api: settings.isSyncApi ? "sync" : "async",
    concurrency: settings.concurrency,
    rounds: settings.rounds,
    runtime_seconds: seconds.run,
    warmup_seconds: seconds.warmup,
    change_bytes: settings.changeSize ?? workload?.changeSize ?? 0,
    page_bytes: settings.pageSize,
    working_set_bytes: settings.fileSize,
    buffer_pool_bytes: settings.bufferPoolSize,
    redo_log_bytes: settings.redoLogCapacity,
    max_bytes: settings.maxBytes,
    written_bytes: budget.spent,
  };
}

function exitOf(run: Run): Result["exit"] {
  if (run.exitCode !== EXIT.ok) return { code: run.exitCode, reason: "interrupted" };
  return { code: EXIT.ok, reason: run.isComplete ? "ok" : "write budget used up" };
}

/** Every configuration against the best of its class, and every ON against its OFF. */
export function compareAll(configs: readonly ConfigResult[], seed: number): Comparison[] {
  const comparisons: Comparison[] = [];
  for (const group of groupByClass(configs)) {
    const best = group[0]!;
    for (const other of group.slice(1)) comparisons.push(compare("class", other, best, seed));
  }
  for (const on of configs) {
    const off = configs.find((config) => isSameWithoutDoublewrite(on, config));
    if (off) comparisons.push(compare("doublewrite", on, off, seed));
  }
  return comparisons;
}

/** Classes strongest first; within a class the fastest first. */
export function groupByClass(configs: readonly ConfigResult[]): ConfigResult[][] {
  const groups = new Map<string, ConfigResult[]>();
  for (const config of configs) {
    // Writes of different sizes are different work, not better or worse settings.
    const key = `${classKey(config)} ${config.variables["write_bytes"] ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), config]);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, group]) => group.sort((a, b) => b.operations_per_second - a.operations_per_second));
}

function compare(
  kind: Comparison["kind"],
  a: ConfigResult,
  b: ConfigResult,
  seed: number,
): Comparison {
  const interval = ratioOfMedians(rates(a), rates(b), seed);
  const isKnown = interval.low !== null;
  const { ratio, low, high } = interval;
  return {
    kind,
    a: a.id,
    b: b.id,
    ratio,
    low,
    high,
    is_different: isKnown ? isDifferent(interval) : null,
  };
}

function isSameWithoutDoublewrite(on: ConfigResult, off: ConfigResult): boolean {
  if (on.variables["innodb_doublewrite"] !== "ON") return false;
  if (off.variables["innodb_doublewrite"] !== "OFF") return false;
  return ["innodb_flush_method", "innodb_flush_log_at_trx_commit"].every(
    (name) => on.variables[name] === off.variables[name],
  );
}

function rates(config: ConfigResult): number[] {
  return config.rounds.map((round) => round.operations / round.seconds);
}

function engineHash(): string | null {
  try {
    const wasm = readFileSync(join(packageRoot(), "build", "engine.wasm"));
    return createHash("sha256").update(wasm).digest("hex");
  } catch {
    return null;
  }
}
