// What the tests of the laboratory share: the engine, configurations by name, recordings.

import { resolveMethod } from "../../host/flush/index.js";
import { installedEngine } from "../../host/installed-engine.js";
import type { Device } from "../../host/sim/device.js";
import { exhaust, WHOLE } from "../../host/sim/explorer.js";
import { faultModel, type FaultModel } from "../../host/sim/fault-model.js";
import type { DoublewriteMode, LabConfig } from "../../host/sim/lab-config.js";
import { record, type Recording } from "../../host/sim/recording.js";
import { Tally } from "../../host/sim/tally.js";
import { Staff } from "../../host/sim/visit.js";
import { workloadOf } from "../../host/sim/workload.js";

/** The whole exploration, for hours of a machine of one's own; CI does the tiny stores. */
export const IS_FULL = process.env["TORNPROOF_LAB"] === "full";

export interface Setting {
  readonly profile?: string;
  readonly method?: string;
  readonly doublewrite?: DoublewriteMode;
  readonly trxCommit?: 0 | 1 | 2;
}

export function configOf(setting: Setting = {}): LabConfig {
  const profile = setting.profile ?? "tornproof";
  const doublewrite = setting.doublewrite ?? "ON";
  return {
    profile,
    method: resolveMethod(setting.method ?? "O_DIRECT", { profile, doublewrite }),
    doublewrite,
    trxCommit: setting.trxCommit ?? 1,
    pageSize: 4096,
  };
}

export function recordingOf(setting: Setting = {}, workload = "commits", seed = 7): Recording {
  const [module, config] = [installedEngine(), configOf(setting)];
  return record({ module, config, workload: workloadOf(workload), seed });
}

export function modelOf(name: string): FaultModel {
  const model = faultModel(name);
  if (model === undefined) throw new Error(`no fault model "${name}"`);
  return model;
}

/** Every crash state of a recording within the bound, under one fault model and drive. */
export function exhausted(
  recording: Recording,
  fault: string,
  drive: Partial<Device> = {},
  isEnough: (tally: Tally) => boolean = () => false,
): Tally {
  const visit = new Staff(installedEngine(), recording).visit(modelOf(fault), drive);
  const tally = new Tally();
  return exhaust(visit, tally, WHOLE, () => !isEnough(tally));
}
