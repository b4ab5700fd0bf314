// A budget spread over a recording: choices by number, shares, and no cut left out.

import { describe, expect, test } from "vitest";
import { resolveMethod } from "../../host/flush/index.js";
import { installedEngine } from "../../host/installed-engine.js";
import { everyChoice } from "../../host/sim/choices.js";
import { CrashPoint, type Choice } from "../../host/sim/crash-point.js";
import { walk } from "../../host/sim/explorer.js";
import { faultModel, FAULT_MODELS } from "../../host/sim/fault-model.js";
import type { LabConfig } from "../../host/sim/lab-config.js";
import { NumberedChoices } from "../../host/sim/numbered-choices.js";
import { record } from "../../host/sim/recording.js";
import { shares, sweep } from "../../host/sim/sweep.js";
import { Tally } from "../../host/sim/tally.js";
import { Staff, type Visit } from "../../host/sim/visit.js";
import { workloadOf } from "../../host/sim/workload.js";

/** Beyond this, listing every choice of a point costs more than it shows. */
const LISTED_MAX = 3000;

describe("sim: a budget over a recording", () => {
  test.each(FAULT_MODELS.map((model) => model.name).filter((name) => name !== "lying-flush"))(
    "%s: choices by number → every choice of the exhaustive walk, each once",
    (fault) => {
      const visit = visitOf(fault);
      walk(visit, (cut, persistence) => {
        const { model, device } = visit;
        const point = new CrashPoint(persistence, model.crash, device);
        const numbered = new NumberedChoices(point, model.freedom);
        if (numbered.count > LISTED_MAX) return true;
        const listed: string[] = [];
        everyChoice(point, model.freedom, (choice) => listed.push(words(choice)) > 0);
        const counted = Array.from({ length: numbered.count }, (_, i) => words(numbered.at(i)));

        expect(counted.sort(), `cut ${cut}`).toEqual(listed.sort());
        return true;
      });
    },
  );

  test.each([
    [[1, 2, 40, 900], 20, [1, 2, 8, 9]],
    [[5, 5, 5], 100, [5, 5, 5]],
    [[9, 9, 9], 2, [0, 1, 1]],
    [[], 10, []],
  ])("shares of %j out of %i → %j", (counts, budget, expected) => {
    const found = shares(counts, budget);

    expect([...found].sort((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b));
    expect(found.every((share, i) => share <= counts[i]!)).toBe(true);
  });

  test("a budget of a hundred → every cut is visited, and the budget is kept", () => {
    const visit = visitOf("torn");
    const tally = sweep(visit, new Tally(), { seed: 1, budget: 100 });

    expect(tally.cuts).toBe(visit.recording.history.length + 1);
    expect(tally.states).toBe(100);
  });

  test("a budget larger than what there is → every state, as many as the exhaustive walk", () => {
    const visit = visitOf("reorder");
    let count = 0;
    walk(visit, (_cut, persistence) => {
      const point = new CrashPoint(persistence, visit.model.crash, visit.device);
      return everyChoice(point, visit.model.freedom, () => ++count > 0);
    });

    expect(sweep(visit, new Tally(), { seed: 1, budget: 1e6 }).states).toBe(count);
  });
});

function visitOf(fault: string): Visit {
  const module = installedEngine();
  const config: LabConfig = {
    profile: "mysql-8.4",
    method: resolveMethod("O_DIRECT", { profile: "mysql-8.4" }),
    doublewrite: "ON",
    trxCommit: 1,
    pageSize: 4096,
  };
  const recording = record({ module, config, workload: workloadOf("commits"), seed: 7 });
  return new Staff(module, recording).visit(faultModel(fault)!);
}

function words({ fates, growths, entries }: Choice): string {
  const each = fates.map((fate) => (typeof fate === "string" ? fate : [...fate].join("")));
  return `${each.join(" ")} | ${growths.join(" ")} | ${entries}`;
}
