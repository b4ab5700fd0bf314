// A workload in which the process is killed, twice, and the store goes on: what the first process
// wrote and never synced is in the file cache, and the power is still to fail.

import { MachineHang, STATE, STATUS } from "../../../host/sim/machine.js";
import type { Change } from "../../../host/sim/model.js";
import type { Recorder } from "../../../host/sim/recording.js";
import type { Workload } from "../../../host/sim/workload.js";

const PAGES = 30;
/** Pages that one transaction makes or writes: a pool this small takes no more. */
const AT_ONCE = 5;

export const KILLED: Workload = {
  name: "killed",
  summary: "the process is killed between a write and its sync; the store recovers and goes on",
  pages: 1,
  isSmall: true,
  run(run) {
    for (let made = 0; made < PAGES; made += AT_ONCE) makePages(run);
    run.acknowledged();
    checkpoint(run);
    run.machine.rest();
    // More pages than the pool holds: recovery writes some back while it still reads redo.
    writeAll(run, commitUnsynced);
    run.until(() => run.machine.engine.exports.writeLsn() >= run.model.lsns.at(-1)!);
    kill(run);
    checkpoint(run);
    writeAll(run);
    run.acknowledged();
    run.machine.rest();
    run.machine.engine.exports.storeCheckpoint();
    while (!writesPages(run)) {
      run.turn();
      if (!writesPages(run)) run.endOne();
    }
    kill(run);
    checkpoint(run);
    writeAll(run);
    run.acknowledged();
  },
};

function makePages(run: Recorder): void {
  const pages = Array.from({ length: AT_ONCE }, () => run.reserve());
  const change = run.model.change();
  for (const page of pages) change.allocate(run.space, page);
  run.commit(change);
}

/** Writes to every page but the counter, in the first and in the last sector. */
function writeAll(run: Recorder, commit = commitAsked): void {
  const { model, random } = run;
  const pages = [...model.last.values()].filter(({ page }) => page !== model.counter.page);
  for (let from = 0; from < pages.length; from += AT_ONCE) {
    const change = model.change();
    for (const { space, page } of pages.slice(from, from + AT_ONCE)) {
      for (const offset of [16, model.pageSize - 120]) {
        change.write(space, page, offset, new Uint8Array(24).fill(1 + random.below(255)));
      }
    }
    commit(run, change);
  }
}

function commitAsked(run: Recorder, change: Change): void {
  run.commit(change);
}

/** Asks for redo to be written, and not for the sync that the promise needs. */
function commitUnsynced(run: Recorder, change: Change): void {
  const { machine, model } = run;
  const { exports } = machine.engine;
  if (machine.commit(change.bytes()) !== STATUS.ok) throw new MachineHang("lab: no commit");
  model.took(change, exports.commitLsn(), run.moment);
  exports.logWrite(exports.commitLsn(), 0);
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
