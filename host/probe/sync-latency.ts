// How long it takes to make one block durable, in each of the ways a database can ask for it. The
// file is written before, so that an overwrite changes no size and no extent: what is measured is
// the sync, not the file system's bookkeeping.
//
//   fsync            pwrite, fsync        page cache, then everything to the medium
//   fdatasync        pwrite, fdatasync    the same without time stamps
//   O_DSYNC          pwrite               each write is its own fdatasync
//   O_DIRECT|O_DSYNC pwrite               the same, past the page cache
//   O_DIRECT         pwrite               no sync at all: what the way to the drive costs
//
// The ways take turns in short slices, so that a noisy neighbor hits all of them alike; between
// slices the event loop runs, and a signal is heard.

import { constants, fdatasyncSync, fsyncSync, writeSync } from "node:fs";
import { setImmediate as pass } from "node:timers/promises";
import { errnoOf } from "./probe-file.js";

export type SyncWay = "fsync" | "fdatasync" | "O_DSYNC" | "O_DIRECT|O_DSYNC" | "O_DIRECT";

export interface SyncLatency {
  readonly way: SyncWay;
  readonly count: number;
  /** Nanoseconds; null without a sample. */
  readonly p50: number | null;
  /** Nanoseconds; null below 100 samples, where it would be the maximum under another name. */
  readonly p99: number | null;
  readonly max: number | null;
  /** Why the way could not be measured, or not to its end; null when it could. */
  readonly problem: string | null;
}

export interface SyncPlan {
  /** Opens the probe file with flags besides O_RDWR. */
  readonly open: (flags: number) => number;
  /** Memory for direct writes; at least one block. */
  readonly memory: Uint8Array;
  /** Bytes of the file that have been written. */
  readonly fileBytes: number;
  /** Milliseconds for all ways together. */
  readonly milliseconds: number;
  readonly isCanceled: () => boolean;
}

export const SYNC_BLOCK_BYTES = 4096;
/** Writes of one way at most: 8 MiB. */
export const SYNC_WRITES_MAX = 2000;
const SLICE_MS = 20;
const P99_COUNT_MIN = 100;

/** Absent where the platform lacks them; 0 would then silently measure something else. */
const FLAGS = constants as { readonly O_DIRECT?: number; readonly O_DSYNC?: number };

interface Way {
  readonly name: SyncWay;
  readonly flags: number | undefined;
  readonly sync: ((fd: number) => void) | null;
}

const WAYS: readonly Way[] = [
  { name: "fsync", flags: 0, sync: fsyncSync },
  { name: "fdatasync", flags: 0, sync: fdatasyncSync },
  { name: "O_DSYNC", flags: FLAGS.O_DSYNC, sync: null },
  { name: "O_DIRECT|O_DSYNC", flags: bothFlags(), sync: null },
  { name: "O_DIRECT", flags: FLAGS.O_DIRECT, sync: null },
];

export const SYNC_WAYS_COUNT = WAYS.length;

function bothFlags(): number | undefined {
  const { O_DIRECT, O_DSYNC } = FLAGS;
  return O_DIRECT === undefined || O_DSYNC === undefined ? undefined : O_DIRECT | O_DSYNC;
}

/** Measures every way. Errors: none of the system's; they are part of the answer. */
export async function measureSyncs(plan: SyncPlan): Promise<SyncLatency[]> {
  const meters = WAYS.map((way) => new Meter(way, plan));
  const end = performance.now() + plan.milliseconds;
  while (performance.now() < end && !plan.isCanceled()) {
    const running = meters.filter((meter) => !meter.isDone);
    if (running.length === 0) break;
    for (const meter of running) {
      meter.runSlice(Math.min(performance.now() + SLICE_MS, end));
      await pass();
      if (plan.isCanceled() || performance.now() >= end) break;
    }
  }
  return meters.map((meter) => meter.result());
}

/** One way and its samples. */
class Meter {
  isDone = false;
  private problem: string | null = null;
  private fd = -1;
  private writes = 0;
  private readonly samples: number[] = [];

  constructor(
    private readonly way: Way,
    private readonly plan: SyncPlan,
  ) {
    if (way.flags === undefined) this.fail("this platform has no such flag");
    else this.open(way.flags);
  }

  private open(flags: number): void {
    try {
      this.fd = this.plan.open(flags);
    } catch (error) {
      this.fail(`open: ${errnoOf(error)}`);
    }
  }

  /** Writes until `end`, at least once. The very first write warms up and is left out. */
  runSlice(end: number): void {
    try {
      do {
        const nanoseconds = this.writeOnce();
        if (this.writes++ > 0) this.samples.push(nanoseconds);
        if (this.writes >= SYNC_WRITES_MAX) this.isDone = true;
      } while (!this.isDone && performance.now() < end);
    } catch (error) {
      this.fail(errnoOf(error));
    }
  }

  result(): SyncLatency {
    const sorted = this.samples.sort((a, b) => a - b);
    const at = (share: number): number | null =>
      sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    return {
      way: this.way.name,
      count: sorted.length,
      p50: at(0.5),
      p99: sorted.length < P99_COUNT_MIN ? null : at(0.99),
      max: at(1),
      problem: this.problem ?? (sorted.length === 0 ? "too slow to be measured" : null),
    };
  }

  private writeOnce(): number {
    const { memory, fileBytes } = this.plan;
    const offset = (this.writes * SYNC_BLOCK_BYTES) % fileBytes;
    const start = process.hrtime.bigint();
    const written = writeSync(this.fd, memory, 0, SYNC_BLOCK_BYTES, offset);
    this.way.sync?.(this.fd);
    const nanoseconds = Number(process.hrtime.bigint() - start);
    if (written !== SYNC_BLOCK_BYTES) this.fail(`a short write of ${written} bytes`);
    return nanoseconds;
  }

  private fail(problem: string): void {
    this.problem = problem;
    this.isDone = true;
  }
}
