// Which doublewrite settings a profile's server has.

import { UsageError } from "../exit.js";
import { profileNamed } from "../host.js";
import type { RowSpec } from "./settings.js";

const DETECT: readonly string[] = ["DETECT_ONLY", "DETECT_AND_RECOVER"];
/** DETECT_ONLY came with MySQL 8.0.30. */
const HAS_DETECT: readonly string[] = ["tornproof", "mysql-8.4", "mysql-8.0.20"];

/** Errors: UsageError when the profile's server has no such setting. */
export function checkDoublewrite({ profile, doublewrite }: RowSpec): void {
  const valid = settingsOf(profile);
  if (valid.includes(doublewrite)) return;
  const known = ["ON", "OFF", ...DETECT, "fast"].includes(doublewrite);
  const reason = known ? `profile ${profile} has no ${doublewrite}` : `"${doublewrite}" is unknown`;
  throw new UsageError(`--doublewrite: ${reason}; valid: ${valid.join(", ")}`);
}

function settingsOf(profile: string): string[] {
  return [
    "ON",
    "OFF",
    ...(HAS_DETECT.includes(profile) ? DETECT : []),
    ...(profileNamed(profile).fastDoublewrite ? ["fast"] : []),
  ];
}
