// A workload that leaves an old copy of a page behind, and no newer one:
//
//   slots of the doublewrite file   0         1   2
//   batch 1: counter, q, p          counter   q   p, old
//   batch 2: counter, p             counter   p   p, old
//   batch 3: counter, q             counter   q   p, old     p in place is newer than its only copy
//
// When p is damaged then, nothing on the disk can repair it, and it must be refused.

import type { Recorder } from "../../../host/sim/recording.js";
import type { Workload } from "../../../host/sim/workload.js";

export const STALE: Workload = {
  name: "stale",
  summary: "the only copy of a page is older than the page, and than the checkpoint",
  pages: 2,
  isSmall: false,
  run(run) {
    const { counter, last } = run.model;
    const own = [...last.values()].map(({ page }) => page).filter((page) => page !== counter.page);
    const [q, p] = own.sort((a, b) => a - b);
    batch(run, [q!, p!]);
    batch(run, [p!]);
    batch(run, [q!]);
    batch(run, [q!]);
  },
};

/** A commit to the counter and `pages`, acknowledged, written back, the checkpoint behind it. */
function batch(run: Recorder, pages: readonly number[]): void {
  const { exports } = run.machine.engine;
  const change = run.model.change();
  const mark = new Uint8Array(24).fill(run.model.commits + 1);
  for (const page of pages) change.write(run.space, page, 16, mark);
  run.commit(change);
  run.acknowledged();
  exports.storeCheckpoint();
  run.until(() => exports.checkpointIsDone() !== 0);
  run.machine.rest();
}
