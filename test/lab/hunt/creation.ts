// Hunts in the creation of a store: after a cut anywhere in it the next process has a store that
// runs, made anew or complete; and once something was promised, it is there.
//
//   empty directory ▸ store created ▸ (process killed) ▸ tablespace ▸ commit, acknowledged

import { Random } from "../../../host/random.js";
import { drawChoice } from "../../../host/sim/draw.js";
import { deviceFor, faultModel } from "../../../host/sim/fault-model.js";
import { Image } from "../../../host/sim/image.js";
import { expectationAt, Judge } from "../../../host/sim/judge.js";
import { labOptions, TINY } from "../../../host/sim/lab-config.js";
import { MachineHang, SimMachine, STATE, STATUS } from "../../../host/sim/machine.js";
import { Change, Model } from "../../../host/sim/model.js";
import type { Run } from "../../../host/sim/history.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { MARKER_FILE } from "../../../host/layout.js";
import { configOf, type Catch, type Quarry } from "./quarry.js";

const STATES = 500;
const DIR = "/store";

interface Birth extends Run {
  readonly model: Model;
}

export function huntInCreation(quarry: Quarry, count: (states: number) => void): Catch | null {
  for (const isKilled of [false, true]) {
    const found = hunt(quarry, bear(quarry, isKilled), count);
    const what = isKilled ? "creation, process killed behind it" : "creation";
    if (found !== null) return { by: `${what}, fsync ON`, why: found };
  }
  return null;
}

/** Records the creation of a store and its first commit. */
function bear(quarry: Quarry, isKilled: boolean): Birth {
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
  const model = firstCommit(machine, config.pageSize);
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

function firstCommit(machine: SimMachine, pageSize: number): Model {
  const { disk } = machine;
  const { exports } = machine.engine;
  const moment = (): number => disk.history!.length;
  const asked = moment();
  const isMade = machine.ddl("create", "t") === STATUS.ok;
  const space = exports.ddlSpaceId();
  const done = moment();
  must(isMade, "a new store takes a tablespace");
  const page = machine.reserve(space)!;
  const model = new Model(pageSize, { space, page });
  model.spaces.push({ name: "t", space, exists: true, askedAt: asked, doneAt: done });
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

function must(fact: boolean, what: string): void {
  if (!fact) throw new MachineHang(`lab: expected that ${what}`);
}
