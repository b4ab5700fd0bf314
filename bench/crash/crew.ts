// Threads that explore: each has an engine of its own and takes the next batch when it is done.
// In which order batches end decides nothing: results carry the number of their unit.

import { Worker } from "node:worker_threads";
import type { Told } from "./replay.js";
import type { UnitJob, UnitResult } from "./unit.js";

/** What a thread is asked for. */
export type Job =
  | { readonly type: "explore"; readonly jobs: readonly UnitJob[] }
  | { readonly type: "tell"; readonly id: string; readonly shrink: boolean };

/** What it answers; `done` ends a job. */
export type Answer =
  | { readonly type: "unit"; readonly result: UnitResult }
  | { readonly type: "told"; readonly asked: string; readonly told: Told }
  | { readonly type: "done" };

export type Listener = (answer: Exclude<Answer, { type: "done" }>) => void;

/** Runs jobs; how many at the same time is its own affair. */
export interface Crew {
  /** Resolves when every job is done or the crew was stopped. Errors: what a job throws. */
  run(jobs: readonly Job[], listener: Listener): Promise<void>;
  /** Crash states visited so far, those of unfinished units included. */
  readonly states: number;
  /** Ends at once; jobs under way are given up. */
  stop(): void;
  close(): Promise<void>;
}

/** What a thread is started with. */
export interface WorkerData {
  /** One counter of crash states for each thread. */
  readonly counters: SharedArrayBuffer;
  readonly index: number;
}

export class ThreadCrew implements Crew {
  private readonly counters: Int32Array;
  private readonly workers: Worker[];
  private isStopped = false;
  private settle: (() => void) | null = null;

  constructor(threads: number) {
    const shared = new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT);
    this.counters = new Int32Array(shared);
    this.workers = Array.from({ length: threads }, (_, index) => {
      const workerData: WorkerData = { counters: shared, index };
      return new Worker(new URL("./worker.js", import.meta.url), { workerData });
    });
  }

  get states(): number {
    return this.counters.reduce((sum, count) => sum + count, 0);
  }

  run(jobs: readonly Job[], listener: Listener): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    const queue = [...jobs];
    return new Promise((resolve, reject) => {
      let busy = 0;
      this.settle = resolve;
      const next = (worker: Worker): void => {
        const job = queue.shift();
        if (job === undefined) return void (busy === 0 && resolve());
        busy++;
        worker.postMessage(job);
      };
      for (const worker of this.workers) {
        worker.removeAllListeners();
        worker.on("error", reject);
        worker.on("message", (answer: Answer) => {
          if (this.isStopped) return;
          if (answer.type !== "done") return listener(answer);
          busy--;
          next(worker);
        });
        next(worker);
      }
    });
  }

  stop(): void {
    this.isStopped = true;
    void this.close();
    this.settle?.();
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/** Runs a job on the thread it is called from. */
export type RunJob = (job: Job, listener: Listener, visited: (states: number) => void) => void;

/** No threads: jobs one after the other, for tests and for programs that embed this one. */
export class InlineCrew implements Crew {
  states = 0;
  private isStopped = false;

  constructor(private readonly runJob: RunJob) {}

  async run(jobs: readonly Job[], listener: Listener): Promise<void> {
    for (const job of jobs) {
      if (this.isStopped) return;
      this.runJob(job, listener, (states) => (this.states += states));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  stop(): void {
    this.isStopped = true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
