// N committers in a closed loop: each starts its next transaction as soon as the promise of the
// last one holds. The latency of a commit is the time from the call to the kept promise.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { BenchWriter } from "../api.js";
import type { WorkloadContext } from "./workload.js";

/** A blocking committer lets the event loop run this often, so that Ctrl-C is heard. */
const YIELD_INTERVAL_MS = 100;

/** Makes the changes of one transaction and returns how many bytes it changed. */
export type Change = (tx: BenchWriter) => number;

/** Runs `change` in transactions until the window closes. One `Change` per committer. */
export async function runCommitters(
  context: WorkloadContext,
  makeChange: (committer: number) => Change,
): Promise<void> {
  const { window } = context;
  window.start();
  if (context.isSyncApi) await commitSync(context, makeChange(0));
  else {
    const committers = Array.from({ length: context.concurrency }, (_, i) =>
      commitAsync(context, makeChange(i)),
    );
    await Promise.all(committers);
  }
  window.stop();
}

async function commitAsync({ store, window }: WorkloadContext, change: Change): Promise<void> {
  let before = performance.now();
  while (!window.isOver(before)) {
    const bytes = await store.transaction(change);
    const after = performance.now();
    window.add(1, bytes, after - before);
    before = after;
  }
}

async function commitSync({ store, window }: WorkloadContext, change: Change): Promise<void> {
  let before = performance.now();
  let yieldAt = before + YIELD_INTERVAL_MS;
  while (!window.isOver(before)) {
    const bytes = store.transactionSync(change);
    const after = performance.now();
    window.add(1, bytes, after - before);
    before = after;
    if (before < yieldAt) continue;
    await nextTurn();
    before = performance.now();
    yieldAt = before + YIELD_INTERVAL_MS;
  }
}
