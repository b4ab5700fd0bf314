// Every call of a phase, faulted one after the other: for each file and each system call, the N-th
// one for N = 1, 2, … until a run passes untouched.

import { basename } from "node:path";
import { isHousekeeping } from "../../../host/layout.js";
import type { SystemCall } from "../../strace/strace.js";
import type { Lab, Run } from "./lab.js";
import { END, type Phase } from "./scenario.js";
import { FILE_CALLS, isInjected, type FileCall, type Injection } from "./tracer.js";

/** One faulted run whose fault fell into the phase. */
export interface Faulted {
  readonly injection: Injection;
  readonly run: Run;
}

/** A phase has far fewer calls of one kind on one file; more is a bug of the test. */
const CALLS_MAX = 200;

/** What strace saw before the phase ended. */
export function inPhase(calls: readonly SystemCall[]): readonly SystemCall[] {
  const end = calls.findIndex((call) => call.name === "write" && call.text.includes(`"${END}\\n"`));
  return end < 0 ? calls : calls.slice(0, end);
}

/** The files and calls of a phase; the lock and the probes' files are left out. */
export function targetsOf(run: Run): { call: FileCall; path: string }[] {
  const found = new Map<string, { call: FileCall; path: string }>();
  for (const { name, path } of inPhase(run.calls)) {
    const call = FILE_CALLS.find((one) => one === name);
    const isOurs = path === run.dir || path.startsWith(`${run.dir}/`);
    if (call === undefined || !isOurs || isHousekeeping(basename(path))) continue;
    found.set(`${call} ${path}`, { call, path });
  }
  return [...found.values()];
}

/** Yields a run for every N that hits a call of the phase; returns the first that hits none. */
export async function* everyCall(
  lab: Lab,
  phase: Phase,
  target: { call: FileCall; path: string },
  clause: string,
): AsyncGenerator<Faulted, Run> {
  for (let n = 1; n < CALLS_MAX; n++) {
    const injection: Injection = { ...target, clause, n };
    const run = await lab.run(phase, injection);
    if (!isHit(run)) return run;
    yield { injection, run };
  }
  throw new Error(`${phase}: more than ${CALLS_MAX} calls of ${target.call} ${target.path}`);
}

function isHit(run: Run): boolean {
  if (run.outcome === null) return !run.calls.some(isEnd);
  return inPhase(run.calls).some(isInjected);
}

function isEnd(call: SystemCall): boolean {
  return inPhase([call]).length === 0;
}
