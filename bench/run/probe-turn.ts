// One turn of a sync-only configuration: open the probe file in its mode, warm up, measure, close.

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { FileCounters } from "../api.js";
import { createBackend, FILE_KINDS, Histogram } from "../host.js";
import type { BackendName, FileKind } from "../host.js";
import { osBytesWritten } from "../machine.js";
import type { ProbeMode } from "../workload/sync-only.js";
import { openProbe, PROBE_FILE_SIZE } from "../workload/sync-only.js";
import { modeOf } from "./probe-bench.js";
import type { Turn } from "./plan.js";
import type { TurnOutcome } from "./store-turn.js";
import { Window } from "./window.js";

export interface ProbeBench {
  readonly folder: string;
  readonly backend: string;
  readonly seconds: { readonly warmup: number; readonly run: number };
  readonly isInterrupted: () => boolean;
}

/** Runs one turn. Errors: IoError of the first call that failed; no file is left. */
export async function runProbeTurn(
  bench: ProbeBench,
  turn: Turn,
  shareBytes: number,
): Promise<TurnOutcome> {
  const backend = createBackend(bench.backend as BackendName | "auto");
  const path = join(bench.folder, "probe");
  const mode = modeOf(turn.config);
  const writeSize = turn.config.variables["write_bytes"] as number;
  const probe = await openProbe(backend, path, mode, writeSize);
  try {
    const warmup = probeWindow(bench, bench.seconds.warmup, Infinity, writeSize, null);
    await probe.run(warmup);
    const latency = new Histogram();
    const window = probeWindow(bench, bench.seconds.run, shareBytes, writeSize, latency);
    const osBefore = osBytesWritten();
    await probe.run(window);
    const osAfter = osBytesWritten();
    const { operations, payloadBytes, seconds } = window;
    return {
      totalWrittenBytes: PROBE_FILE_SIZE + warmup.payloadBytes + payloadBytes,
      measurement: {
        round: turn.round,
        position: turn.position,
        operations,
        seconds,
        payloadBytes,
        latency,
        metrics: counters(mode, operations, payloadBytes),
        osBytesWritten: osBefore === null || osAfter === null ? null : osAfter - osBefore,
      },
    };
  } finally {
    await probe.close();
    rmSync(path, { force: true });
  }
}

function probeWindow(
  bench: ProbeBench,
  seconds: number,
  bytes: number,
  writeSize: number,
  latency: Histogram | null,
): Window {
  const window: Window = new Window(
    {
      seconds,
      bytes,
      writtenBytes: () => window.operations * writeSize,
      isInterrupted: bench.isInterrupted,
    },
    latency,
  );
  return window;
}

/** The probe knows what it called; its file counts as a log file. */
function counters(
  mode: ProbeMode,
  operations: number,
  bytes: number,
): TurnOutcome["measurement"]["metrics"] {
  const none: FileCounters = { writes: 0, writtenBytes: 0, syncs: 0, reads: 0, readBytes: 0 };
  const syncs = mode.sync === null ? 0 : operations;
  const io = Object.fromEntries(FILE_KINDS.map((kind) => [kind, none])) as Record<
    FileKind,
    FileCounters
  >;
  io.log = { ...none, writes: operations, writtenBytes: bytes, syncs };
  const calls: Record<string, number> = { pwrite: operations };
  if (mode.sync !== null) calls[mode.sync] = syncs;
  return { io, calls };
}
