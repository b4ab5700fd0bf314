// --strict and --flush-method: is the promise of the requested method real here? Substitutions are
// those a store would make; a place that keeps nothing makes every promise unreal.

import { effectiveMethod, inOneDirectory, resolveMethod, StoreError } from "../host.js";
import { judgeDirect } from "./direct.js";
import { type Findings, settingOf } from "./findings.js";

export interface MethodCheck {
  readonly name: string;
  readonly isReal: boolean;
  /** What stands in the way, or what a store would do instead; empty when real. */
  readonly problems: readonly string[];
}

const NO_PROMISE: Partial<Record<string, string>> = {
  memory: "the bytes end in memory: nothing survives a power cut",
  "shared folder": "a shared folder: what reaches a disk is unknown, so nothing can be promised",
  "user space": "a daemon decides what a sync means, so nothing can be promised",
};

/** Checks one method under the profile that was asked for. */
export function checkMethod(findings: Findings, name: string): MethodCheck {
  const { profile } = findings.request;
  const method = resolveMethod(name, { profile });
  const problems = [...substitutions(findings, name)];
  const place = NO_PROMISE[settingOf(findings)];
  if (place !== undefined) problems.push(place);
  return { name: method.name, isReal: problems.length === 0, problems };
}

function substitutions(findings: Findings, name: string): readonly string[] {
  const { probes, backends, request } = findings;
  const method = resolveMethod(name, { profile: request.profile });
  if (probes === null) return ["nothing could be tried"];
  const { state, reason } = judgeDirect(findings);
  const directIo = inOneDirectory({ ...probes.directIo, real: state === "real", reason });
  try {
    return effectiveMethod(method, { ...probes, directIo }, backends.capabilities).substitutions;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [error.message.replace(`${method.name}: `, "")];
  }
}
