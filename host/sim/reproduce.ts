// Makes a crash state again from its recipe: the first crash, then for every further step a recovery
// that was cut in its turn. The same recipe gives the same disk, byte for byte.

import { CrashPoint, type Choice } from "./crash-point.js";
import type { Device } from "./device.js";
import type { FaultModel } from "./fault-model.js";
import type { Run } from "./history.js";
import type { Image } from "./image.js";
import { expectationAt, type Verdict } from "./judge.js";
import { Persistence } from "./persistence.js";
import type { Step } from "./tally.js";
import type { Visit } from "./visit.js";

/** The crash point behind `cut` events of a run. */
export function pointAt(run: Run, cut: number, model: FaultModel, device: Device): CrashPoint {
  const persistence = new Persistence(run.base, run.files, device);
  for (const event of run.history.slice(0, cut)) persistence.take(event);
  return new CrashPoint(persistence, model.crash, device);
}

export interface Reproduced {
  readonly image: Image;
  /** Runs and points of every step, in order. */
  readonly trail: readonly {
    readonly run: Run;
    readonly point: CrashPoint;
    readonly choice: Choice;
  }[];
}

/** Returns the disk of a recipe, or null when a recovery on the way refuses. */
export function reproduce(visit: Visit, steps: readonly Step[]): Reproduced | null {
  const pool = visit.surgeon.begin();
  const trail: { run: Run; point: CrashPoint; choice: Choice }[] = [];
  let run: Run | null = visit.recording;
  let image: Image | null = null;
  for (const { cut, seed, choice } of steps) {
    if (image !== null) run = visit.surgeon.recover(image, seed);
    if (run === null || cut > run.history.length) return null;
    const point = pointAt(run, cut, visit.model, visit.device);
    trail.push({ run, point, choice });
    image = point.image(choice, pool);
  }
  return image === null ? null : { image, trail };
}

/** What becomes of a recipe; null when it cannot be followed to its end. */
export function verdictOf(visit: Visit, steps: readonly Step[]): Verdict | null {
  const made = reproduce(visit, steps);
  if (made === null) return null;
  const { recording, judge } = visit;
  return judge.judge(made.image, recording.model, expectationAt(recording.model, steps[0]!.cut));
}
