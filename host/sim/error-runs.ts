// Errors at every N: the N-th call of a run fails, for N = 1, 2, … until a run is over before its
// turn comes. After each: the process ends, or the power fails, and a fresh engine recovers.
//
//   EIO, ENOSPC   once, or from then on for ever        no promise may be given that is not kept
//   short, EINTR  once                                  nobody may notice
//
// A failed sync leaves its writes dropped: some of them may be there, and no later sync covers them
// (persistence.ts). The store must not be told otherwise, must not hang, and must open cleanly.

import { Random } from "../random.js";
import { CrashPoint } from "./crash-point.js";
import { drawChoice } from "./draw.js";
import { walk } from "./explorer.js";
import { failAt, type FaultPlan } from "./faults.js";
import { FAULT } from "./backend.js";
import { expectationAt, type Verdict } from "./judge.js";
import { record, type RecordOptions, type Recording } from "./recording.js";
import type { Tally } from "./tally.js";
import { Staff, type Visit } from "./visit.js";
import { FAULT_MODELS, type FaultModel } from "./fault-model.js";

export const ERROR_KINDS = ["eio", "enospc", "short", "eintr"] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export interface ErrorRun {
  readonly kind: ErrorKind;
  readonly isPermanent: boolean;
  /** The call that failed; from 1. */
  readonly at: number;
  readonly recording: Recording;
  /** The store noticed, and refused to go on. */
  readonly hasFailed: boolean;
}

/** Crash states looked at after each error, beside "all lost" and "all kept". */
const DRAWS = 4;
const CALLS_MAX = 5000;

export function planOf(kind: ErrorKind, at: number, isPermanent: boolean): FaultPlan {
  if (kind === "eio") return failAt(at, FAULT.EIO, isPermanent);
  if (kind === "enospc") return noSpaceAt(at, isPermanent);
  if (kind === "eintr") return failAt(at, FAULT.EINTR, false);
  return ({ number, length }) => (number === at && length > 512 ? half(length) : null);
}

/** Half, in whole sectors: what a call that was cut short may have moved. */
function half(length: number): number {
  return Math.max(512, Math.floor(length / 1024) * 512);
}

/** A full disk refuses what needs room; on a copy-on-write file system that is every write. */
function noSpaceAt(at: number, isPermanent: boolean): FaultPlan {
  const fails = failAt(at, FAULT.ENOSPC, isPermanent);
  return (call) => (call.call === "unlink" ? null : fails(call));
}

/**
 * Runs the workload with every single call failing in turn, and judges what each leaves.
 * Returns how many runs that were. Errors: EnginePanic, MachineHang: bugs.
 */
export function failEverywhere(
  options: RecordOptions,
  kind: ErrorKind,
  isPermanent: boolean,
  tally: Tally,
  seen: (run: ErrorRun) => void = () => {},
): number {
  for (let at = 1; at <= CALLS_MAX; at++) {
    let calls = 0;
    const plan = planOf(kind, at, isPermanent);
    const faults: FaultPlan = (call) => {
      calls = call.number;
      return plan(call);
    };
    const recording = record({ ...options, faults });
    if (calls < at) return at - 1;
    seen({ kind, isPermanent, at, recording, hasFailed: recording.hasFailed });
    judgeEnd(options.module, recording, at, tally);
  }
  throw new Error(`sim: a run has more than ${CALLS_MAX} calls`);
}

/** The end of the process, and power cuts at that moment. */
function judgeEnd(
  module: WebAssembly.Module,
  recording: Recording,
  seed: number,
  tally: Tally,
): void {
  const staff = new Staff(module, recording);
  const random = new Random(seed);
  for (const name of ["process-kill", "torn"]) {
    const model = FAULT_MODELS.find((each) => each.name === name)!;
    judgeLast(staff.visit(model), model, random, tally);
  }
}

function judgeLast(visit: Visit, model: FaultModel, random: Random, tally: Tally): void {
  const { recording, judge, device } = visit;
  const end = recording.history.length;
  walk(visit, (cut, persistence) => {
    if (cut < end) return true;
    const point = new CrashPoint(persistence, model.crash, device);
    const drawn = Array.from({ length: DRAWS }, () => drawChoice(point, model.freedom, random));
    const expected = expectationAt(recording.model, cut);
    for (const choice of [point.all("lost"), point.all("kept"), ...drawn]) {
      judge.machine.pool.reset();
      const image = point.image(choice, judge.machine.pool);
      const verdict: Verdict = judge.judge(image, recording.model, expected);
      tally.states++;
      tally.distinct++;
      tally.add({ steps: [{ cut, seed: 0, choice }], verdict }, expected.promised);
    }
    return false;
  });
}
