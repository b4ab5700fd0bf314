// A disk in memory that remembers what was asked of it and when, so that the state after a power
// cut at any moment can be made from the same run.
//
//   journal:   start write 1 │ done write 1 │ start sync │ start write 2 │ done sync │ cut
//   durable:                                                              write 1
//   anything may have happened to:          write 2, sector by sector
//
// A sync makes durable what had ended when the sync began. A file's name is durable after the next
// sync of the directory; there is one directory.

import type { FileKind, IoPoint, Op } from "../../host/abi.js";

export const SECTOR = 512;
export const ENODATA = -61;
export const ENOENT = -2;

/** One request of the engine, as the harness took it from the ring. */
export interface Request {
  readonly op: Op;
  readonly kind: FileKind;
  readonly point: IoPoint;
  readonly flags: number;
  readonly id: number;
  readonly offset: number;
  readonly address: number;
  readonly length: number;
  readonly tag: number;
  /** The request that has to succeed first, or null. */
  readonly after: Request | null;
  /** What a write writes, as it was when the write started. */
  data: Uint8Array | null;
  isStarted: boolean;
}

export interface JournalEvent {
  readonly type: "start" | "done";
  readonly request: Request;
  readonly result: number;
}

export function keyOf(kind: FileKind, id: number): string {
  return `${kind}:${id}`;
}

export class Disk {
  readonly files = new Map<string, Uint8Array>();

  clone(): Disk {
    const copy = new Disk();
    for (const [key, bytes] of this.files) copy.files.set(key, bytes.slice());
    return copy;
  }

  file(kind: FileKind, id = 0): Uint8Array {
    const bytes = this.files.get(keyOf(kind, id));
    if (bytes === undefined) throw new Error(`disk: no file ${keyOf(kind, id)}`);
    return bytes;
  }

  has(kind: FileKind, id = 0): boolean {
    return this.files.has(keyOf(kind, id));
  }

  /** Inverts the byte. */
  flip(kind: FileKind, id: number, offset: number): void {
    const bytes = this.file(kind, id);
    bytes[offset] = ~bytes[offset]! & 0xff;
  }

  /** Carries out everything but a read; returns the result a completion would carry. */
  run(request: Request): number {
    const key = keyOf(request.kind, request.id);
    if (request.op === "create") this.files.set(key, new Uint8Array(0));
    else if (request.op === "delete") this.files.delete(key);
    else if (request.op !== "sync-dir") {
      const bytes = this.files.get(key);
      if (bytes === undefined) return ENOENT;
      if (request.op === "write" || request.op === "extend") {
        this.files.set(key, written(bytes, request.offset, dataOf(request)));
        return request.length;
      }
    }
    return 0;
  }

  /** The bytes a read returns, or null when the file ends before. */
  read(request: Request): Uint8Array | null {
    const bytes = this.files.get(keyOf(request.kind, request.id));
    if (bytes === undefined || request.offset + request.length > bytes.length) return null;
    return bytes.subarray(request.offset, request.offset + request.length);
  }
}

/** What a write or an extension writes. */
function dataOf(request: Request): Uint8Array {
  return request.data ?? new Uint8Array(request.length);
}

/** `bytes` with `data` written at `offset`; in place unless it grows. */
function written(bytes: Uint8Array, offset: number, data: Uint8Array): Uint8Array {
  const end = offset + data.length;
  let target = bytes;
  if (end > bytes.length) {
    target = new Uint8Array(end);
    target.set(bytes);
  }
  target.set(data, offset);
  return target;
}

interface Pending {
  readonly request: Request;
  isDone: boolean;
  /** A sync began after this had ended. */
  covering: Request[];
}

interface CrashFile {
  durable: Uint8Array;
  pending: Pending[];
}

/** What a power cut leaves of writes that no sync has covered. */
export interface CrashChoice {
  readonly name: string;
  /** Does the file's un-synced creation (or deletion) survive? */
  keepsName(): boolean;
  /** Does this sector of the `index`-th un-synced write survive? */
  keepsSector(index: number, sector: number): boolean;
}

/** Everything un-synced is lost. */
export const LOST: CrashChoice = {
  name: "lost",
  keepsName: () => false,
  keepsSector: () => false,
};

