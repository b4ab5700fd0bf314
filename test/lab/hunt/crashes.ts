// Hunts with crashes: runs of every workload, cut anywhere, their recoveries cut as well.

import { faultModel } from "../../../host/sim/fault-model.js";
import type { Verdict } from "../../../host/sim/judge.js";
import type { DoublewriteMode } from "../../../host/sim/lab-config.js";
import { Tally, type CrashCase } from "../../../host/sim/tally.js";
import { Staff } from "../../../host/sim/visit.js";
import { wander } from "../../../host/sim/wander.js";
import { workloadOf, type Workload } from "../../../host/sim/workload.js";
import { KILLED } from "./killed.js";
import { configOf, recordWith, type Catch, type Hunter, type Quarry } from "./quarry.js";

interface Plan {
  readonly workload: Workload;
  readonly method: string;
  readonly doublewrite: DoublewriteMode;
  readonly model: string;
  readonly seed: number;
  readonly states: number;
}

/** Short ones first: most bugs show at once. */
export const PLANS: readonly Plan[] = [
  plan("commits", "O_DIRECT", "ON", "torn", 1, 300),
  plan("grow", "fsync", "ON", "torn", 1, 300),
  plan("killed", "fsync", "ON", "torn", 1, 400),
  plan("life", "O_DIRECT", "ON", "torn", 2, 800),
  plan("wrap", "fsync", "ON", "torn", 3, 600),
  plan("commits", "O_DIRECT", "DETECT_ONLY", "torn", 1, 400),
  plan("life", "fsync", "OFF", "reorder", 4, 400),
  plan("life", "fsync", "ON", "torn", 5, 1500),
  plan("wrap", "O_DIRECT", "ON", "torn", 6, 1500),
  plan("life", "O_DIRECT", "ON", "torn", 7, 1500),
];

function plan(
  name: string,
  method: string,
  doublewrite: DoublewriteMode,
  model: string,
  seed: number,
  states: number,
): Plan {
  const workload = name === "killed" ? KILLED : workloadOf(name);
  return { workload, method, doublewrite, model, seed, states };
}

/** One hunt for every plan, named after it. */
export function crashHunts(): [string, Hunter][] {
  return PLANS.map((each) => {
    const { workload, method, doublewrite, states } = each;
    const name = `crashes: ${workload.name}, ${method} ${doublewrite}, ${states}`;
    return [name, (quarry, count) => follow(quarry, each, count)];
  });
}

function follow(quarry: Quarry, plan: Plan, count: (states: number) => void): Catch | null {
  const { workload, seed, states } = plan;
  const config = configOf(quarry, plan.method, plan.doublewrite);
  const recording = recordWith(quarry, { config, workload, seed });
  const tally = new Watch(plan.doublewrite);
  const visit = new Staff(quarry.module, recording).visit(faultModel(plan.model)!);
  wander(visit, tally, { seed, budget: states, goOn: () => tally.first === null });
  count(tally.states);
  if (tally.first === null) return null;
  const { steps, verdict } = tally.first;
  const depth = steps.length === 1 ? "" : `, ${steps.length} crashes in a row`;
  const by = `${plan.model}, ${workload.name}, ${plan.method} ${plan.doublewrite}${depth}`;
  return { by, why: `${verdict.outcome}: ${verdict.why}` };
}

/** Keeps the first state that no safe configuration may leave. */
class Watch extends Tally {
  first: CrashCase | null = null;

  constructor(private readonly doublewrite: DoublewriteMode) {
    super();
  }

  override add(found: CrashCase, promised: number): void {
    if (this.first === null && isForbidden(found.verdict, this.doublewrite)) this.first = found;
    super.add(found, promised);
  }
}

/** DETECT_ONLY may refuse, but when the store opens; a store that opens serves every page. */
function isForbidden({ outcome, why, isBug }: Verdict, doublewrite: DoublewriteMode): boolean {
  if (outcome === "ok") return false;
  const mayRefuse = doublewrite === "DETECT_ONLY" && outcome === "refused";
  return !mayRefuse || isBug || why.startsWith("page ");
}
