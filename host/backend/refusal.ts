// What the backends written in TypeScript settle before any call: operations that need none, and
// operations that must not be attempted. Also the errno values they report.

import { CALL, OP_RWF_ATOMIC, OP_RWF_DSYNC } from "./backend.js";
import type { IoOp } from "./backend.js";

/** Negative errno values of Linux; the same numbers the native addon reports. */
export const EINTR = -4;
export const EIO = -5;
export const EBADF = -9;
export const EFAULT = -14;
export const EINVAL = -22;
export const ENODATA = -61;
export const EOPNOTSUPP = -95;
export const ECANCELED = -125;

const CALLS: ReadonlySet<number> = new Set(Object.values(CALL));

/**
 * Returns the result of an operation that makes no call, or null when there is a call to make.
 * `rwf`: the backend has pwritev2 flags (capabilities.rwf).
 */
export function settledWithoutCall(op: IoOp, memory: Uint8Array, rwf = false): number | null {
  if (!CALLS.has(op.call)) return EINVAL;
  if (op.call === CALL.nop) return 0;
  // To drop the flag silently would turn a durable or atomic write into an ordinary one.
  if (!rwf && (op.flags & (OP_RWF_DSYNC | OP_RWF_ATOMIC)) !== 0) return EOPNOTSUPP;
  return isSync(op) ? null : badRange(op, memory);
}

/** Whether an operation moves no bytes and ignores offset, address and length. */
export function isSync(op: IoOp): boolean {
  return op.call === CALL.fsync || op.call === CALL.fdatasync;
}

function badRange(op: IoOp, memory: Uint8Array): number | null {
  const { offset, address, length } = op;
  // node:fs takes a negative position as "the current one": it would write somewhere else.
  if (!isWhole(offset) || !isWhole(length)) return EINVAL;
  if (op.call === CALL.zeroFill) return null;
  return isWhole(address) && address + length <= memory.length ? null : EFAULT;
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
