// Hunts for pages that outlive their redo: a process writes redo and is killed before any sync; the
// next one recovers with a pool so small that pages are written back on the way, and the power
// fails in there. Either redo is durable before those pages, or none of them may be there.

import { Image } from "../../../host/sim/image.js";
import { deviceFor, faultModel } from "../../../host/sim/fault-model.js";
import { expectationAt, Judge } from "../../../host/sim/judge.js";
import { SMALL } from "../../../host/sim/lab-config.js";
import type { Run } from "../../../host/sim/history.js";
import { STATE, STATUS, type SimMachine } from "../../../host/sim/machine.js";
import { Change, Model } from "../../../host/sim/model.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { commit, hold, machineOf, must } from "./lives.js";
import { configOf, type Catch, type Quarry } from "./quarry.js";

const PAGE_SIZE = 4096;
const PAGES = 20;
const WIDE = { ...SMALL, framesCount: 64 };
const NARROW = { ...SMALL, framesCount: 16 };

interface Lives extends Run {
  readonly model: Model;
  /** Length of the history when the second process began. */
  readonly from: number;
}

export function huntUnsyncedRedo(quarry: Quarry, count: (states: number) => void): Catch | null {
  const lives = twoLives(quarry);
  const fault = faultModel("torn")!;
  const judge = new Judge(quarry.module, configOf(quarry, "fsync"), WIDE);
  for (let cut = lives.from; cut <= lives.history.length; cut++) {
    const point = pointAt(lives, cut, fault, deviceFor(fault));
    count(1);
    const expected = expectationAt(lives.model, cut);
    const { outcome, why } = judge.judge(point.image(point.all("lost")), lives.model, expected);
    if (outcome !== "ok") return { by: "redo never synced, recovery cut, fsync ON", why };
  }
  return null;
}

function twoLives(quarry: Quarry): Lives {
  const first = machineOf(quarry, {}, WIDE);
  must(first.start(first.boot(new Image())) === STATE.running, "a new store runs");
  const model = makePages(first);
  const base = first.disk.record();
  for (const { space, page } of [...model.last.values()].slice(1)) {
    const change = model.change().write(space, page, 16, new Uint8Array(24).fill(9));
    commit(first, change);
    model.took(change, first.engine.exports.commitLsn(), first.disk.history!.length);
  }
  first.engine.exports.logWrite(first.engine.exports.lsn(), 0);
  first.rest();
  const { disk } = first;
  const from = disk.history!.length;
  const second = machineOf(quarry, { disk }, NARROW);
  hold(second, 1);
  must(second.start(second.restart()) === STATE.running, "the next process opens the store");
  return { base, files: disk.baseFiles, history: disk.history!, model, from };
}

/** The counter and the pages, all of it durable. */
function makePages(machine: SimMachine): Model {
  must(machine.ddl("create", "t") === STATUS.ok, "a store takes a tablespace");
  const space = machine.engine.exports.ddlSpaceId();
  const pages = Array.from({ length: PAGES + 1 }, () => machine.reserve(space)!);
  const model = new Model(PAGE_SIZE, { space, page: pages[0]! });
  model.spaces.push({ name: "t", space, exists: true, askedAt: 0, doneAt: 0 });
  for (let from = 0; from < pages.length; from += 7) {
    const change = new Change(PAGE_SIZE);
    for (const page of pages.slice(from, from + 7)) change.allocate(space, page);
    commit(machine, change);
    model.states[0] = change.applyTo(model.states[0]!);
  }
  machine.checkpoint();
  machine.rest();
  return model;
}
