// What hunts with several lives of one store share: small machines, and what must go well in them.

import { labOptions, TINY, type LabSizes } from "../../../host/sim/lab-config.js";
import {
  MachineHang,
  SimMachine,
  STATUS,
  type MachineSettings,
} from "../../../host/sim/machine.js";
import type { Change } from "../../../host/sim/model.js";
import { Random } from "../../../host/random.js";
import { configOf, type Quarry } from "./quarry.js";

export type Settings = Partial<Pick<MachineSettings, "disk" | "backend">>;

/** A machine of the quarry under the method "fsync". */
export function machineOf(
  quarry: Quarry,
  settings: Settings = {},
  sizes: LabSizes = {},
): SimMachine {
  const config = configOf(quarry, "fsync");
  return new SimMachine({
    ...{ module: quarry.module, method: config.method, pageSize: config.pageSize },
    options: labOptions(config, { ...TINY, ...sizes }),
    ...(quarry.backend === undefined ? {} : { around: quarry.backend }),
    ...settings,
  });
}

/** From here on requests end one at a time, in an order drawn from `seed`. */
export function hold(machine: SimMachine, seed: number): void {
  const { backend } = machine;
  const random = new Random(seed);
  backend.schedule = "held";
  machine.onHeld = () => backend.endRunning(random.below(backend.running.length));
}

export function commit(machine: SimMachine, change: Change): void {
  must(machine.commit(change.bytes()) === STATUS.ok, "the store takes a commit");
}

/** Waits until all redo is durable. */
export function flush(machine: SimMachine): void {
  const { exports } = machine.engine;
  exports.logWrite(exports.lsn(), 1);
  machine.settle(() => exports.flushedToDiskLsn() >= exports.lsn());
}

export function must(fact: boolean, what: string): void {
  if (!fact) throw new MachineHang(`lab: expected that ${what}`);
}
