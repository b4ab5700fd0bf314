// Hunts with errors: the N-th write or sync of a run fails, for every N. After it nothing may be
// acknowledged, and no crash may find less than was acknowledged before.

import { CALL } from "../../../host/backend/backend.js";
import { FAULT } from "../../../host/sim/backend.js";
import { drawChoice } from "../../../host/sim/draw.js";
import { faultModel } from "../../../host/sim/fault-model.js";
import type { FaultPlan } from "../../../host/sim/faults.js";
import type { SimEvent } from "../../../host/sim/history.js";
import { expectationAt } from "../../../host/sim/judge.js";
import type { Recording } from "../../../host/sim/recording.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { Staff } from "../../../host/sim/visit.js";
import { workloadOf, type Workload } from "../../../host/sim/workload.js";
import { Random } from "../../../host/random.js";
import { configOf, recordWith, type Catch, type Quarry } from "./quarry.js";

const CALLS_MAX = 400;
/** Crash states looked at after each error. */
const STATES = 4;

/** Points whose failed write or sync must stop the store; a new file may fail and be given up. */
const FATAL = /^(log|dblwr|data|checkpoint)-/;

export function huntWithErrors(quarry: Quarry, count: (states: number) => void): Catch | null {
  return (
    everyCall(quarry, workloadOf("commits"), "fsync", count) ??
    everyCall(quarry, workloadOf("grow"), "O_DIRECT", count)
  );
}

function everyCall(
  quarry: Quarry,
  workload: Workload,
  method: string,
  count: (states: number) => void,
): Catch | null {
  const config = configOf(quarry, method);
  for (let n = 1; n <= CALLS_MAX; n++) {
    const plan = new NthCall(n);
    const recording = recordWith(quarry, { config, workload, seed: n, faults: plan.answer });
    if (!plan.hasFired) return null;
    const why = promiseAfterError(recording) ?? lossAfterError(quarry, recording, n);
    count(1 + STATES);
    if (why !== null) return { by: `error at call ${n}, ${workload.name}, ${method} ON`, why };
  }
  throw new Error(`hunt: ${workload.name} makes more than ${CALLS_MAX} calls`);
}

/** Fails the N-th write or sync, once. */
class NthCall {
  hasFired = false;
  private calls = 0;

  constructor(private readonly n: number) {}

  readonly answer: FaultPlan = ({ call }) => {
    if (call === CALL.pread || ++this.calls !== this.n) return null;
    this.hasFired = true;
    return FAULT.EIO;
  };
}

function failureOf({ history }: Recording): number {
  return history.findIndex(({ step, result }) => step === "end" && result < 0);
}

function isFatal({ request }: SimEvent): boolean {
  const { note } = request;
  if (note === null) return false;
  return FATAL.test(note.point) || (note.point === "file-extend" && request.type === "sync");
}

/** What was acknowledged after a write or sync had failed. */
function promiseAfterError(recording: Recording): string | null {
  const at = failureOf(recording);
  if (at < 0 || !isFatal(recording.history[at]!)) return null;
  const late = recording.model.acknowledged.find((each) => each.at > at + 1);
  if (late !== undefined) return `commit ${late.commits} is acknowledged after a failed call`;
  return recording.hasFailed ? null : "the store goes on after a failed call";
}

/** What a power cut at the end of the run, or right behind the error, takes of the promises. */
function lossAfterError(quarry: Quarry, recording: Recording, seed: number): string | null {
  const visit = new Staff(quarry.module, recording).visit(faultModel("torn")!);
  const random = new Random(seed);
  const { history } = recording;
  const from = Math.max(0, failureOf(recording));
  for (let i = 0; i < STATES; i++) {
    const cut = i === 0 ? history.length : from + random.below(history.length + 1 - from);
    const point = pointAt(recording, cut, visit.model, visit.device);
    const choice = drawChoice(point, "torn", random);
    const expected = expectationAt(recording.model, cut);
    const { outcome, why } = visit.judge.judge(point.image(choice), recording.model, expected);
    if (outcome !== "ok") return `${outcome} after a failed call: ${why}`;
  }
  return null;
}
