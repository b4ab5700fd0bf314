// What the driver measures: latency by operation class, calls and bytes by file kind.

import { FILE_KINDS, type FileKind } from "./abi.js";
import { Histogram } from "./histogram.js";

/** Classes of operations with a histogram of their own. */
export const LATENCY_CLASSES = [
  "logWrite",
  "logSync",
  "pageWrite",
  "pageRead",
  "dataSync",
  "dblwrWrite",
  "dblwrSync",
] as const;
export type LatencyClass = (typeof LATENCY_CLASSES)[number];

/** Operations on the files of one kind. Bytes are what the calls moved. */
export interface IoCounters {
  writes: number;
  writtenBytes: number;
  syncs: number;
  reads: number;
  readBytes: number;
}

export interface Metrics {
  /** Nanoseconds per operation, measured where it ran. */
  readonly latency: Readonly<Record<LatencyClass, Histogram>>;
  readonly io: Readonly<Record<FileKind, Readonly<IoCounters>>>;
  /** System calls by name: pwrite, pread, fsync, fdatasync, fsync-dir. */
  readonly calls: Readonly<Record<string, number>>;
  /** Time during which at least one in-place page write was in flight. */
  readonly dataBusyNanoseconds: number;
}

export class Recorder {
  latency = newHistograms();
  io = newCounters();
  calls: Record<string, number> = {};
  private dataWritesInFlight = 0;
  private dataBusySince = 0;
  private dataBusyMs = 0;

  reset(): void {
    this.latency = newHistograms();
    this.io = newCounters();
    this.calls = {};
    this.dataBusyMs = 0;
    this.dataBusySince = performance.now();
  }

  count(call: string): void {
    this.calls[call] = (this.calls[call] ?? 0) + 1;
  }

  dataWriteStarted(): void {
    if (this.dataWritesInFlight++ === 0) this.dataBusySince = performance.now();
  }

  dataWriteEnded(): void {
    if (--this.dataWritesInFlight === 0) this.dataBusyMs += performance.now() - this.dataBusySince;
  }

  /** A copy of the counters; the histograms are the live ones. */
  snapshot(): Metrics {
    const open = this.dataWritesInFlight > 0 ? performance.now() - this.dataBusySince : 0;
    const io = Object.fromEntries(FILE_KINDS.map((kind) => [kind, { ...this.io[kind] }]));
    return {
      latency: this.latency,
      io: io as Record<FileKind, IoCounters>,
      calls: { ...this.calls },
      dataBusyNanoseconds: (this.dataBusyMs + open) * 1e6,
    };
  }
}

function newHistograms(): Record<LatencyClass, Histogram> {
  const entries = LATENCY_CLASSES.map((name) => [name, new Histogram()]);
  return Object.fromEntries(entries) as Record<LatencyClass, Histogram>;
}

function newCounters(): Record<FileKind, IoCounters> {
  const zero = { writes: 0, writtenBytes: 0, syncs: 0, reads: 0, readBytes: 0 };
  return Object.fromEntries(FILE_KINDS.map((kind) => [kind, { ...zero }])) as Record<
    FileKind,
    IoCounters
  >;
}
