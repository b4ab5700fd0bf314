// The simulated disk as a backend like any other: it passes the contract that native, node-fs and
// memory pass. Three ways to let operations end:
//
//   at-once   everything has ended when `start` returns                judging a crash state
//   timed     by the clock of a drive model, as completions are asked  speed on a stated disk
//   held      whoever holds the backend says which operation ends      recording a run

import {
  CALL,
  OP_RWF_ATOMIC,
  OP_RWF_DSYNC,
  type Backend,
  type BackendCapabilities,
  type CompletionSink,
  type FileHandle,
  type IoOp,
  type OpenMode,
} from "../backend/backend.js";
import { later, OpQueue, type QueuedOp } from "../backend/op-queue.js";
import { EBADF, ECANCELED, ENODATA, isSync, settledWithoutCall } from "../backend/refusal.js";
import { Transfer } from "../backend/transfer.js";
import { errnoNumber, nameOfErrno } from "../errno.js";
import { IoError } from "../errors.js";
import type { SimDisk, SimNode } from "./disk.js";
import type { FaultCall, FaultPlan } from "./faults.js";
import type { Note, SyncRequest, WriteRequest } from "./history.js";
import { DriveQueue, type DriveModel } from "./latency.js";

export type Schedule = "at-once" | "timed" | "held";

export interface SimBackendOptions {
  readonly schedule?: Schedule;
  /** Of a timed schedule. */
  readonly drive?: DriveModel;
  /** Redo is on a drive of its own. */
  readonly separateLog?: boolean;
}

interface OpenNode {
  readonly node: SimNode;
  readonly mode: OpenMode;
}

/** Operations linked to each other; the first one has started. */
export interface Chain {
  readonly ops: QueuedOp[];
  request: WriteRequest | SyncRequest | null;
  /** Simulated time at which the first one ends. Microseconds. */
  due: number;
}

export class SimBackend implements Backend {
  readonly name = "sim";
  readonly capabilities: BackendCapabilities = {
    checksums: false,
    rwf: true,
    blockingWait: true,
    executor: "simulated disk",
    persistent: false,
  };
  /** Chains whose first operation has started and not ended, in the order of starting. */
  readonly running: Chain[] = [];
  /** Simulated time. Microseconds. */
  now = 0;
  faults: FaultPlan | null = null;
  /** Calls since the fault plan was set. */
  private calls = 0;
  private memory: Uint8Array | null = null;
  private queue: OpQueue;
  private readonly files = new Map<FileHandle, OpenNode>();
  private lastHandle: FileHandle = 0;
  schedule: Schedule;
  private drives: DriveQueue[] = [];
  /** Why operations were submitted. */
  private readonly notes = new WeakMap<QueuedOp, Note>();
  private onReady: () => void = () => {};

  constructor(
    readonly disk: SimDisk,
    private readonly options: SimBackendOptions = {},
  ) {
    this.schedule = options.schedule ?? "at-once";
    this.queue = this.newQueue();
    const { drive } = options;
    if (drive !== undefined) this.drives = [new DriveQueue(drive), new DriveQueue(drive)];
  }

  private newQueue(): OpQueue {
    return new OpQueue(() => {
      if (this.memory !== null) this.onReady();
    });
  }

  attach(memory: Uint8Array, _pageSize: number, onReady: () => void): void {
    if (this.memory !== null) throw new TypeError("sim: attach is called once");
    this.memory = memory;
    this.onReady = onReady;
  }

  setFaults(plan: FaultPlan | null): void {
    this.faults = plan;
    this.calls = 0;
  }

  open(path: string, mode: OpenMode, create: boolean): FileHandle {
    if (create) this.mayFail("create", path, "open");
    const node = create ? this.disk.create(path) : this.disk.tree.find(path);
    this.lastHandle += 1;
    this.files.set(this.lastHandle, { node, mode });
    return this.lastHandle;
  }

