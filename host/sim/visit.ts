// What an exploration needs: the recording, the fault model, and machines to recover what it leaves.

import type { Device } from "./device.js";
import { deviceFor, type FaultModel } from "./fault-model.js";
import { Judge } from "./judge.js";
import type { Recording } from "./recording.js";
import { Surgeon } from "./surgeon.js";

export interface Visit {
  readonly recording: Recording;
  readonly model: FaultModel;
  readonly device: Device;
  /** Recovers crash states and judges them. */
  readonly judge: Judge;
  /** Runs the recoveries that are cut in their turn. */
  readonly surgeon: Surgeon;
}

/** Machines for the crash states of one recording; they serve every fault model. */
export class Staff {
  private readonly judge: Judge;
  private readonly surgeon: Surgeon;

  constructor(
    module: WebAssembly.Module,
    private readonly recording: Recording,
  ) {
    this.judge = new Judge(module, recording.config, recording.sizes);
    this.surgeon = new Surgeon(module, recording);
  }

  /** `drive`: what the user says of the drive, under what the fault model says of it. */
  visit(model: FaultModel, drive: Partial<Device> = {}): Visit {
    const { recording, judge, surgeon } = this;
    return { recording, model, device: deviceFor(model, drive), judge, surgeon };
  }
}
