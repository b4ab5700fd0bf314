// What a transaction body returns: a value, or something that becomes one later.

import { StoreError } from "./errors.js";

/** True for anything that `await` would wait for. Errors: what a getter of `then` throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value instanceof Promise) return true;
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  return typeof (value as { then?: unknown }).then === "function";
}

/**
 * Refuses what the body of a blocking transaction returned. An async body that goes on finds its
 * transaction ended, and its rejection would end the process before anybody reads this error: the
 * rejection of a promise counts as handled by it. The `then` of anything else is not called: it
 * may start work.
 * Errors: always StoreError BAD_ARGUMENT.
 */
export function refuseThenable(value: PromiseLike<unknown>): never {
  if (value instanceof Promise) void value.then(undefined, () => undefined);
  throw new StoreError(
    "BAD_ARGUMENT",
    "transactionSync: expected a body that ends when it returns, found one that returns a " +
      "promise (an async function?); nothing was changed; use transaction for it",
  );
}