  close(file: FileHandle): void {
    this.opened(file);
    this.files.delete(file);
  }

  fileSize(file: FileHandle): number {
    return this.opened(file).node.content.size;
  }

  unlink(path: string): void {
    this.mayFail("unlink", path, "unlink");
    this.disk.unlink(path);
  }

  syncDirectory(path: string): void {
    this.mayFail("fsync-dir", path, "fsync");
    this.disk.syncDirectory(path);
  }

  makeDirectory(path: string): void {
    this.disk.tree.makeDirectory(path);
  }

  list(path: string): string[] | null {
    return this.disk.tree.list(path);
  }

  submit(op: IoOp): void {
    if (this.memory === null) throw new TypeError("sim: submit needs an attached memory");
    this.queue.submit(op);
  }

  /** Says why the operation submitted last is made. */
  annotate(note: Note): void {
    const op = this.queue.newest;
    if (op !== undefined) this.notes.set(op, note);
  }

  start(inline: boolean): void {
    for (const ops of this.queue.takeChains()) {
      const chain: Chain = { ops, request: null, due: 0 };
      if (this.begin(chain)) this.running.push(chain);
    }
    if (this.schedule === "at-once" || inline) {
      while (this.running.length > 0) this.endEarliest();
    }
    if (!inline && this.schedule !== "held") this.goOn();
  }

  /** Lets timed operations end, one at a time, and tells the event loop. */
  private goOn(): void {
    if (this.queue.reapable) this.queue.announce();
    if (this.running.length === 0) return;
    later(() => {
      if (this.memory === null || this.running.length === 0) return;
      this.endEarliest();
      this.goOn();
    });
  }

  private endEarliest(): void {
    let index = 0;
    for (let i = 1; i < this.running.length; i++) {
      if (this.running[i]!.due < this.running[index]!.due) index = i;
    }
    this.endRunning(index);
  }

  /** Ends the first operation of a running chain; the next one of the chain starts. */
  endRunning(index: number): void {
    const chain = this.running[index]!;
    this.now = Math.max(this.now, chain.due);
    const op = chain.ops.shift()!;
    if (chain.request?.type === "write") this.checkUnchanged(op, chain.request);
    const result = this.run(op);
    this.disk.end(chain.request, result);
    chain.request = null;
    this.queue.finish(op, result, 0);
    if (result < 0) {
      for (const next of chain.ops.splice(0)) this.queue.finish(next, ECANCELED, 0);
    }
    if (chain.ops.length === 0 || !this.begin(chain)) this.running.splice(index, 1);
  }

  /** Starts the first operation of a chain; false when all of them have ended without a call. */
  private begin(chain: Chain): boolean {
    for (let op = chain.ops[0]; op !== undefined; op = chain.ops[0]) {
      const settled = settledWithoutCall(op, this.memory!, true);
      const file = this.files.get(op.file);
      if (settled === null && file !== undefined) {
        chain.request = this.recorded(op, file);
        chain.due = this.dueOf(op, file);
        return true;
      }
      chain.ops.shift();
      const result = settled ?? EBADF;
      this.queue.finish(op, result, 0);
      if (result >= 0) continue;
      for (const next of chain.ops.splice(0)) this.queue.finish(next, ECANCELED, 0);
    }
    return false;
  }

  private recorded(op: QueuedOp, { node, mode }: OpenNode): WriteRequest | SyncRequest | null {
    if (op.call === CALL.pread || this.disk.history === null) return null;
    const note = this.notes.get(op) ?? null;
    if (isSync(op)) return this.disk.startSync(node, note);
    const { offset, length, address, flags } = op;
    const isFill = op.call === CALL.zeroFill;
    return this.disk.startWrite({
      ...{ node, offset, length },
      bytes: isFill ? null : this.memory!.subarray(address, address + length),
      direct: mode.direct,
      synchronous: mode.sync !== "none" || (flags & OP_RWF_DSYNC) !== 0,
      atomic: (flags & OP_RWF_ATOMIC) !== 0,
      note,
    });
  }

