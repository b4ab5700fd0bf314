// sync-only: no store at all. Writes of two sizes on a preallocated, zero-written file, each made
// durable in every way there is: an open flag, a sync call, a flag of the write. It stands for what
// the disk and the kernel can do at best, through the very backend the store uses, and explains the
// differences that the other workloads show.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Backend, FileHandle, IoOp, OpenMode } from "../host.js";
import { CALL, IoError, OP_LINK, OP_RWF_DSYNC } from "../host.js";
import type { Survival } from "../result.js";
import type { Window } from "../run/window.js";

export const SYNC_ONLY = {
  name: "sync-only",
  summary: "no store: single writes made durable by every open flag and sync call of the system",
  unit: "write",
  timed: "write and sync",
} as const;

/** Small enough to stay out of the way, large enough that no write meets the one before it. */
export const PROBE_FILE_SIZE = 16 * 2 ** 20;
/** A padded redo write, and a page. */
export const PROBE_WRITE_SIZES = [4096, 16384] as const;
const YIELD_INTERVAL_MS = 100;

export interface ProbeMode {
  readonly name: string;
  readonly open: OpenMode;
  readonly sync: "fsync" | "fdatasync" | null;
  readonly isRwfDsync: boolean;
  readonly durability: Survival;
}

function mode(
  name: string,
  direct: boolean,
  flag: OpenMode["sync"],
  sync: ProbeMode["sync"],
  isRwfDsync = false,
): ProbeMode {
  const isSynced = flag !== "none" || sync !== null || isRwfDsync;
  const unsynced: Survival = direct ? "protected-cache" : "process-crash";
  const durability = isSynced ? "power-loss" : unsynced;
  return { name, open: { direct, sync: flag }, sync, isRwfDsync, durability };
}

export const PROBE_MODES: readonly ProbeMode[] = [
  mode("fdatasync", false, "none", "fdatasync"),
  mode("fsync", false, "none", "fsync"),
  mode("O_DSYNC", false, "dsync", null),
  mode("O_SYNC", false, "sync", null),
  mode("RWF_DSYNC", false, "none", null, true),
  mode("O_DIRECT, fdatasync", true, "none", "fdatasync"),
  mode("O_DIRECT, fsync", true, "none", "fsync"),
  mode("O_DIRECT+O_DSYNC", true, "dsync", null),
  mode("O_DIRECT+O_SYNC", true, "sync", null),
  mode("O_DIRECT, RWF_DSYNC", true, "none", null, true),
  mode("O_DIRECT, no sync", true, "none", null),
  mode("no sync", false, "none", null),
];

/** An open file to probe with; `close` lets go of everything. */
export interface Probe {
  run(window: Window): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes the probe file's zeros, syncs them, and opens it in `probed`'s mode.
 * Errors: IoError of the first call that failed; nothing stays open.
 */
export async function openProbe(
  backend: Backend,
  path: string,
  probed: ProbeMode,
  writeSize: number,
): Promise<Probe> {
  const bytes = pageAlignedBytes().fill(0x5a);
  backend.attach(bytes, PROBE_WRITE_SIZES[1], () => {});
  try {
    const plain = backend.open(path, { direct: false, sync: "none" }, true);
    perform(backend, path, [
      { ...NOTHING, file: plain, call: CALL.zeroFill, length: PROBE_FILE_SIZE },
      { ...NOTHING, file: plain, call: CALL.fsync },
    ]);
    backend.close(plain);
    const file = backend.open(path, probed.open, false);
    const ops = probeOps(file, probed, writeSize);
    return {
      run: (window) => loop(backend, path, ops, window),
      close: async () => {
        backend.close(file);
        await backend.detach();
      },
    };
  } catch (error) {
    await backend.detach();
    throw error;
  }
}

/** Wasm memory starts on a page boundary, which direct I/O needs; 64 KiB of it. */
function pageAlignedBytes(): Uint8Array {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WasmMemories };
  return new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1 }).buffer);
}

interface WasmMemories {
  readonly Memory: new (size: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
}

const NOTHING: IoOp = {
  tag: 0,
  call: CALL.nop,
  file: 0,
  flags: 0,
  offset: 0,
  address: 0,
  length: 0,
};

/** The write, and the sync call that belongs to it, linked. */
function probeOps(file: FileHandle, probed: ProbeMode, length: number): IoOp[] {
  const flags = (probed.sync === null ? 0 : OP_LINK) | (probed.isRwfDsync ? OP_RWF_DSYNC : 0);
  const write: IoOp = { ...NOTHING, call: CALL.pwrite, file, flags, length };
  if (probed.sync === null) return [write];
  return [write, { ...NOTHING, call: CALL[probed.sync], file }];
}

async function loop(backend: Backend, path: string, ops: IoOp[], window: Window): Promise<void> {
  const write = ops[0]!;
  window.start();
  let before = performance.now();
  let yieldAt = before + YIELD_INTERVAL_MS;
  while (!window.isOver(before)) {
    perform(backend, path, ops);
    write.offset = (write.offset + write.length) % PROBE_FILE_SIZE;
    const after = performance.now();
    window.add(1, write.length, after - before);
    before = after;
    if (before < yieldAt) continue;
    await nextTurn();
    before = performance.now();
    yieldAt = before + YIELD_INTERVAL_MS;
  }
  window.stop();
}

/** Runs operations in order on this thread. Errors: IoError of the first that failed. */
function perform(backend: Backend, path: string, ops: readonly IoOp[]): void {
  for (const op of ops) backend.submit(op);
  backend.start(true);
  let failed = 0;
  while (backend.pending() > 0) {
    backend.reap((_tag, result) => {
      if (result < 0 && failed === 0) failed = result;
    });
  }
  if (failed !== 0) throw new IoError(`errno ${-failed}`, "sync-only probe", path);
}
