// What each test does: fault a phase in one way after the other, and hold every run against the
// rules and against what was acknowledged.

import { expect } from "vitest";
import { isInjected, type FileCall } from "./tracer.js";
import { everyCall, inPhase, targetsOf, type Faulted } from "./explorer.js";
import { expectedAfter, judge } from "./judge.js";
import { Lab, type Run } from "./lab.js";
import { objectionToFailure, objectionToInterruption } from "./rules.js";
import type { Phase, Setting } from "./scenario.js";

/** A read changes nothing, so that a kill in front of one is a kill behind the call before it. */
const CHANGES: readonly FileCall[] = ["pwrite64", "fsync", "fdatasync", "unlink"];

/** What can be interrupted, and how. A pread that moves nothing means the end of the file. */
const INTERRUPTIONS: readonly [FileCall, string][] = [
  ["pwrite64", "error=EINTR"],
  ["pwrite64", "retval=0"],
  ["pread64", "error=EINTR"],
  ["fsync", "error=EINTR"],
  ["fdatasync", "error=EINTR"],
  ["openat", "error=EINTR"],
];

/** One way to fault a phase. */
interface Fault {
  readonly phase: Phase;
  /** strace's words. */
  readonly clause: string;
  readonly isFaulted: (call: FileCall) => boolean;
  readonly objection: (faulted: Faulted) => string | null;
}

export class Experiment {
  readonly lab: Lab;
  /** Calls that were failed, interrupted, or killed at. */
  faults = 0;

  constructor(private readonly setting: Setting) {
    this.lab = new Lab(setting);
  }

  failing(phase: Phase, code: string): Promise<void> {
    return this.eachFault({
      phase,
      clause: `error=${code}`,
      isFaulted: () => true,
      objection: (faulted) => objectionToFailure(phase, faulted, code),
    });
  }

  killing(phase: Phase): Promise<void> {
    return this.eachFault({
      phase,
      clause: "signal=SIGKILL",
      isFaulted: (call) => CHANGES.includes(call),
      objection: ({ run }) => (run.outcome === null ? null : "the process was not killed"),
    });
  }

  /** Every call of the phase fails once and is to be made again. */
  async interrupting(phase: Phase): Promise<void> {
    let interrupted = 0;
    for (const [call, clause] of INTERRUPTIONS) {
      const run = await this.lab.run(phase, { call, path: "", clause, n: "1+2" });
      const where = `${phase}: ${call} ${clause}`;
      expect(objectionToInterruption(phase, { run }), `${where}\n${textOf(run)}`).toBeNull();
      await this.expectNothingLost(run, where);
      interrupted += run.calls.filter(isInjected).length;
    }
    expect(interrupted).toBeGreaterThan(5);
    this.faults += interrupted;
  }

  private async eachFault(fault: Fault): Promise<void> {
    const { phase } = fault;
    const sound = await this.lab.run(phase, null);
    expect(objectionToInterruption(phase, { run: sound }), `${phase}: no fault`).toBeNull();
    const targets = targetsOf(sound).filter(({ call }) => fault.isFaulted(call));
    let seen = 0;
    for (const target of targets) seen += await this.eachCall(fault, target);
    expect(seen).toBeGreaterThan(0);
    this.faults += seen;
  }

  /** Returns how many calls there were. */
  private async eachCall(fault: Fault, target: { call: FileCall; path: string }): Promise<number> {
    const { phase, clause } = fault;
    const runs = everyCall(this.lab, phase, target, clause);
    const what = `${phase}: ${target.call} ${target.path}, ${clause}`;
    let seen = 0;
    for (;;) {
      const next = await runs.next();
      if (next.done === true) {
        await this.expectUntouched(phase, next.value, `${what}, the run after the last call`);
        return seen;
      }
      const { injection, run } = next.value;
      const where = `${what}:when=${injection.n}`;
      expect(fault.objection(next.value), `${where}\n${textOf(run)}`).toBeNull();
      await this.expectNothingLost(run, where);
      seen++;
    }
  }

  /** The last run: its fault, if any, came after the phase. */
  private async expectUntouched(phase: Phase, run: Run, where: string): Promise<void> {
    const isUntouched = run.outcome !== null && !run.calls.some(isInjected);
    if (isUntouched) expect(objectionToInterruption(phase, { run }), where).toBeNull();
    await this.expectNothingLost(run, where);
  }

  private async expectNothingLost(run: Run, where: string): Promise<void> {
    const expected = expectedAfter(run.template.cells, run.said);
    const problem = await judge(run.dir, this.setting, expected).then(
      () => null,
      (error: Error) => `${error.stack}`,
    );
    expect(problem, `${where}\n${textOf(run)}`).toBeNull();
  }
}

/** The end of what strace saw, for messages. */
function textOf(run: Run): string {
  const calls = inPhase(run.calls).slice(-12);
  return [...calls.map((call) => call.text), JSON.stringify(run.outcome)].join("\n");
}