  private dueOf(op: QueuedOp, { node, mode }: OpenNode): number {
    const drive = this.drives[node.file.isLog && this.options.separateLog === true ? 1 : 0];
    if (drive === undefined) return this.now;
    if (op.call === CALL.pread) return drive.read(op.length, mode.direct, this.now);
    if (isSync(op)) return drive.sync(node.file.number, this.now);
    const isSynchronous = mode.sync !== "none" || (op.flags & OP_RWF_DSYNC) !== 0;
    return drive.write(node.file.number, op.length, mode.direct, isSynchronous, this.now);
  }

  private run(op: QueuedOp): number {
    const file = this.files.get(op.file);
    if (file === undefined) return EBADF;
    const { path } = file.node.file;
    if (isSync(op)) return Math.min(0, this.fault({ ...place(op), path }) ?? 0);
    const transfer = new Transfer(op, this.memory!);
    for (;;) {
      const fault = this.faults === null ? null : this.fault({ ...place(op), path });
      const size = fault === null ? transfer.length : Math.min(fault, transfer.length);
      const result = transfer.advance(size > 0 ? this.move(op, file.node, transfer, size) : size);
      if (result !== null) return result;
    }
  }

  /** Whoever asked for a write must leave its bytes alone until it has ended. */
  private checkUnchanged(op: QueuedOp, { data, file }: WriteRequest): void {
    for (let i = 0; data !== null && i < data.length; i++) {
      if (data[i] === this.memory![op.address + i]) continue;
      throw new Error(`sim: byte ${op.offset + i} of ${file.path} changed while it was in flight`);
    }
  }

  private move(op: QueuedOp, { content }: SimNode, transfer: Transfer, size: number): number {
    const { position, start } = transfer;
    if (op.call === CALL.zeroFill) content.write(position, null, 0, size);
    else if (op.call === CALL.pwrite) content.write(position, this.memory, start, size);
    else if (position + size > content.size) return ENODATA;
    else content.read(position, this.memory!.subarray(start, start + size));
    return size;
  }

  private fault(call: Omit<FaultCall, "number">): number | null {
    if (this.faults === null) return null;
    this.calls += 1;
    return this.faults({ ...call, number: this.calls });
  }

  private mayFail(call: "create" | "unlink" | "fsync-dir", path: string, system: string): void {
    const fault = this.fault({ call, path, offset: 0, length: 0 });
    if (fault !== null && fault < 0) throw new IoError(nameOfErrno(fault), system, path);
  }

  reap(sink: CompletionSink): number {
    return this.queue.reap(sink);
  }

  wait(): void {
    if (this.queue.reapable) return;
    if (this.running.length === 0) {
      throw new Error(`sim: wait with nothing started, ${this.queue.pending} pending`);
    }
    this.endEarliest();
  }

  pending(): number {
    return this.queue.pending;
  }

  /** The power is gone: nothing is in flight or open any more. The disk keeps what it shows. */
  powerOff(): void {
    this.running.length = 0;
    this.queue = this.newQueue();
    this.files.clear();
    this.setFaults(null);
  }

  detach(): Promise<void> {
    while (this.running.length > 0) this.endEarliest();
    this.memory = null;
    return Promise.resolve();
  }

  private opened(file: FileHandle): OpenNode {
    const found = this.files.get(file);
    if (found === undefined) throw new TypeError(`sim: file handle ${file} is not open`);
    return found;
  }
}

function place(op: QueuedOp): Pick<FaultCall, "call" | "offset" | "length"> {
  return { call: op.call, offset: op.offset, length: op.length };
}

/** The errno a fault plan fails a call with. */
export const FAULT = {
  EIO: errnoNumber("EIO"),
  ENOSPC: errnoNumber("ENOSPC"),
  EINTR: errnoNumber("EINTR"),
} as const;
