// The laboratory as this command uses it: rows become configurations, configurations recordings,
// recordings and a fault a visit. Nothing else here makes machines.

import {
  deviceFor,
  DOUBLEWRITE_MODES,
  FAULT_MODELS,
  faultModel,
  installedEngine,
  LAB_WORKLOADS,
  record,
  resolveMethod,
  Staff,
  workloadOf,
  type Device,
  type DoublewriteMode,
  type ErrorKind,
  type FaultModel,
  type FlushMethod,
  type LabConfig,
  type Recording,
  type Visit,
} from "../host.js";
import type { RowSpec } from "./settings.js";

/** Families of I/O errors that are columns of their own; EINTR is tried with `short`. */
export const ERROR_FAULTS = ["eio", "enospc", "short"] as const;
export type ErrorFault = (typeof ERROR_FAULTS)[number];

export const CRASH_FAULT_NAMES: readonly string[] = FAULT_MODELS.map((model) => model.name);
export const FAULT_NAMES: readonly string[] = [...CRASH_FAULT_NAMES, ...ERROR_FAULTS];
export const WORKLOAD_NAMES: readonly string[] = LAB_WORKLOADS.map((workload) => workload.name);

/** Title and meaning of a column. */
export interface FaultWords {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}

const ERROR_WORDS: Readonly<Record<ErrorFault, Omit<FaultWords, "name">>> = {
  eio: {
    title: "EIO",
    summary: "every call in turn fails with EIO, once or for good; then a kill or a power cut",
  },
  enospc: { title: "ENOSPC", summary: "the same with ENOSPC: the disk is full" },
  short: {
    title: "short",
    summary: "every call in turn moves too little, or is interrupted; then as for EIO",
  },
};

export function isErrorFault(name: string): name is ErrorFault {
  return (ERROR_FAULTS as readonly string[]).includes(name);
}

/** The error kinds behind a column, each once or for good. */
export function errorKindsOf(
  name: ErrorFault,
): readonly { kind: ErrorKind; isPermanent: boolean }[] {
  const once = (kind: ErrorKind): { kind: ErrorKind; isPermanent: boolean } => ({
    kind,
    isPermanent: false,
  });
  if (name === "short") return [once("short"), once("eintr")];
  return [once(name), { kind: name, isPermanent: true }];
}

export function faultWords(name: string): FaultWords {
  if (isErrorFault(name)) return { name, ...ERROR_WORDS[name] };
  const { title, summary } = modelOf(name);
  return { name, title, summary };
}

/** The fault model behind a column; after an error the process ends, or the power fails. */
export function modelOf(name: string): FaultModel {
  const found = faultModel(isErrorFault(name) ? "torn" : name);
  if (found === undefined) throw new TypeError(`crash: no fault model "${name}"`);
  return found;
}

export function methodOfRow({ profile, method, doublewrite }: RowSpec): FlushMethod {
  return resolveMethod(method, { profile, doublewrite });
}

export function labConfigOf(row: RowSpec, pageSize: number): LabConfig {
  const { profile, trxCommit } = row;
  return { profile, method: methodOfRow(row), doublewrite: modeOf(row), trxCommit, pageSize };
}

/** MariaDB's `fast` leaves out syncs of data files; its copies are made as under ON. */
function modeOf({ doublewrite }: RowSpec): DoublewriteMode {
  return DOUBLEWRITE_MODES.find((mode) => mode === doublewrite) ?? "ON";
}

export function engine(): WebAssembly.Module {
  return installedEngine();
}

/** What a recording depends on. */
export interface RecordingSpec {
  readonly row: RowSpec;
  readonly pageSize: number;
  readonly workload: string;
  readonly seed: number;
}

/** Recordings are made once and serve every fault; the last one is kept, with its machines. */
export class Bench {
  private key = "";
  private recording: Recording | null = null;
  private staff: Staff | null = null;

  /** Errors: EnginePanic, MachineHang: the workload itself hits a bug. */
  visit(spec: RecordingSpec, fault: string, drive: Partial<Device>): Visit {
    this.prepare(spec);
    return this.staff!.visit(modelOf(fault), drive);
  }

  private prepare(spec: RecordingSpec): void {
    const key = JSON.stringify(spec);
    if (key === this.key) return;
    this.recording = record({
      ...{ module: engine(), config: labConfigOf(spec.row, spec.pageSize), seed: spec.seed },
      workload: workloadOf(spec.workload),
    });
    this.staff = new Staff(engine(), this.recording);
    this.key = key;
  }
}

/** The drive as a column makes it. */
export function deviceOf(fault: string, drive: Partial<Device>): Device {
  // Errors are tried on an ordinary drive.
  return deviceFor(modelOf(fault), isErrorFault(fault) ? {} : drive);
}
