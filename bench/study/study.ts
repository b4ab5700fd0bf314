// A study from settings to result: measure, model, crash, and join by configuration.

import { ThreadCrew } from "../crash/crew.js";
import type { CrashProgress } from "../crash/progress.js";
import type { RowResult } from "../crash/result.js";
import { runCrash } from "../crash/runner.js";
import type { RowSpec } from "../crash/settings.js";
import { labConfigOf } from "../crash/lab.js";
import { EXIT } from "../exit.js";
import { FILE_KINDS, installedEngine, modelSpeed } from "../host.js";
import { operationsOf, perOperation } from "../report/costs.js";
import type { ConfigResult, Result } from "../result.js";
import type { Interrupt } from "../run/interrupt.js";
import type { Progress } from "../run/progress.js";
import { runBenchmark, type RunDeps } from "../run/runner.js";
import { STUDY_SCHEMA, type Measured, type Modelled, type StudyResult } from "./result.js";
import type { StudyRow } from "./result.js";
import type { StudySettings } from "./settings.js";

export interface StudyDeps {
  readonly openStore: RunDeps["openStore"];
  readonly progress: Progress;
  readonly crashProgress: CrashProgress;
  readonly interrupt: Interrupt;
}

/** Errors: those of `bench run` and `bench crash`. */
export async function runStudy(settings: StudySettings, deps: StudyDeps): Promise<StudyResult> {
  const { openStore, progress, interrupt, crashProgress } = deps;
  const run = await runBenchmark(settings.run, { openStore, progress, interrupt });
  const crew = new ThreadCrew(settings.crash.jobs);
  const crash = await runCrash(settings.crash, { crew, progress: crashProgress, interrupt });
  const isInterrupted = interrupt.isRequested;
  const rows = crash.rows.map((row) => join(settings, row, run, isInterrupted));
  const code = isInterrupted ? EXIT.interrupted : crash.exit.code;
  return {
    schema: STUDY_SCHEMA,
    study: settings.study,
    complete: run.complete && crash.complete,
    argv: settings.run.argv,
    seed: settings.run.seed,
    ...{ rows, run, crash },
    exit: { code, reason: isInterrupted ? "interrupted" : crash.exit.reason },
  };
}

function join(
  settings: StudySettings,
  row: RowResult,
  run: Result,
  isInterrupted: boolean,
): StudyRow {
  const { variables, profile, durability, torn_pages } = row;
  const config = run.configs.find((each) => isSame(each, row));
  return {
    ...{ variables, profile, durability, torn_pages },
    measured: config === undefined ? null : measured(config),
    modelled: isInterrupted ? [] : modelled(settings, row),
    loss: row.cells,
  };
}

function isSame(config: ConfigResult, { variables }: RowResult): boolean {
  return Object.entries(variables).every(
    ([name, value]) => String(config.variables[name]) === String(value),
  );
}

function measured(config: ConfigResult): Measured {
  const latency = config.latency.operation;
  const operations = operationsOf(config);
  const calls = Object.values(config.counters.syscalls).reduce((sum, count) => sum + count, 0);
  return {
    commits_per_second: config.operations_per_second,
    p50_ns: latency?.p50 ?? null,
    p99_ns: latency?.p99 ?? null,
    p999_ns: latency?.p999 ?? null,
    syscalls_per_commit: operations > 0 ? calls / operations : 0,
    syncs_per_commit: perOperation(config, FILE_KINDS, "syncs"),
    bytes_per_commit: perOperation(config, FILE_KINDS, "written_bytes"),
    write_amplification: config.counters.write_amplification,
    effective: config.effective.effective,
  };
}

function modelled({ drives, run, crash }: StudySettings, row: RowResult): Modelled[] {
  const spec: RowSpec = {
    profile: row.profile,
    method: row.variables.innodb_flush_method,
    doublewrite: row.variables.innodb_doublewrite,
    trxCommit: row.variables.innodb_flush_log_at_trx_commit,
  };
  return drives.map((drive) => {
    const speed = modelSpeed({
      module: installedEngine(),
      config: labConfigOf(spec, run.pageSize),
      ...{ drive, concurrency: run.concurrency, seed: crash.seeds[0]! },
    });
    return {
      drive: drive.name,
      commits_per_second: speed.commitsPerSecond,
      ...{ p50_us: speed.p50Us, p99_us: speed.p99Us },
    };
  });
}
