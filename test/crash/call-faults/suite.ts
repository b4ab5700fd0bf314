// The tests, for one backend: every phase under every fault. The backends have a file each, so that
// they run side by side.

import { afterAll, describe, test } from "vitest";
import { backendProblem } from "../../../host/index.js";
import { canTrace } from "../../strace/strace.js";
import { Experiment } from "./experiment.js";
import { PHASES, type Phase, type Setting } from "./scenario.js";

const LIMIT_MS = 180_000;

export interface Extent {
  readonly failing: readonly Phase[];
  readonly killing: readonly Phase[];
}

/** The phase that evicts makes the same calls as the others, in larger number. */
const EVERYTHING: Extent = {
  failing: PHASES,
  killing: PHASES.filter((phase) => phase !== "evict"),
};
/** Files that grow need room; what a full disk does elsewhere is what EIO does. */
const NEEDS_ROOM: readonly Phase[] = ["extend", "create"];

export function callFaults(setting: Setting, extent: Extent = EVERYTHING): void {
  const name = `call faults: ${setting.backend}, ${setting.method}`;
  const problem = !canTrace ? "strace cannot trace here" : backendProblem(setting.backend);
  if (problem !== null) {
    test.skip(`${name}: ${problem}, so no call is failed`, () => {});
    return;
  }
  describe(name, () => {
    const experiment = new Experiment(setting);
    afterAll(async () => {
      const { lab, faults } = experiment;
      await lab.end();
      console.log(`${name}: ${lab.runs} runs, ${faults} calls failed, interrupted or killed at`);
    });
    const growing = extent.failing.filter((phase) => NEEDS_ROOM.includes(phase));

    test.each(extent.failing)(
      "%s: EIO at every call → poisoned or an outcome, nothing lost",
      (phase) => experiment.failing(phase, "EIO"),
      LIMIT_MS,
    );
    test.each(growing)(
      "%s: ENOSPC at every call → poisoned or an outcome, nothing lost",
      (phase) => experiment.failing(phase, "ENOSPC"),
      LIMIT_MS,
    );
    test.each(extent.killing)(
      "%s: SIGKILL at every call that changes a file → nothing acknowledged is lost",
      (phase) => experiment.killing(phase),
      LIMIT_MS,
    );
    test.each(extent.failing)(
      "%s: every call interrupted once → nobody notices",
      (phase) => experiment.interrupting(phase),
      LIMIT_MS,
    );
  });
}
