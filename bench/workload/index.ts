// The workloads there are, in the order of `bench list workloads`.

import { UsageError } from "../exit.js";
import { checkpoint } from "./checkpoint.js";
import { load } from "./load.js";
import { oltpWrite } from "./oltp-write.js";
import { pageUpdate } from "./page-update.js";
import { redoAppend } from "./redo-append.js";
import { SYNC_ONLY } from "./sync-only.js";
import type { Workload } from "./workload.js";

export const DEFAULT_WORKLOAD = oltpWrite.name;

/** Workloads that run on a store; sync-only runs without one. */
export const STORE_WORKLOADS: readonly Workload[] = [
  oltpWrite,
  redoAppend,
  pageUpdate,
  checkpoint,
  load,
];

/** Name and summary of every workload. */
export const WORKLOADS: readonly Pick<Workload, "name" | "summary">[] = [
  ...STORE_WORKLOADS,
  SYNC_ONLY,
];

/** Returns the workload of that name; null means sync-only. Errors: UsageError. */
export function workloadNamed(name: string): Workload | null {
  if (name === SYNC_ONLY.name) return null;
  const found = STORE_WORKLOADS.find((workload) => workload.name === name);
  if (found) return found;
  const names = WORKLOADS.map((workload) => workload.name).join(", ");
  throw new UsageError(`--workload: "${name}" is unknown; valid: ${names}`);
}
