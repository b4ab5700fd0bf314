// A plan of what goes wrong with calls. Pure: it is asked for every call and answers.

import type { Call } from "../backend/backend.js";

/** A call as the plan sees it. */
export interface FaultCall {
  /** Calls since the plan began, this one included; from 1. */
  readonly number: number;
  readonly call: Call | "create" | "unlink" | "fsync-dir";
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * null: carry the call out. A negative errno: it fails. 0 or more: that many bytes are moved, fewer
 * than asked for.
 */
export type FaultPlan = (call: FaultCall) => number | null;

/** Fails call `at`, or every call from it on when it is permanent. */
export function failAt(at: number, errno: number, isPermanent: boolean): FaultPlan {
  return ({ number }) => (number === at || (isPermanent && number > at) ? errno : null);
}
