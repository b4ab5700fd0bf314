// The bookkeeping that the backends written in TypeScript share: what was submitted, what has
// finished, and when the event loop is told. It performs no I/O.
//
//   submit ──▶ queued ──takeAll / takeChains──▶ (the backend runs it) ──finish──▶ finished ──▶ reap
//
// Invariant: `unreaped` counts every operation from submit until its completion is delivered, so a
// tag is delivered exactly once.

import { OP_LINK } from "./backend.js";
import type { CompletionSink, IoOp } from "./backend.js";
import { ECANCELED } from "./refusal.js";

/** A private copy of a submitted operation, and its outcome once it has finished. */
export interface QueuedOp extends IoOp {
  result: number;
  nanoseconds: number;
}

export class OpQueue {
  private queued: QueuedOp[] = [];
  private finished: QueuedOp[] = [];
  private delivered = 0;
  private unreaped = 0;
  private announced = false;

  /** `onReady` is called on the event loop, never from inside a call of the backend. */
  constructor(private readonly onReady: () => void) {}

  /** Copies an operation; the caller may reuse the object. */
  submit(op: IoOp): void {
    const { tag, call, file, flags, offset, address, length } = op;
    const outcome = { result: 0, nanoseconds: 0 };
    this.queued.push({ tag, call, file, flags, offset, address, length, ...outcome });
    this.unreaped += 1;
  }

  /** The operation submitted last, unless it has been taken. */
  get newest(): QueuedOp | undefined {
    return this.queued.at(-1);
  }

  /** Operations submitted and not yet reaped. */
  get pending(): number {
    return this.unreaped;
  }

  /** Whether `reap` would deliver something. */
  get reapable(): boolean {
    return this.delivered < this.finished.length;
  }

  /** Takes every queued operation, in order of submission. */
  takeAll(): QueuedOp[] {
    const taken = this.queued;
    this.queued = [];
    return taken;
  }

  /** Takes every queued operation as chains. A LINK on the last one has nothing to hold back. */
  takeChains(): QueuedOp[][] {
    const chains: QueuedOp[][] = [];
    let chain: QueuedOp[] = [];
    for (const op of this.takeAll()) {
      chain.push(op);
      if ((op.flags & OP_LINK) !== 0) continue;
      chains.push(chain);
      chain = [];
    }
    if (chain.length > 0) chains.push(chain);
    return chains;
  }

  /** Records the outcome of one operation. Units: nanoseconds. */
  finish(op: QueuedOp, result: number, nanoseconds: number): void {
    op.result = result;
    op.nanoseconds = nanoseconds;
    this.finished.push(op);
  }

  /**
   * Has `onReady` called soon. Completions that arrive until then share the call, and completions
   * that were reaped until then need none.
   */
  announce(): void {
    if (this.announced) return;
    this.announced = true;
    later(() => {
      this.announced = false;
      if (this.reapable) this.onReady();
    });
  }

  /** Delivers what has finished so far; completions that the sink causes wait for the next call. */
  reap(sink: CompletionSink): number {
    const batch = this.finished.length;
    let count = 0;
    while (this.delivered < batch) {
      const op = this.finished[this.delivered]!;
      // Counted before the sink runs: a sink that throws must not see this tag a second time.
      this.delivered += 1;
      this.unreaped -= 1;
      count += 1;
      sink(op.tag, op.result, 0, op.nanoseconds);
    }
    if (this.delivered === this.finished.length) {
      this.finished = [];
      this.delivered = 0;
    }
    return count;
  }
}

/** Runs operations one after the other; a failure cancels the rest of its chain. */
export function runInOrder(
  queue: OpQueue,
  ops: readonly QueuedOp[],
  run: (op: QueuedOp) => number,
): void {
  let held = false;
  for (const op of ops) {
    const begin = performance.now();
    const result: number = held ? ECANCELED : run(op);
    queue.finish(op, result, held ? 0 : nanosecondsSince(begin));
    held = result < 0 && (op.flags & OP_LINK) !== 0;
  }
}

/** Whole nanoseconds since a `performance.now()`. */
export function nanosecondsSince(begin: number): number {
  return Math.round((performance.now() - begin) * 1e6);
}

/** The next turn of the event loop; browsers have no setImmediate, and their timers wait 4 ms. */
export const later: (task: () => void) => void =
  typeof setImmediate === "function" ? setImmediate : queueMicrotask;
