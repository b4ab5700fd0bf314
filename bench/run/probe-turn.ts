// One turn of a sync-only configuration: open the probe file in its mode, warm up, measure, close.

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { FileCounters } from "../api.js";
import { createBackend, FILE_KINDS, Histogram } from "../host.js";
import type { BackendName, FileKind } from "../host.js";
import { osBytesWritten } from "../machine.js";
import type { ProbeMode } from "../workload/sync-only.js";
import {
  openProbe,
  PROBE_FILE_SIZE,
  PROBE_MODES,
  PROBE_WRITE_SIZES,
} from "../workload/sync-only.js";
import type { Config, Turn } from "./plan.js";
import type { TurnOutcome } from "./store-turn.js";
import { Window } from "./window.js";

export interface ProbeBench {
  readonly folder: string;
  readonly backend: string;
  readonly seconds: { readonly warmup: number; readonly run: number };
  readonly isInterrupted: () => boolean;
}

/** Returns one configuration per mode and write size that the backend can run. */
export function planProbes(hasRwf: boolean): Config[] {
  const modes = PROBE_MODES.filter((mode) => hasRwf || !mode.isRwfDsync);
  return PROBE_WRITE_SIZES.flatMap((writeSize) =>
    modes.map((mode) => ({ mode: mode.name, write_bytes: writeSize })),
  ).map((variables, index) => ({ id: `c${index + 1}`, variables }));
}

/** Returns the mode of a configuration of planProbes. */
export function modeOf(config: Config): ProbeMode {
  return PROBE_MODES.find((mode) => mode.name === config.variables["mode"])!;
}

/** Runs one turn. Errors: IoError, for example EINVAL where O_DIRECT is not supported. */
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
    const { isInterrupted } = bench;
    const never = { writtenBytes: () => 0, bytes: Infinity, isInterrupted };
    const warmup = new Window({ ...never, seconds: bench.seconds.warmup }, null);
    await probe.run(warmup);
    const latency = new Histogram();
    const window: Window = new Window(
      {
        seconds: bench.seconds.run,
        bytes: shareBytes,
        writtenBytes: () => window.operations * writeSize,
        isInterrupted,
      },
      latency,
    );
    const osBefore = osBytesWritten();
    await probe.run(window);
    const osAfter = osBytesWritten();
    const bytes = window.operations * writeSize;
    return {
      totalWrittenBytes: PROBE_FILE_SIZE + warmup.operations * writeSize + bytes,
      measurement: {
        round: turn.round,
        position: turn.position,
        operations: window.operations,
        seconds: window.seconds,
        payloadBytes: bytes,
        latency,
        metrics: counters(mode, window.operations, bytes),
        osBytesWritten: osBefore === null || osAfter === null ? null : osAfter - osBefore,
      },
    };
  } finally {
    await probe.close();
    rmSync(path, { force: true });
  }
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
