// The contract of host/backend/backend.ts as functions: each returns what was violated, or null.
// The same functions judge the real backends and the broken ones of canaries.ts.

import { dataChecks } from "./contract-data.js";
import { fileChecks } from "./contract-files.js";
import { orderChecks } from "./contract-order.js";
import { queueChecks } from "./contract-queue.js";
import { Rig } from "./rig.js";
import type { Subject } from "./rig.js";

export type Check = (rig: Rig) => Promise<string | null>;

/** Every check by the fact it holds a backend to. */
export const checks: Readonly<Record<string, Check>> = {
  ...dataChecks,
  ...orderChecks,
  ...queueChecks,
  ...fileChecks,
};

/** Runs one check on a fresh backend. An exception is a violation, too. */
export async function violation(subject: Subject, check: Check): Promise<string | null> {
  try {
    const rig = new Rig(subject);
    const found = await check(rig);
    await rig.end();
    return found;
  } catch (error) {
    return `threw ${String(error)}`;
  }
}
