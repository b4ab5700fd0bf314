// The crash laboratory. Start with device.ts (what a crash takes), history.ts (what a run leaves),
// crash-point.ts (the disks a crash may leave) and judge.ts (what became of the store).

export { SimBackend, type Schedule, type SimBackendOptions } from "./backend.js";
export { CaseIdError, decodeCase, encodeCase, runHash, type CaseSpec } from "./case-id.js";
export { CrashPoint, type Choice, type Fate } from "./crash-point.js";
export {
  CRASHES,
  DRIVE_CACHES,
  VOLATILE,
  type Crash,
  type Device,
  type DriveCache,
} from "./device.js";
export { SimDisk } from "./disk.js";
export {
  ERROR_KINDS,
  failEverywhere,
  planOf,
  type ErrorKind,
  type ErrorRun,
} from "./error-runs.js";
export { exhaust, walk, WHOLE, type Shard } from "./explorer.js";
export {
  deviceFor,
  FAULT_MODELS,
  faultModel,
  type FaultModel,
  type Freedom,
} from "./fault-model.js";
export { failAt, type FaultCall, type FaultPlan } from "./faults.js";
export { Image } from "./image.js";
export { Judge, OUTCOMES, type Outcome, type Verdict } from "./judge.js";
export { DOUBLEWRITE_MODES, type DoublewriteMode, type LabConfig } from "./lab-config.js";
export { DRIVE_MODELS, type DriveModel } from "./latency.js";
export { MachineHang } from "./machine.js";
export { record, type Recording, type RecordOptions } from "./recording.js";
export { reproduce, verdictOf } from "./reproduce.js";
export { caseSize, shrink } from "./shrink.js";
export { tell } from "./story.js";
export { Tally, type CrashCase, type Step } from "./tally.js";
export { Staff, type Visit } from "./visit.js";
export { DEPTH_MAX, wander, type WanderOptions } from "./wander.js";
export {
  WORKLOADS as LAB_WORKLOADS,
  workloadOf,
  type Workload as LabWorkload,
} from "./workload.js";
