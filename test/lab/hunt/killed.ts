// A workload in which the process is killed, twice, and the store goes on: what the first process
// wrote and never synced is in the file cache, and the power is still to fail.

import { MachineHang, STATE } from "../../../host/sim/machine.js";
import type { Recorder } from "../../../host/sim/recording.js";
import type { Workload } from "../../../host/sim/workload.js";

export const KILLED: Workload = {
  name: "killed",
  summary: "the process is killed between a write and its sync; the store recovers and goes on",
  pages: 4,
  isSmall: false,
  run(run) {
    commit(run);
    run.acknowledged();
    commit(run);
    run.turn();
    kill(run);
    checkpoint(run);
    commit(run);
    run.acknowledged();
    run.machine.engine.exports.storeCheckpoint();
    while (!writesPages(run)) {
      run.turn();
      if (!writesPages(run)) run.endOne();
    }
    kill(run);
    checkpoint(run);
    commit(run);
    run.acknowledged();
  },
};

/** Writes to every page but the counter, in the first and in the last sector. */
function commit(run: Recorder): void {
  const { model, random } = run;
  const change = model.change();
  for (const { space, page } of model.last.values()) {
    if (page === model.counter.page) continue;
    for (const offset of [16, model.pageSize - 120]) {
      change.write(space, page, offset, new Uint8Array(24).fill(1 + random.below(255)));
    }
  }
  run.commit(change);
}

function writesPages(run: Recorder): boolean {
  return run.machine.backend.running.some(
    ({ request }) => request?.type === "write" && request.note?.point === "data-batch",
  );
}

function checkpoint(run: Recorder): void {
  const { exports } = run.machine.engine;
  exports.storeCheckpoint();
  run.until(() => exports.checkpointIsDone() !== 0);
}

/**
 * Ends every write under way, and no sync; then another process recovers the store. It must find
 * every commit, because the file cache has them.
 */
export function kill(run: Recorder): void {
  const { machine, model } = run;
  const { backend } = machine;
  const next = (): number => backend.running.findIndex(({ request }) => request?.type === "write");
  for (let index = next(); index >= 0; index = next()) backend.endRunning(index);
  if (machine.start(machine.restart()) !== STATE.running) {
    throw new MachineHang("lab: a store whose process was killed does not open");
  }
  const at = machine.page(model.counter.space, model.counter.page);
  const found = at === 0 ? 0 : machine.engine.view.getUint32(at, false);
  if (found !== model.commits) {
    throw new MachineHang(`lab: ${found} of ${model.commits} commits survive a killed process`);
  }
}
