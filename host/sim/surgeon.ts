// Runs the recoveries that are to be cut in their turn.

import { Random } from "../random.js";
import type { Run } from "./history.js";
import type { Image } from "./image.js";
import { labOptions } from "./lab-config.js";
import { SimMachine, STATE } from "./machine.js";
import type { Recording } from "./recording.js";

/** Recovers stores while their requests end one by one, and notes what was asked of the disk. */
export class Surgeon {
  private readonly machine: SimMachine;

  constructor(module: WebAssembly.Module, recording: Recording) {
    const { config, sizes } = recording;
    this.machine = new SimMachine({
      ...{ module, method: config.method, pageSize: config.pageSize },
      options: labOptions(config, sizes),
    });
    this.machine.backend.schedule = "held";
  }

  /** Chunks of the images this surgeon works on are taken back: call when a chain begins. */
  begin(): SimMachine["pool"] {
    this.machine.pool.reset();
    return this.machine.pool;
  }

  /**
   * Recovers `image`; `seed` decides the order in which requests end. Null when the store refuses.
   * The recovered store writes a checkpoint, so that a cut may also hit what recovery left behind.
   */
  recover(image: Image, seed: number): Run | null {
    const { machine } = this;
    const random = new Random(seed);
    const { backend, disk } = machine;
    machine.onHeld = () => backend.endRunning(random.below(backend.running.length));
    const found = machine.boot(image);
    const base = disk.record();
    if (found === "empty" || machine.start(found) !== STATE.running) return null;
    machine.checkpoint();
    return { base, files: disk.baseFiles, history: disk.history! };
  }
}
