// What a check of the contract works with: one backend, its memory, a directory, and a way to run
// operations and collect their completions, inline or asynchronously.

import { join } from "node:path";
import { CALL } from "../../host/backend/backend.js";
import type { Backend, Call, FileHandle, IoOp, OpenMode } from "../../host/backend/backend.js";

export type Mode = "inline" | "async";

/** A backend under test. Every call of `make` sees the files that the earlier ones left. */
export interface Subject {
  readonly make: () => Backend;
  /** A directory that exists in no other subject; on disk for backends that use it. */
  readonly dir: string;
  readonly mode: Mode;
  /** How long to wait for a completion before it counts as lost. */
  readonly patienceMs: number;
}

export interface Completion {
  readonly tag: number;
  readonly result: number;
  readonly doneFlags: number;
  readonly nanoseconds: number;
}

export type OpFields = Partial<IoOp> & { readonly call: Call };

export const BUFFERED: OpenMode = { direct: false, sync: "none" };
export const PAGE = 16384;
const MEMORY_PAGES = 64; // 4 MiB

/** The one part needed here; the Node types have no WebAssembly. */
declare const WebAssembly: { Memory: new (size: { initial: number }) => { buffer: ArrayBuffer } };

export class Rig {
  readonly backend: Backend;
  /** 4 MiB, aligned to 64 KiB as the engine's memory is. */
  readonly memory = new Uint8Array(new WebAssembly.Memory({ initial: MEMORY_PAGES }).buffer);
  /** Everything delivered so far, in order of delivery. */
  readonly delivered: Completion[] = [];
  /** How often the backend has called onReady. */
  readyCalls = 0;

  private readonly handles = new Set<FileHandle>();
  private lastTag = 0;
  private seenReady = 0;
  private wake: (() => void) | null = null;

  constructor(readonly subject: Subject) {
    this.backend = subject.make();
    this.backend.attach(this.memory, PAGE, () => {
      this.readyCalls += 1;
      this.wake?.();
    });
  }

  path(name: string): string {
    return join(this.subject.dir, name);
  }

  create(name: string): FileHandle {
    const file = this.backend.open(this.path(name), BUFFERED, true);
    this.handles.add(file);
    return file;
  }

  close(file: FileHandle): void {
    this.handles.delete(file);
    this.backend.close(file);
  }

  /** Submits one operation and returns its tag. */
  submit(fields: OpFields): number {
    this.lastTag += 1;
    const empty = { file: 0, flags: 0, offset: 0, address: 0, length: 0 };
    this.backend.submit({ tag: this.lastTag, ...empty, ...fields });
    return fields.tag ?? this.lastTag;
  }

  /** Runs operations and returns their results in order of submission; null for a lost tag. */
  async results(...ops: OpFields[]): Promise<(number | null)[]> {
    const completions = await this.run(...ops);
    return completions.map((completion) => completion?.result ?? null);
  }

  /** Runs operations and returns their completions in order of submission. */
  async run(...ops: OpFields[]): Promise<(Completion | null)[]> {
    const from = this.delivered.length;
    const tags = ops.map((op) => this.submit(op));
    this.backend.start(this.subject.mode === "inline");
    await this.collect(from + ops.length);
    const arrived = this.delivered.slice(from);
    return tags.map((tag) => arrived.find((completion) => completion.tag === tag) ?? null);
  }

  /**
   * Reaps until `total` completions are there, or patience ends. Asynchronous completions are
   * reaped only when onReady has announced them.
   */
  async collect(total: number): Promise<void> {
    const end = Date.now() + this.subject.patienceMs;
    while (true) {
      if (this.subject.mode === "inline" || this.readyCalls > this.seenReady) {
        this.seenReady = this.readyCalls;
        this.reap();
      }
      if (this.delivered.length >= total || Date.now() >= end) return;
      await this.announced(end - Date.now());
    }
  }

  reap(): number {
    return this.backend.reap((tag, result, doneFlags, nanoseconds) => {
      this.delivered.push({ tag, result, doneFlags, nanoseconds });
    });
  }

  /** Fills memory with bytes that differ by position and by `seed`. */
  pattern(address: number, length: number, seed: number): Uint8Array {
    const area = this.memory.subarray(address, address + length);
    for (let i = 0; i < length; i++) area[i] = (i * 31 + (i >> 8) * 7 + seed * 101 + 1) & 255;
    return area;
  }

  /** Reads a part of a file to the end of memory; null when the read failed. */
  async content(file: FileHandle, offset: number, length: number): Promise<Uint8Array | null> {
    const address = this.memory.length - length;
    this.memory.fill(0xee, address);
    const [result] = await this.results({ call: CALL.pread, file, offset, address, length });
    return result === length ? this.memory.slice(address) : null;
  }

  /** A second backend on the same files, as after a restart. */
  reopened(): Rig {
    return new Rig(this.subject);
  }

  async end(): Promise<void> {
    await this.backend.detach();
    for (const file of this.handles) this.backend.close(file);
    this.handles.clear();
  }

  /** Resolves at the next onReady that no reap has answered, or after `ms`. */
  private announced(ms: number): Promise<void> {
    if (this.readyCalls > this.seenReady) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A violation when two values differ, else null. */
export function differ(what: string, expected: unknown, found: unknown): string | null {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(found)];
  return wanted === got ? null : `${what}: expected ${wanted}, found ${got}`;
}

/** A violation naming the first byte that differs, else null. */
export function bytesDiffer(
  what: string,
  expected: Uint8Array,
  found: Uint8Array | null,
): string | null {
  if (found === null) return `${what}: expected ${expected.length} bytes, the read failed`;
  if (found.length !== expected.length) return differ(what, expected.length, found.length);
  const at = expected.findIndex((byte, i) => byte !== found[i]);
  return at < 0 ? null : differ(`${what}, byte ${at}`, expected[at], found[at]);
}

/** The first violation of several. */
export function first(...violations: (string | null)[]): string | null {
  return violations.find((violation) => violation !== null) ?? null;
}
