// Crash runs for tests: on the calling thread, without progress, from flags as a user writes them.

import { InlineCrew } from "../../bench/crash/crew.js";
import { jobRunner } from "../../bench/crash/jobs.js";
import { parseCrashSettings } from "../../bench/crash/options.js";
import { createCrashProgress } from "../../bench/crash/progress.js";
import type { CrashResult } from "../../bench/crash/result.js";
import { runCrash } from "../../bench/crash/runner.js";
import type { CrashSettings } from "../../bench/crash/settings.js";
import type { RawFlags } from "../../bench/options.js";

const NOWHERE = { isTerminal: false, env: {} };

export function crashSettings(
  flags: RawFlags,
  innodb: Readonly<Record<string, string>> = {},
): CrashSettings {
  return parseCrashSettings(flags, innodb, ["crash"], NOWHERE);
}

export function crashRun(flags: RawFlags): Promise<CrashResult> {
  return runCrash(crashSettings(flags), {
    crew: new InlineCrew(jobRunner()),
    progress: createCrashProgress({ write: () => true }, true),
    interrupt: { isRequested: false, exitCode: 130, onRequest: () => {} },
  });
}

/** What differs from one run to the next: times, and the versions of the tools. */
export function timeless(result: CrashResult): CrashResult {
  const { totals, tool } = result;
  return {
    ...result,
    tool: { ...tool, version: "0.0.0", engine_sha256: "0".repeat(64), node: "0.0.0" },
    started_at: "2026-01-01T00:00:00.000Z",
    duration_seconds: 0,
    plan: { ...result.plan, hash: "0".repeat(16) },
    totals: { ...totals, seconds: 1, states_per_second: totals.states },
  };
}
