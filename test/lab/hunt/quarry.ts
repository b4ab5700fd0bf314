// What a hunt is after: an engine, a flush method and a backend, one of them with a bug, or none.

import type { Backend } from "../../../host/backend/backend.js";
import { resolveMethod, type FlushMethod } from "../../../host/flush/index.js";
import type { DoublewriteMode, LabConfig } from "../../../host/sim/lab-config.js";
import { record, type Recording, type RecordOptions } from "../../../host/sim/recording.js";

export interface Quarry {
  readonly name: string;
  readonly module: WebAssembly.Module;
  /** Breaks a sound method. */
  readonly method?: (sound: FlushMethod) => FlushMethod;
  /** Breaks a sound backend. */
  readonly backend?: (sound: Backend) => Backend;
}

/** How a bug was seen. */
export interface Catch {
  /** Which part of the laboratory saw it. */
  readonly by: string;
  readonly why: string;
}

/** One part of the laboratory: returns what it saw, or null; counts the states it looked at. */
export type Hunter = (quarry: Quarry, count: (states: number) => void) => Catch | null;

/** A configuration that the docs call safe, but for what the quarry breaks. */
export function configOf(
  quarry: Quarry,
  methodName: string,
  doublewrite: DoublewriteMode = "ON",
): LabConfig {
  const sound = resolveMethod(methodName);
  const method = quarry.method?.(sound) ?? sound;
  return { profile: "tornproof", method, doublewrite, trxCommit: 1, pageSize: 4096 };
}

/** Records a run of the quarry. Errors: EnginePanic, MachineHang. */
export function recordWith(
  quarry: Quarry,
  options: Omit<RecordOptions, "module" | "around">,
): Recording {
  const { module, backend } = quarry;
  return record({ module, ...options, ...(backend === undefined ? {} : { around: backend }) });
}
