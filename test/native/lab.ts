// What the tests of the native backend share: a memory, a directory on a real disk, and calls that
// run operations to their end. `LAB_EXECUTORS` lists every way an operation can run.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend, Call, FileHandle, IoOp } from "../../host/backend/backend.js";
import { createNativeBackend } from "../../host/backend/native.js";
import { loadAddon } from "../../native/index.js";

export const PAGE = 16384;
export const BUFFERED = { direct: false, sync: "none" } as const;
export const DIRECT = { direct: true, sync: "none" } as const;

export interface Outcome {
  tag: number;
  result: number;
  doneFlags: number;
  nanoseconds: number;
}

// The TypeScript library of a browser would declare this; nothing else of it is wanted here.
declare const WebAssembly: {
  Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
};

/** A wasm memory, so that its base is page-aligned, as the engine's is. */
export function linearMemory(bytes: number): Uint8Array {
  return new Uint8Array(new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) }).buffer);
}

export const LAB_EXECUTORS = [
  { executor: "io_uring", inline: false, uring: true },
  { executor: "threads", inline: false, uring: false },
  { executor: "inline", inline: true, uring: false },
] as const;
export type LabExecutor = (typeof LAB_EXECUTORS)[number];

/** True when this machine cannot run the executor at all. */
export function isMissing(executor: LabExecutor): boolean {
  const addon = loadAddon();
  return addon === null || (executor.uring && addon.uringProblem() !== null);
}

export class Lab {
  readonly directory = mkdtempSync(join(tmpdir(), "tornproof-native-"));
  readonly memory = linearMemory(8 << 20);
  readonly backend: Backend;
  readyCalls = 0;
  private nextTag = 1;
  private wake: (() => void) | null = null;

  constructor(
    readonly executor: LabExecutor,
    queueDepth = 16,
  ) {
    this.backend = createNativeBackend({ uring: executor.uring, queueDepth });
    this.backend.attach(this.memory, PAGE, () => {
      this.readyCalls += 1;
      this.wake?.();
    });
  }

  create(name: string, mode: { direct: boolean; sync: "none" | "dsync" | "sync" }): FileHandle {
    return this.backend.open(join(this.directory, name), mode, true);
  }

  op(call: Call, file: FileHandle, fields: Partial<IoOp> = {}): IoOp {
    const none = { flags: 0, offset: 0, address: 0, length: 0 };
    return { tag: this.nextTag++, call, file, ...none, ...fields };
  }

  /** Runs operations by this lab's executor; outcomes are in the order of the operations. */
  async run(...ops: IoOp[]): Promise<Outcome[]> {
    for (const op of ops) this.backend.submit(op);
    this.backend.start(this.executor.inline);
    const outcomes = new Map<number, Outcome>();
    while (true) {
      const arrived = new Promise<void>((resolve) => (this.wake = resolve));
      this.backend.reap((tag, result, doneFlags, nanoseconds) =>
        outcomes.set(tag, { tag, result, doneFlags, nanoseconds }),
      );
      if (outcomes.size === ops.length) break;
      await arrived;
    }
    return ops.map((op) => outcomes.get(op.tag)!);
  }

  async results(...ops: IoOp[]): Promise<number[]> {
    return (await this.run(...ops)).map((outcome) => outcome.result);
  }

  async end(): Promise<void> {
    await this.backend.detach();
    rmSync(this.directory, { recursive: true });
  }
}

/** A small seeded generator (xorshift32); returns integers below `limit`. */
export function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
