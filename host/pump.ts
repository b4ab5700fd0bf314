// Turns the crank: engine, driver and whoever waits for them.
//
//   turn: take completions ▸ poll the engine ▸ start requests ▸ settle the waiting
//
// Asynchronous work is turned once per pass of the event loop, after every commit of that pass has
// joined: that is group commit. A blocking caller turns it until its own promise holds.

import type { Driver } from "./driver.js";
import type { Engine } from "./engine.js";
import { asError, EnginePanic, StoreError } from "./errors.js";

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
/** Rounds of a blocking wait beside operations that only the event loop can end. */
const BESIDE_ROUNDS_MAX = 200;
/** Rounds of a blocking wait that all made requests: each is a call of the operating system. */
const ROUNDS_MAX = 4_000_000;
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

  /** Redo of a blocking commit would wait for operations that only the event loop can end. */
  logIsHeld(): boolean {
    return !this.driver.canBlock && this.driver.logInFlight > 0;
  }

  /**
   * Blocks until `ready`. `mayRefuse`: nothing has happened yet that BUSY would hide.
   * Errors: the store's failure; StoreError BUSY on backends that cannot; EnginePanic when nothing
   * can end the wait.
   */
  untilSync(ready: () => boolean, mayRefuse = true): void {
    this.throwFailure();
    const { driver, engine } = this;
    try {
      for (let idle = 0, rounds = 0; ;) {
        const submitted = driver.submit(true);
        if (submitted > 0) idle = 0;
        driver.reap();
        engine.exports.poll(performance.now());
        const error = this.verdict();
        if (error !== null) this.fail(error);
        this.throwFailure();
        if (ready()) break;
        this.checkRounds(++rounds);
        if (engine.hasRequests()) continue;
        if (driver.pending() > 0) driver.wait();
        else idleRound(++idle);
      }
      // What the last poll asked for goes on without this caller.
      driver.submit(true);
    } catch (error) {
      throw asError(this.panic(mayRefuse || !isBusy(error) ? error : heldCommit()));
    }
  }

  /** Requests that cause requests end no wait either. */
  private checkRounds(rounds: number): void {
    const { driver } = this;
    if (rounds > BESIDE_ROUNDS_MAX && !driver.canBlock && driver.pending() > 0) {
      const what = `${driver.pending()} operations end only on the event loop`;
      throw new StoreError("BUSY", `a blocking call gets no further beside them: ${what}`);
    }
    if (rounds > ROUNDS_MAX) throw new EnginePanic("host: a blocking wait gets no further");
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

function isBusy(error: unknown): boolean {
  return error instanceof StoreError && error.code === "BUSY";
}

function heldCommit(): EnginePanic {
  return new EnginePanic("host: a blocking commit waits for what only the event loop can end");
}

function idleRound(rounds: number): void {
  if (rounds > IDLE_ROUNDS_MAX) throw new EnginePanic("host: the engine waits for nothing");
  if (rounds > 4) Atomics.wait(sleeper, 0, 0, 1);
}
