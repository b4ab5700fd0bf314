// The tests, for one backend: every phase under every fault. The backends have a file each, so that
// they run side by side.

import { afterAll, describe, expect, test } from "vitest";
import { backendProblem } from "../../../host/index.js";
import { canTrace } from "../../strace/strace.js";
import { everyCall, inPhase, targetsOf, type Faulted } from "./explorer.js";
import { expectedAfter, judge } from "./judge.js";
import { Lab, type Run } from "./lab.js";
import { objectionToFailure, objectionToInterruption } from "./rules.js";
import { PHASES, type Phase, type Setting } from "./scenario.js";
import { isInjected, type FileCall } from "./tracer.js";

const LIMIT_MS = 120_000;

/** Files that grow need room; what a full disk does elsewhere is what EIO does. */
const NEEDS_ROOM: readonly Phase[] = ["extend", "create"];
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

export interface Extent {
  readonly failing: readonly Phase[];
  readonly killing: readonly Phase[];
}

/** The phase that evicts makes the same calls as the others, in larger number. */
const EVERYTHING: Extent = {
  failing: PHASES,
  killing: PHASES.filter((phase) => phase !== "evict"),
};

export function callFaults(setting: Setting, extent: Extent = EVERYTHING): void {
  const name = `call faults: ${setting.backend}, ${setting.method}`;
  const problem = !canTrace ? "strace cannot trace here" : backendProblem(setting.backend);
  if (problem !== null) {
    test.skip(`${name}: ${problem}, so no call is failed`, () => {});
    return;
  }
  describe(name, () => {
    const lab = new Lab(setting);
    let faults = 0;
    afterAll(async () => {
      await lab.end();
      console.log(`${name}: ${lab.runs} runs, ${faults} calls failed, interrupted or killed at`);
    });

    test.each(extent.failing)(
      "%s: EIO at every call → poisoned or an outcome, nothing lost",
      (phase) => failing(phase, "EIO"),
      LIMIT_MS,
    );

    test.each(extent.failing.filter((phase) => NEEDS_ROOM.includes(phase)))(
      "%s: ENOSPC at every call → poisoned or an outcome, nothing lost",
      (phase) => failing(phase, "ENOSPC"),
      LIMIT_MS,
    );

    test.each(extent.killing)(
      "%s: SIGKILL at every call that changes a file → nothing acknowledged is lost",
      async (phase) => {
        const seen = await eachFault(phase, "signal=SIGKILL", CHANGES, () => null);
        expect(seen).toBeGreaterThan(0);
      },
      LIMIT_MS,
    );

    test.each(extent.failing)(
      "%s: every call interrupted once → nobody notices",
      async (phase) => {
        let interrupted = 0;
        for (const [call, clause] of INTERRUPTIONS) {
          const run = await lab.run(phase, { call, path: "", clause, n: "1+2" });
          const where = `${phase}: ${call} ${clause}`;
          expect(objectionToInterruption(phase, { run }), where).toBeNull();
          await expectNothingLost(run, where);
          interrupted += run.calls.filter(isInjected).length;
        }
        expect(interrupted).toBeGreaterThan(5);
        faults += interrupted;
      },
      LIMIT_MS,
    );

    async function failing(phase: Phase, code: string): Promise<void> {
      const seen = await eachFault(phase, `error=${code}`, null, (faulted) =>
        objectionToFailure(phase, faulted, code),
      );
      expect(seen).toBeGreaterThan(0);
    }

    /** Returns how many faults there were; `calls` null: of every kind of call. */
    async function eachFault(
      phase: Phase,
      clause: string,
      calls: readonly FileCall[] | null,
      objection: (faulted: Faulted) => string | null,
    ): Promise<number> {
      let seen = 0;
      const sound = await lab.run(phase, null);
      expect(objectionToInterruption(phase, { run: sound }), `${phase}: no fault`).toBeNull();
      for (const target of targetsOf(sound)) {
        if (calls !== null && !calls.includes(target.call)) continue;
        const runs = everyCall(lab, phase, target, clause);
        let next = await runs.next();
        for (; next.done !== true; next = await runs.next()) {
          const { injection, run } = next.value;
          const where = `${phase}: ${target.call} ${target.path}, ${clause}:when=${injection.n}`;
          expect(objection(next.value), `${where}\n${textOf(run)}`).toBeNull();
          await expectNothingLost(run, where);
          seen++;
        }
        await expectUntouched(phase, next.value, `${phase}: ${target.call} ${target.path}, last`);
      }
      faults += seen;
      return seen;
    }

    /** The last run: its fault, if any, came after the phase. */
    async function expectUntouched(phase: Phase, run: Run, where: string): Promise<void> {
      const isUntouched = run.outcome !== null && !run.calls.some(isInjected);
      if (isUntouched) expect(objectionToInterruption(phase, { run }), where).toBeNull();
      await expectNothingLost(run, where);
    }

    async function expectNothingLost(run: Run, where: string): Promise<void> {
      const expected = expectedAfter(run.template.cells, run.said);
      const problem = await judge(run.dir, setting, expected).then(
        () => null,
        (error: Error) => `${error.stack}`,
      );
      expect(problem, `${where}\n${textOf(run)}`).toBeNull();
    }
  });
}

/** The end of what strace saw, for messages. */
function textOf(run: Run): string {
  const calls = inPhase(run.calls).slice(-12);
  return [...calls.map((call) => call.text), JSON.stringify(run.outcome)].join("\n");
}
