// Turns the crank: engine, driver and whoever waits for them.
//
//   turn: take completions ▸ poll the engine ▸ start requests ▸ settle the waiting
//
// Asynchronous work is turned once per pass of the event loop, after every commit of that pass has
// joined: that is group commit. A blocking caller turns it until its own promise holds.

import type { Driver } from "./driver.js";
import type { Engine } from "./engine.js";
import { asError, EnginePanic } from "./errors.js";

/** A commit that waits for redo to be written or durable up to its LSN. */
interface LsnWaiter {
  readonly lsn: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Something to try again after a turn. */
interface Attempt {
  /** True when it is done, however it ended. */
  readonly run: () => boolean;
  readonly reject: (error: unknown) => void;
}

const TIMER_MS = 100;
/** Rounds of a blocking wait in which nothing is in flight and nothing changes, 1 ms each. */
const IDLE_ROUNDS_MAX = 20_000;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

export class Pump {
  private flushWaiters: LsnWaiter[] = [];
  private writeWaiters: LsnWaiter[] = [];
  private attempts: Attempt[] = [];
  private isScheduled = false;
  private isTurning = false;
  private timer: NodeJS.Timeout | null = null;
  /** Why nothing works any more, or null. */
  failure: Error | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly driver: Driver,
    /** Makes the error of a poisoned or failed engine; null while it is well. */
    private readonly verdict: () => Error | null,
  ) {}

  /** Starts the clock that background work needs. It does not keep the process alive. */
  startTimer(): void {
    this.timer = setInterval(() => this.schedule(), TIMER_MS);
    this.timer.unref();
  }

  stopTimer(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Turns once, at the end of this pass of the event loop. */
  schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(this.scheduled);
  }

  private readonly scheduled = (): void => {
    this.isScheduled = false;
    this.turn();
  };

  /** Resolves when redo is durable up to `lsn`. */
  flushed(lsn: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) reject(this.failure);
      else this.flushWaiters.push({ lsn, resolve, reject });
    });
  }

  /** Resolves when redo is with the operating system up to `lsn`. */
  written(lsn: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) reject(this.failure);
      else this.writeWaiters.push({ lsn, resolve, reject });
    });
  }

  /** Runs `run` now and after every turn until it returns true. */
  attempt(run: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): boolean => {
        try {
          if (!run()) return false;
        } catch (error) {
          reject(asError(error));
          return true;
        }
        resolve();
        return true;
      };
      if (this.failure !== null) return reject(this.failure);
      if (settle()) return;
      this.attempts.push({ run: settle, reject });
      this.schedule();
    });
  }

  /** One turn of the asynchronous crank. */
  turn(): void {
    if (this.isTurning) return;
    // What was under way still ends; taken, it neither wakes the event loop nor holds the process.
    if (this.failure !== null) return this.driver.drop();
    this.isTurning = true;
    try {
      this.advance();
      this.settle();
    } catch (error) {
      this.fail(asError(this.engine.panic(error)));
    } finally {
      this.isTurning = false;
    }
  }

  private advance(): void {
    let submitted = 0;
    do {
      this.driver.reap();
      this.engine.exports.poll(performance.now());
      submitted = this.driver.submit(false);
    } while (submitted > 0);
  }

  private settle(): void {
    const error = this.verdict();
    if (error !== null) return this.fail(error);
    const { exports } = this.engine;
    this.flushWaiters = release(this.flushWaiters, exports.flushedToDiskLsn());
    this.writeWaiters = release(this.writeWaiters, exports.writeLsn());
    if (this.attempts.length === 0) return;
    const attempts = this.attempts;
    this.attempts = [];
    for (const attempt of attempts) if (!attempt.run()) this.attempts.push(attempt);
    // An attempt may have asked for pages.
    this.driver.submit(false);
  }

  /** Blocks until `ready`. Errors: the store's failure; StoreError BUSY on backends that cannot. */
  untilSync(ready: () => boolean): void {
    this.throwFailure();
    const { driver, engine } = this;
    try {
      for (let idle = 0; ;) {
        const submitted = driver.submit(true);
        if (submitted > 0) idle = 0;
        driver.reap();
        engine.exports.poll(performance.now());
        const error = this.verdict();
        if (error !== null) this.fail(error);
        this.throwFailure();
        if (ready()) break;
        if (engine.hasRequests()) continue;
        if (driver.pending() > 0) driver.wait();
        else idleRound(++idle);
      }
      // What the last poll asked for goes on without this caller.
      driver.submit(true);
    } catch (error) {
      throw asError(this.panic(error));
    }
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure;
  }

  /** A trap of the engine ends the store. */
  panic(error: unknown): unknown {
    const seen = this.engine.panic(error);
    if (seen instanceof EnginePanic) this.fail(seen);
    return seen;
  }

  /** Rejects everybody who waits, and everybody who comes. */
  fail(error: Error): void {
    this.failure ??= error;
    const waiting = [...this.flushWaiters, ...this.writeWaiters, ...this.attempts];
    this.flushWaiters = [];
    this.writeWaiters = [];
    this.attempts = [];
    for (const waiter of waiting) waiter.reject(this.failure);
  }
}

/** Resolves the waiters up to `lsn`; they are in LSN order. Returns the others. */
function release(waiters: LsnWaiter[], lsn: number): LsnWaiter[] {
  let count = 0;
  while (count < waiters.length && waiters[count]!.lsn <= lsn) waiters[count++]!.resolve();
  return count === 0 ? waiters : waiters.slice(count);
}

function idleRound(rounds: number): void {
  if (rounds > IDLE_ROUNDS_MAX) throw new EnginePanic("host: the engine waits for nothing");
  if (rounds > 4) Atomics.wait(sleeper, 0, 0, 1);
}
