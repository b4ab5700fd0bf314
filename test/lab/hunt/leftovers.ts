// Hunts for redo that comes back to life: a power cut takes the first sector of a long redo write
// and leaves the others; then new redo ends exactly where an old block begins.
//
//   life 1   …│ lost │ old │ old │ old │        the log ends in front of "lost"
//   life 2   …│ new  │ old │ old │ old │        one commit, up to the last byte of its block
//   life 3   …│ new  │                          the old blocks are of an older epoch

import { Image } from "../../../host/sim/image.js";
import type { CrashPoint } from "../../../host/sim/crash-point.js";
import { type Fate } from "../../../host/sim/crash-point.js";
import { deviceFor, faultModel } from "../../../host/sim/fault-model.js";
import type { SimMachine } from "../../../host/sim/machine.js";
import { STATE, STATUS } from "../../../host/sim/machine.js";
import { Change } from "../../../host/sim/model.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { commit, flush, hold, machineOf, must } from "./lives.js";
import type { Catch, Quarry } from "./quarry.js";

const PAGE_SIZE = 4096;
const BLOCK = 512;
const BLOCK_HEADER = 12;
/** Where the payload of a block ends. */
const DATA_END = 508;
const COMMITS = 12;
/** Bytes of the first try in life 2, which tells how many more fill the block. */
const GUESS = 100;

interface Scene {
  readonly image: Image;
  readonly space: number;
  readonly page: number;
}

export function huntForLeftovers(quarry: Quarry, count: (states: number) => void): Catch | null {
  const scene = cutWrite(quarry);
  const machine = machineOf({ ...quarry, backend: (sound) => sound });
  const guess = grow(machine, scene, GUESS);
  const fits = GUESS + DATA_END - (guess % BLOCK);
  for (const size of [fits, fits + DATA_END - BLOCK_HEADER]) {
    count(1);
    const end = grow(machine, scene, size);
    const state = machine.start(machine.restart());
    const by = "the first sector of a redo write lost, new redo up to an old block";
    if (state !== STATE.running) return { by, why: "the store does not open" };
    const found = machine.engine.exports.lsn();
    if (found !== end) return { by, why: `redo ends at ${found}, and was written to ${end}` };
  }
  return null;
}

/** Life 1: a long redo write of which the first sector is lost. */
function cutWrite(quarry: Quarry): Scene {
  const machine = machineOf(quarry);
  const { exports } = machine.engine;
  must(machine.start(machine.boot(new Image())) === STATE.running, "a new store runs");
  must(machine.ddl("create", "t") === STATUS.ok, "a store takes a tablespace");
  const space = exports.ddlSpaceId();
  const page = machine.reserve(space)!;
  commit(machine, new Change(PAGE_SIZE).allocate(space, page));
  flush(machine);
  machine.rest();
  hold(machine, 1);
  const base = machine.disk.record();
  const text = (n: number): Uint8Array => new Uint8Array(BLOCK - 23).fill(0x40 + n);
  for (let n = 0; n < COMMITS; n++) {
    commit(machine, new Change(PAGE_SIZE).write(space, page, 0, text(n)));
  }
  exports.logWrite(exports.lsn(), 1);
  machine.turn();
  const run = { base, files: machine.disk.baseFiles, history: machine.disk.history! };
  const model = faultModel("torn")!;
  const point = pointAt(run, run.history.length, model, deviceFor(model));
  return { image: point.image(firstSectorsLost(point)), space, page };
}

function firstSectorsLost(point: CrashPoint): ReturnType<CrashPoint["all"]> {
  const fates = point.uncertain.map((_, i): Fate => {
    return new Uint8Array(point.unitsOf(i)).fill(1).fill(0, 0, 1);
  });
  return { ...point.all("kept"), fates };
}

/** Life 2: one commit of `size` bytes, durable. Returns where redo ends. */
function grow(machine: SimMachine, { image, space, page }: Scene, size: number): number {
  must(machine.start(machine.boot(image)) === STATE.running, "a store with a lost write opens");
  commit(machine, new Change(PAGE_SIZE).write(space, page, 0, new Uint8Array(size).fill(0x7a)));
  flush(machine);
  return machine.engine.exports.lsn();
}
