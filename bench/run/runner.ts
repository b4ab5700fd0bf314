// A run from start to end: folder, configurations, turns in their order, result. Whatever happens,
// the folder is removed.

import { join } from "node:path";
import type { OpenStore } from "../api.js";
import { EXIT, EnvironmentError } from "../exit.js";
import { Random } from "../host.js";
import type { Result } from "../result.js";
import { formatBytes } from "../units.js";
import { workloadNamed } from "../workload/index.js";
import { PROBE_FILE_SIZE } from "../workload/sync-only.js";
import type { Workload } from "../workload/workload.js";
import { assemble } from "./assemble.js";
import { ByteBudget } from "./budget.js";
import type { Interrupt } from "./interrupt.js";
import { configWords, planConfigs, planTurns } from "./plan.js";
import type { Turn } from "./plan.js";
import { admitProbes } from "./probe-bench.js";
import { runProbeTurn } from "./probe-turn.js";
import type { Progress } from "./progress.js";
import { turnSeconds } from "./settings.js";
import type { RunSettings } from "./settings.js";
import { admit, checkOptions, storeOptions } from "./store-bench.js";
import type { Admitted } from "./store-bench.js";
import { runStoreTurn } from "./store-turn.js";
import type { StoreBench, TurnOutcome } from "./store-turn.js";
import { Totals, writtenBytes } from "./totals.js";
import { createWorkFolder } from "./work-folder.js";

/** What a run uses of the world around it. */
export interface RunDeps {
  readonly openStore: OpenStore;
  readonly progress: Progress;
  readonly interrupt: Pick<Interrupt, "isRequested" | "exitCode" | "guard">;
}

/** A run in progress; the result is assembled from it. */
export interface Run {
  readonly settings: RunSettings;
  readonly startedAt: Date;
  readonly admitted: readonly Admitted[];
  readonly totals: ReadonlyMap<string, Totals>;
  readonly budget: ByteBudget;
  readonly seconds: { readonly warmup: number; readonly run: number };
  readonly workload: Workload | null;
  readonly warnings: string[];
  isComplete: boolean;
  exitCode: number;
}

type RunTurn = (turn: Turn, shareBytes: number) => Promise<TurnOutcome>;

/**
 * Measures what `settings` asks for and returns the result. Interrupted, it returns what is
 * complete, marked so.
 * Errors: UsageError, EnvironmentError, or what a store throws; the folder is gone either way.
 */
export async function runBenchmark(settings: RunSettings, deps: RunDeps): Promise<Result> {
  const startedAt = new Date();
  const workload = workloadNamed(settings.workload);
  const { methods, doublewrites, trxCommits } = settings;
  const configs = planConfigs(methods, doublewrites, trxCommits);
  if (workload) checkOptions(settings, configs);
  const folder = createWorkFolder(settings.dir, neededBytes(settings, workload));
  deps.interrupt.guard(folder);
  try {
    const warnings: string[] = [];
    const warn = (line: string): void => {
      warnings.push(line);
      deps.progress.warn(line);
    };
    const storeDir = join(folder.path, "store");
    deps.progress.preparing(`Preparing in ${folder.path}`);
    const stop = (): boolean => deps.interrupt.isRequested;
    const admitted = workload
      ? await admit(settings, configs, deps.openStore, storeDir, warn, stop)
      : admitProbes(settings, warn);
    if (admitted.length === 0 && !stop()) {
      throw new EnvironmentError(`${settings.dir}: no method that was asked for works here`);
    }
    const run = startRun(settings, startedAt, workload, admitted, warnings);
    const turn = workload
      ? storeTurns(run, workload, deps, storeDir)
      : probeTurns(run, deps, folder.path);
    await runTurns(run, deps, turn, warn);
    deps.progress.end();
    return assemble(run);
  } finally {
    folder.remove();
  }
}

function startRun(
  settings: RunSettings,
  startedAt: Date,
  workload: Workload | null,
  admitted: readonly Admitted[],
  warnings: string[],
): Run {
  const turns = admitted.length * settings.rounds;
  return {
    settings,
    startedAt,
    workload,
    admitted,
    warnings,
    totals: new Map(admitted.map(({ config }) => [config.id, new Totals()])),
    budget: new ByteBudget(settings.maxBytes, turns),
    seconds: turnSeconds(settings, turns),
    isComplete: false,
    exitCode: EXIT.ok,
  };
}

async function runTurns(
  run: Run,
  deps: RunDeps,
  runTurn: RunTurn,
  warn: (line: string) => void,
): Promise<void> {
  const { settings, budget } = run;
  const configs = run.admitted.map(({ config }) => config);
  const turns = planTurns(configs, settings.rounds, settings.seed);
  const unit = run.workload?.unit ?? "write";
  for (const [done, turn] of turns.entries()) {
    if (deps.interrupt.isRequested) break;
    const share = budget.nextShare();
    if (share === 0) {
      warn(`Stopped after ${done} of ${turns.length} turns: ${budgetWords(run)}`);
      return;
    }
    const words = configWords(turn.config, settings.trxCommits.length > 1);
    const news = { round: turn.round, rounds: settings.rounds, done, turns: turns.length, words };
    deps.progress.turnStarts(news);
    const { measurement, totalWrittenBytes } = await runTurn(turn, share);
    budget.endTurn(totalWrittenBytes, writtenBytes(measurement.metrics));
    // A turn that was cut short is not comparable with the others.
    if (deps.interrupt.isRequested) break;
    run.totals.get(turn.config.id)!.add(measurement);
    const rate = measurement.operations / measurement.seconds;
    deps.progress.turnEnds(news, rate, unit, measurement.operations === 0 ? 0 : budget.spent);
    run.isComplete = done === turns.length - 1;
  }
  if (!run.isComplete) run.exitCode = deps.interrupt.exitCode;
}

function budgetWords(run: Run): string {
  const max = formatBytes(run.settings.maxBytes);
  return `the ${max} of --max-bytes are written; raise it or shorten --runtime.`;
}

function storeTurns(run: Run, workload: Workload, deps: RunDeps, storeDir: string): RunTurn {
  const { settings } = run;
  const bench: StoreBench = {
    openStore: deps.openStore,
    storeDir,
    workload,
    workingSetPages: Math.max(1, Math.floor(settings.fileSize / settings.pageSize)),
    seconds: run.seconds,
    concurrency: settings.concurrency,
    isSyncApi: settings.isSyncApi,
    changeSize: settings.changeSize ?? workload.changeSize,
    bufferPoolSize: settings.bufferPoolSize,
    isInterrupted: () => deps.interrupt.isRequested,
    pages: null,
  };
  return (turn, shareBytes) => {
    // One lane per round: every configuration of a round makes the same choices.
    const random = new Random(settings.seed).fork(turn.round);
    const options = storeOptions(settings, turn.config);
    return runStoreTurn(bench, turn, options, random, shareBytes);
  };
}

function probeTurns(run: Run, deps: RunDeps, folder: string): RunTurn {
  const bench = {
    folder,
    backend: run.settings.backend,
    seconds: run.seconds,
    isInterrupted: () => deps.interrupt.isRequested,
  };
  return (turn, shareBytes) => runProbeTurn(bench, turn, shareBytes);
}

/** Space for the files of a run: data with a second copy while loading, redo, doublewrite. */
function neededBytes(settings: RunSettings, workload: Workload | null): number {
  if (!workload) return PROBE_FILE_SIZE * 2;
  const doublewrite = 8 * 2 ** 20;
  return settings.fileSize * 2 + settings.redoLogCapacity + doublewrite;
}
