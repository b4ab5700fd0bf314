// Recovers damaged stores on an engine with counters: every call of a recovery failing in turn, and
// every kind of damage that crashes alone do not make. What comes of it is not judged here, only
// that it is an outcome: a store that runs, or a store that says why not.

import { FAULT } from "../../../host/sim/backend.js";
import { drawChoice } from "../../../host/sim/draw.js";
import { deviceFor, faultModel } from "../../../host/sim/fault-model.js";
import type { Image } from "../../../host/sim/image.js";
import { labOptions, type DoublewriteMode, type LabSizes } from "../../../host/sim/lab-config.js";
import { EnginePanic } from "../../../host/errors.js";
import { MachineHang, SimMachine, STATE } from "../../../host/sim/machine.js";
import type { Recording } from "../../../host/sim/recording.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import type { Workload } from "../../../host/sim/workload.js";
import { Random } from "../../../host/random.js";
import { configOf, recordWith, type Quarry } from "../hunt/quarry.js";

const CALLS_MAX = 300;

/** A run, and machines that recover what a cut leaves of it. */
export class Clinic {
  readonly recording: Recording;
  private readonly machines = new Map<number, SimMachine>();

  constructor(
    private readonly quarry: Quarry,
    workload: Workload,
    private readonly doublewrite: DoublewriteMode,
    seed: number,
    private readonly sizes: LabSizes = {},
  ) {
    const config = configOf(quarry, "fsync", doublewrite);
    this.recording = recordWith(quarry, { config, workload, seed });
  }

  /** The disk after a cut at `share` of the run; `fate` decides about what was not durable. */
  disk(share: number, fate: "lost" | "kept" | number = "kept"): Image {
    const model = faultModel("torn")!;
    const cut = Math.floor(this.recording.history.length * share);
    const point = pointAt(this.recording, cut, model, deviceFor(model));
    const isSeed = typeof fate === "number";
    const choice = isSeed ? drawChoice(point, "torn", new Random(fate)) : point.all(fate);
    return point.image(choice);
  }

  /** Recovers: "runs", "refuses", or the words of a failed assertion or of a hang. */
  recover(image: Image, forceRecovery = 0): string {
    const machine = this.machine(forceRecovery);
    try {
      return machine.start(machine.boot(image)) === STATE.running ? "runs" : "refuses";
    } catch (error) {
      if (!(error instanceof EnginePanic || error instanceof MachineHang)) throw error;
      return error.message;
    }
  }

  /** As `recover`, but requests end one by one, in an order that `seed` decides. */
  recoverSlowly(image: Image, seed: number): string {
    const machine = this.machine(0);
    const random = new Random(seed);
    machine.backend.schedule = "held";
    machine.onHeld = () => {
      machine.backend.endRunning(random.below(machine.backend.running.length));
    };
    const outcome = this.recover(image);
    machine.backend.schedule = "at-once";
    return outcome;
  }

  /** Recovers the disk again and again, with one more call failing each time. */
  failEveryCall(make: () => Image, errno: number = FAULT.EIO): number {
    const machine = this.machine(0);
    for (let n = 1; n <= CALLS_MAX; n++) {
      const found = machine.boot(make());
      let hasFired = false;
      machine.backend.setFaults(({ number }) => {
        if (number !== n) return null;
        hasFired = true;
        return errno;
      });
      machine.start(found);
      if (!hasFired) return n - 1;
    }
    throw new Error(`clinic: a recovery makes more than ${CALLS_MAX} calls`);
  }

  private machine(forceRecovery: number): SimMachine {
    const known = this.machines.get(forceRecovery);
    if (known !== undefined) return known;
    const config = configOf(this.quarry, "fsync", this.doublewrite);
    const sizes = { ...this.recording.sizes, ...this.sizes, forceRecovery };
    const machine = new SimMachine({
      ...{ module: this.quarry.module, method: config.method, pageSize: config.pageSize },
      options: labOptions(config, sizes),
    });
    this.machines.set(forceRecovery, machine);
    return machine;
  }
}
