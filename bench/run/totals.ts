// What one configuration adds up to over its rounds: rounds stay apart, because they are the unit
// of the statistics; histograms and counters are summed.

import type { BenchMetrics, IoLatency } from "../api.js";
import { IO_LATENCIES } from "../api.js";
import { FILE_KINDS, Histogram } from "../host.js";
import type { FileKind } from "../host.js";
import type { ConfigResult, Latency, LatencyKey, RoundResult } from "../result.js";
import { LATENCY_KEYS } from "../result.js";
import { median } from "../stats.js";

type Files = ConfigResult["counters"]["files"];
type MutableFile = { -readonly [Key in keyof Files[FileKind]]: number };

/** What one turn measured. `metrics` is read at once; later changes of it do not matter. */
export interface TurnMeasurement {
  readonly round: number;
  readonly position: number;
  readonly operations: number;
  readonly seconds: number;
  readonly payloadBytes: number;
  readonly latency: Histogram;
  readonly metrics: Pick<BenchMetrics, "io" | "calls"> & Partial<BenchMetrics>;
  readonly osBytesWritten: number | null;
}

export class Totals {
  readonly rounds: RoundResult[] = [];
  private readonly operation = new Histogram();
  private readonly io: Record<IoLatency, Histogram>;
  private readonly files: Record<FileKind, MutableFile>;
  private readonly calls: Record<string, number> = {};
  private osBytes: number | null = 0;
  private busyNanoseconds = 0;

  constructor() {
    this.io = mapKeys(IO_LATENCIES, () => new Histogram());
    this.files = mapKeys(FILE_KINDS, () => ({
      writes: 0,
      written_bytes: 0,
      syncs: 0,
      reads: 0,
      read_bytes: 0,
    }));
  }

  /** Adds a turn. A turn without a single operation is dropped: it has no rate. */
  add(turn: TurnMeasurement): void {
    if (turn.operations === 0) return;
    this.rounds.push({
      round: turn.round,
      position: turn.position,
      operations: turn.operations,
      seconds: turn.seconds,
      payload_bytes: turn.payloadBytes,
      written_bytes: writtenBytes(turn.metrics),
    });
    this.operation.merge(turn.latency);
    for (const key of IO_LATENCIES) {
      const histogram = turn.metrics.latency?.[key];
      if (histogram) this.io[key].merge(histogram);
    }
    for (const kind of FILE_KINDS) addFile(this.files[kind], turn.metrics.io[kind]);
    for (const [call, count] of Object.entries(turn.metrics.calls)) {
      this.calls[call] = (this.calls[call] ?? 0) + count;
    }
    const { osBytesWritten } = turn;
    this.osBytes =
      this.osBytes === null || osBytesWritten === null ? null : this.osBytes + osBytesWritten;
    this.busyNanoseconds += turn.metrics.dataBusyNanoseconds ?? 0;
  }

  /** Returns the measured part of a configuration's result. */
  toResult(): Pick<ConfigResult, "rounds" | "operations_per_second" | "latency" | "counters"> {
    const payload = sum(this.rounds.map((round) => round.payload_bytes));
    const written = sum(this.rounds.map((round) => round.written_bytes));
    return {
      rounds: this.rounds,
      operations_per_second: median(this.rounds.map((round) => round.operations / round.seconds)),
      latency: { operation: toLatency(this.operation), ...this.ioLatencies() },
      counters: {
        syscalls: this.calls,
        files: this.files,
        payload_bytes: payload,
        write_amplification: payload > 0 ? written / payload : null,
        os_bytes_written: this.osBytes,
        data_write_busy_seconds: this.busyNanoseconds / 1e9,
      },
    };
  }

  private ioLatencies(): Record<LatencyKey, Latency | null> {
    const result = {} as Record<LatencyKey, Latency | null>;
    for (const key of IO_LATENCIES) result[LATENCY_KEYS[key]] = toLatency(this.io[key]);
    return result;
  }
}

/** Returns the bytes written to all files. */
export function writtenBytes(metrics: Pick<BenchMetrics, "io">): number {
  return sum(FILE_KINDS.map((kind) => metrics.io[kind].writtenBytes));
}

/** null when nothing was recorded: zero would read as "instantly". */
function toLatency(histogram: Histogram): Latency | null {
  return histogram.count === 0 ? null : histogram.toJSON();
}

function addFile(into: MutableFile, from: BenchMetrics["io"][FileKind]): void {
  into.writes += from.writes;
  into.written_bytes += from.writtenBytes;
  into.syncs += from.syncs;
  into.reads += from.reads;
  into.read_bytes += from.readBytes;
}

function mapKeys<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
