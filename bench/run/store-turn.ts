// One turn of one configuration on a store:
//
//   open ─▶ working set ─▶ full pool ─▶ warm-up ─▶ reset counters ─▶ measured window ─▶
//   read counters ─▶ checkpoint ─▶ close
//
// The checkpoint is outside the measurement: it leaves the disk quiet for the next configuration.

import type { BenchStore, OpenStore, StoreOptions } from "../api.js";
import { Histogram } from "../host.js";
import { osBytesWritten } from "../machine.js";
import type { Random } from "../host.js";
import type { Workload, WorkloadContext } from "../workload/workload.js";
import type { Turn } from "./plan.js";
import type { TurnMeasurement } from "./totals.js";
import { writtenBytes } from "./totals.js";
import { Window } from "./window.js";
import { ensureWorkingSet } from "./working-set.js";

/** What stays the same over all turns of a run. */
export interface StoreBench {
  readonly openStore: OpenStore;
  readonly storeDir: string;
  readonly workload: Workload;
  readonly workingSetPages: number;
  readonly seconds: { readonly warmup: number; readonly run: number };
  readonly concurrency: number;
  readonly isSyncApi: boolean;
  readonly changeSize: number;
  readonly bufferPoolSize: number;
  readonly isInterrupted: () => boolean;
  /** Pages of the working set once it was loaded. */
  pages: Uint32Array | null;
}

/** What a turn returns: the measurement, and every byte it wrote, measured or not. */
export interface TurnOutcome {
  readonly measurement: TurnMeasurement;
  readonly totalWrittenBytes: number;
}

/** Runs one turn. Errors: what the store throws; it is closed before the error leaves. */
export async function runStoreTurn(
  bench: StoreBench,
  turn: Turn,
  options: StoreOptions,
  random: Random,
  shareBytes: number,
): Promise<TurnOutcome> {
  const store = await bench.openStore(bench.storeDir, options);
  try {
    const context = await prepare(bench, store, random);
    const written = (): number => writtenBytes(store.metrics());
    const limits = { writtenBytes: written, isInterrupted: bench.isInterrupted };
    await bench.workload.prepare?.(context);
    const warmup = { ...limits, seconds: bench.seconds.warmup, bytes: written() + shareBytes / 4 };
    await bench.workload.run({ ...context, window: new Window(warmup, null) });
    const before = written();
    const osBefore = osBytesWritten();
    store.resetMetrics();
    const latency = new Histogram();
    const measured = { ...limits, seconds: bench.seconds.run, bytes: shareBytes };
    const window = new Window(measured, latency);
    await bench.workload.run({ ...context, window });
    const measurement = read(store, turn, window, latency, osBefore);
    await store.checkpoint();
    return { measurement, totalWrittenBytes: before + written() };
  } finally {
    await store.close();
  }
}

async function prepare(
  bench: StoreBench,
  store: BenchStore,
  random: Random,
): Promise<Omit<WorkloadContext, "window">> {
  const set = await ensureWorkingSet(store, bench.workingSetPages, bench.pages, random);
  bench.pages = set.pages;
  return {
    store,
    ...set,
    random,
    concurrency: bench.concurrency,
    isSyncApi: bench.isSyncApi,
    changeSize: Math.min(bench.changeSize, store.pageBodySize),
    bufferPoolSize: bench.bufferPoolSize,
  };
}

/** Copies the counters: a later checkpoint goes on counting in the store's own objects. */
function read(
  store: BenchStore,
  turn: Turn,
  window: Window,
  latency: Histogram,
  osBefore: number | null,
): TurnMeasurement {
  const metrics = store.metrics();
  const osAfter = osBytesWritten();
  const histograms = Object.entries(metrics.latency).map(([key, live]) => {
    const copy = new Histogram();
    copy.merge(live);
    return [key, copy];
  });
  return {
    round: turn.round,
    position: turn.position,
    operations: window.operations,
    seconds: window.seconds,
    payloadBytes: window.payloadBytes,
    latency,
    metrics: {
      latency: Object.fromEntries(histograms) as typeof metrics.latency,
      io: structuredClone(metrics.io),
      calls: { ...metrics.calls },
      dataBusyNanoseconds: metrics.dataBusyNanoseconds,
    },
    osBytesWritten: osBefore === null || osAfter === null ? null : osAfter - osBefore,
  };
}
