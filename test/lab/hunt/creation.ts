// Hunts in the creation of a store: after a cut anywhere in it the next process has a store that
// runs, made anew or complete; and once something was promised, it is there.
//
//   empty directory ▸ store created ▸ (process killed) ▸ (tablespace) ▸ commit, acknowledged

import { Random } from "../../../host/random.js";
import { drawChoice } from "../../../host/sim/draw.js";
import { deviceFor, faultModel } from "../../../host/sim/fault-model.js";
import { Image } from "../../../host/sim/image.js";
import { expectationAt, Judge } from "../../../host/sim/judge.js";
import { labOptions, TINY } from "../../../host/sim/lab-config.js";
import { SimMachine, STATE, STATUS } from "../../../host/sim/machine.js";
import { Change, Model, type SpaceChange } from "../../../host/sim/model.js";
import type { Run } from "../../../host/sim/history.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { MARKER_FILE } from "../../../host/layout.js";
import { must } from "./lives.js";
import { configOf, type Catch, type Quarry } from "./quarry.js";

const STATES = 300;
const DIR = "/store";

/** Making a tablespace syncs the directory, which hides a removal of the marker that is not. */
type First = "system" | "tablespace";

interface Birth extends Run {
  readonly model: Model;
}

export function huntInCreation(quarry: Quarry, count: (states: number) => void): Catch | null {
  for (const isKilled of [false, true]) {
    for (const first of ["system", "tablespace"] as const) {
      const found = hunt(quarry, bear(quarry, isKilled, first), count);
      const killed = isKilled ? ", process killed behind it" : "";
      const by = `creation${killed}, first commit in a ${first} page, fsync ON`;
      if (found !== null) return { by, why: found };
    }
  }
  return null;
}

/** Records the creation of a store and its first commit. */
function bear(quarry: Quarry, isKilled: boolean, first: First): Birth {
  const config = configOf(quarry, "fsync");
  const machine = new SimMachine({
    ...{ module: quarry.module, method: config.method, pageSize: config.pageSize },
    options: labOptions(config, TINY),
    backend: { schedule: "held" },
    ...(quarry.backend === undefined ? {} : { around: quarry.backend }),
  });
  const random = new Random(1);
  machine.onHeld = () => {
    machine.backend.endRunning(random.below(machine.backend.running.length));
  };
  machine.boot(new Image());
  const base = machine.disk.record();
  if (isKilled) killBehindMarker(machine);
  else machine.start("empty");
  const model = firstCommit(machine, config.pageSize, first);
  return { base, files: machine.disk.baseFiles, history: machine.disk.history!, model };
}

/** The process ends when the marker is gone and its directory not synced. */
function killBehindMarker(machine: SimMachine): void {
  const { exports } = machine.engine;
  const hasMarker = (): boolean => machine.disk.tree.list(DIR)!.includes(MARKER_FILE);
  exports.storeCreate();
  machine.settle(hasMarker);
  machine.settle(() => !hasMarker());
  must(machine.start(machine.restart()) === STATE.running, "the next process opens the store");
}

function firstCommit(machine: SimMachine, pageSize: number, first: First): Model {
  const { exports } = machine.engine;
  const moment = (): number => machine.disk.history!.length;
  const made = first === "system" ? null : makeTablespace(machine);
  const space = made?.space ?? 0;
  const page = machine.reserve(space)!;
  const model = new Model(pageSize, { space, page });
  if (made !== null) model.spaces.push(made);
  const counter = new Change(pageSize).allocate(space, page);
  must(machine.commit(counter.bytes()) === STATUS.ok, "a page can be allocated");
  model.states[0] = counter.applyTo(model.states[0]!);
  const change = model.change();
  must(machine.commit(change.bytes()) === STATUS.ok, "a new store takes a commit");
  model.took(change, exports.commitLsn(), moment());
  exports.logWrite(exports.lsn(), 1);
  machine.settle(() => exports.flushedToDiskLsn() >= exports.lsn());
  model.acknowledge(exports.flushedToDiskLsn(), moment());
  return model;
}

function makeTablespace(machine: SimMachine): SpaceChange {
  const askedAt = machine.disk.history!.length;
  const isMade = machine.ddl("create", "t") === STATUS.ok;
  const doneAt = machine.disk.history!.length;
  must(isMade, "a new store takes a tablespace");
  return { name: "t", space: machine.engine.exports.ddlSpaceId(), exists: true, askedAt, doneAt };
}

function hunt(quarry: Quarry, birth: Birth, count: (states: number) => void): string | null {
  const config = configOf(quarry, "fsync");
  const judge = new Judge(quarry.module, config, TINY);
  const model = faultModel("torn")!;
  const device = deviceFor(model);
  const random = new Random(7);
  for (let i = 0; i < STATES; i++) {
    const cut = random.below(birth.history.length + 1);
    const point = pointAt(birth, cut, model, device);
    const image = point.image(drawChoice(point, model.freedom, random));
    const expected = expectationAt(birth.model, cut);
    count(1);
    if (expected.promised > 0) {
      const { outcome, why } = judge.judge(image, birth.model, expected);
      if (outcome !== "ok") return `${outcome}: ${why}`;
    } else if (judge.machine.start(judge.machine.boot(image)) !== STATE.running) {
      return "the next process has no store and cannot make one";
    }
  }
  return null;
}
