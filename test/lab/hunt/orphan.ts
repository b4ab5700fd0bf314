// Hunts for files that nobody knows: the creation of a tablespace is cut everywhere; behind the
// next recovery every data file on the disk is in the dictionary, and the name can be used again.

import { Image } from "../../../host/sim/image.js";
import { deviceFor, faultModel } from "../../../host/sim/fault-model.js";
import type { SimMachine } from "../../../host/sim/machine.js";
import { STATE, STATUS } from "../../../host/sim/machine.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { hold, machineOf, must } from "./lives.js";
import type { Catch, Quarry } from "./quarry.js";

const DIR = "/store";
const NAME = "t";

export function huntForOrphans(quarry: Quarry, count: (states: number) => void): Catch | null {
  const machine = machineOf(quarry);
  must(machine.start(machine.boot(new Image())) === STATE.running, "a new store runs");
  machine.rest();
  hold(machine, 1);
  const base = machine.disk.record();
  must(machine.ddl("create", NAME) === STATUS.ok, "a store takes a tablespace");
  const run = { base, files: machine.disk.baseFiles, history: machine.disk.history! };
  const model = faultModel("torn")!;
  const next = machineOf({ ...quarry, backend: (sound) => sound });
  for (let cut = 0; cut <= run.history.length; cut++) {
    const point = pointAt(run, cut, model, deviceFor(model));
    for (const fate of ["kept", "lost"] as const) {
      count(1);
      const why = orphanIn(next, point.image(point.all(fate)));
      if (why !== null) return { by: "creation of a tablespace cut, fsync ON", why };
    }
  }
  return null;
}

/** What is wrong behind the recovery of `image`, or null. */
function orphanIn(machine: SimMachine, image: Image): string | null {
  if (machine.start(machine.boot(image)) !== STATE.running) return "the store does not open";
  const known = machine.dictionary();
  const ids = new Set([0, ...known.values()]);
  const paths = new Set([...ids].map((id) => machine.layout.pathOf("data", id)));
  for (const name of machine.disk.tree.list(DIR)!) {
    if (!name.endsWith(".ibd") || paths.has(`${DIR}/${name}`)) continue;
    return `${name} stands there, and the dictionary does not know it`;
  }
  if (known.has(NAME) || machine.ddl("create", NAME) === STATUS.ok) return null;
  return "the name of a tablespace whose creation was cut cannot be used";
}
