// What a name of an option is: honored, InnoDB's but not honored, ours, or unknown.

import { nearestName } from "../nearest.js";
import { FOREIGN_VARIABLES } from "./foreign.js";
import { badOption } from "./value.js";
import { VARIABLES } from "./variables.js";

export type OptionStatus = "honored" | "foreign" | "host" | "unknown";

export const HOST_NAMES: readonly string[] = [
  "backend",
  "create",
  "strict",
  "profile",
  "trace",
  "observer",
  "queueDepth",
];

const HONORED = new Set(VARIABLES.map((variable) => variable.name));
const FOREIGN = new Set(FOREIGN_VARIABLES);

/** Returns what a store would do with this name; "foreign" is InnoDB's, but not honored. */
export function optionStatus(name: string): OptionStatus {
  if (HONORED.has(name)) return "honored";
  if (FOREIGN.has(name)) return "foreign";
  return HOST_NAMES.includes(name) ? "host" : "unknown";
}

/** Errors: StoreError BAD_OPTION for a foreign name, and for an unknown one with the nearest. */
export function checkName(name: string): void {
  const status = optionStatus(name);
  if (status === "foreign") {
    badOption(name, "InnoDB has this variable, but a store does not honor it; remove it");
  }
  if (status !== "unknown") return;
  const nearest = nearestName(name, [...HONORED, ...HOST_NAMES, ...FOREIGN]);
  const hint = nearest === null ? "" : `; did you mean ${nearest}?`;
  badOption(name, `no such option${hint}`);
}
