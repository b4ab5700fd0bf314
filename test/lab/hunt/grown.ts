// Hunts for a file whose new size is taken for durable and is not. The drive has a protected cache
// and data files are open O_DIRECT, so a method may do without any sync of pages; the size of a
// file is metadata, and needs its sync still.
//
//   file grown ▸ (its size synced) ▸ logged ▸ pages written direct ▸ checkpoint ▸ power cut
//
// Under every other method the batch that writes the new pages syncs their file, and hides the bug.

import { ruleFor, type FlushMethod, type SyncPoint } from "../../../host/flush/index.js";
import { faultModel } from "../../../host/sim/fault-model.js";
import { expectationAt } from "../../../host/sim/judge.js";
import type { LabConfig } from "../../../host/sim/lab-config.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { Staff } from "../../../host/sim/visit.js";
import { workloadOf } from "../../../host/sim/workload.js";
import { configOf, recordWith, type Catch, type Quarry } from "./quarry.js";

const POINTS: readonly SyncPoint[] = ["data-batch", "checkpoint-data"];

export function huntBehindGrowth(quarry: Quarry, count: (states: number) => void): Catch | null {
  const config = withoutPageSyncs(configOf(quarry, "O_DIRECT"));
  const recording = recordWith(quarry, { config, workload: workloadOf("grow"), seed: 1 });
  const staff = new Staff(quarry.module, recording);
  const visit = staff.visit(faultModel("torn")!, { cache: "battery" });
  for (let cut = 0; cut <= recording.history.length; cut++) {
    const point = pointAt(recording, cut, visit.model, visit.device);
    const image = point.image(point.all("lost"));
    const expected = expectationAt(recording.model, cut);
    count(1);
    const { outcome, why } = visit.judge.judge(image, recording.model, expected);
    if (outcome !== "ok") return { by: "torn, grow, no page synced, protected cache", why };
  }
  return null;
}

function withoutPageSyncs(config: LabConfig): LabConfig {
  return { ...config, method: POINTS.reduce(elided, config.method) };
}

function elided(method: FlushMethod, point: SyncPoint): FlushMethod {
  if (ruleFor(method, "data", point) === "none") return method;
  const data = { ...method.except?.data, [point]: "none" as const };
  return { ...method, except: { ...method.except, data } };
}