/** Everything un-synced has reached the disk: a killed process, or luck. */
export const KEPT: CrashChoice = {
  name: "kept",
  keepsName: () => true,
  keepsSector: () => true,
};

/** Every sector on its own; `share` of them survive. */
export function sectors(random: () => number, share: number): CrashChoice {
  return {
    name: `sectors ${share}`,
    keepsName: () => random() < share,
    keepsSector: () => random() < share,
  };
}

/** Whole writes on their own. */
export function writes(random: () => number, share: number): CrashChoice {
  const verdicts = new Map<number, boolean>();
  return {
    name: `writes ${share}`,
    keepsName: () => random() < share,
    keepsSector: (index) => {
      const verdict = verdicts.get(index) ?? random() < share;
      verdicts.set(index, verdict);
      return verdict;
    },
  };
}

/** The disk after a power cut behind the first `cut` events of a journal that began at `base`. */
export function diskAfterCrash(
  base: Disk,
  journal: readonly JournalEvent[],
  cut: number,
  choice: CrashChoice,
): Disk {
  const state = new CrashState(base);
  for (let i = 0; i < cut; i++) state.take(journal[i]!);
  return state.settle(choice);
}

class CrashState {
  private readonly current = new Map<string, CrashFile>();
  private durableNames: Map<string, CrashFile>;
  /** Un-synced directory changes when a directory sync began. */
  private readonly directorySyncs = new Map<Request, Map<string, CrashFile>>();

  constructor(base: Disk) {
    for (const [key, bytes] of base.files) this.current.set(key, { durable: bytes, pending: [] });
    this.durableNames = new Map(this.current);
  }

  take({ type, request, result }: JournalEvent): void {
    if (type === "start") this.started(request);
    else if (result >= 0) this.ended(request);
  }

  private started(request: Request): void {
    const file = this.current.get(keyOf(request.kind, request.id));
    if (request.op === "sync-dir") this.directorySyncs.set(request, new Map(this.current));
    if (file === undefined) return;
    if (request.op === "write" || request.op === "extend") {
      file.pending.push({ request, isDone: false, covering: [] });
    } else if (request.op === "sync") {
      for (const pending of file.pending) if (pending.isDone) pending.covering.push(request);
    }
  }

  private ended(request: Request): void {
    const key = keyOf(request.kind, request.id);
    if (request.op === "create") this.current.set(key, emptyFile());
    if (request.op === "delete") this.current.delete(key);
    if (request.op === "sync-dir") this.durableNames = this.directorySyncs.get(request)!;
    const file = this.current.get(key);
    if (file === undefined) return;
    for (const pending of file.pending) if (pending.request === request) pending.isDone = true;
    if (request.op === "sync") makeDurable(file, request);
  }

  settle(choice: CrashChoice): Disk {
    const disk = new Disk();
    for (const key of new Set([...this.durableNames.keys(), ...this.current.keys()])) {
      const old = this.durableNames.get(key);
      const now = this.current.get(key);
      const file = old === now || !choice.keepsName() ? old : now;
      if (file !== undefined) disk.files.set(key, settleFile(file, choice));
    }
    return disk;
  }
}

function emptyFile(): CrashFile {
  return { durable: new Uint8Array(0), pending: [] };
}

function makeDurable(file: CrashFile, sync: Request): void {
  const covered = file.pending.filter((pending) => pending.covering.includes(sync));
  if (covered.length === 0) return;
  file.durable = file.durable.slice();
  for (const { request } of covered) {
    file.durable = written(file.durable, request.offset, dataOf(request));
  }
  file.pending = file.pending.filter((pending) => !covered.includes(pending));
}

function settleFile(file: CrashFile, choice: CrashChoice): Uint8Array {
  let bytes: Uint8Array = file.durable.slice();
  file.pending.forEach(({ request }, index) => {
    const data = dataOf(request);
    for (let at = 0; at < data.length; at += SECTOR) {
      if (!choice.keepsSector(index, at / SECTOR)) continue;
      bytes = written(bytes, request.offset + at, data.subarray(at, at + SECTOR));
    }
  });
  return bytes;
}
