// Runs the engine without the host: takes requests from the submission ring, carries them out on a
// disk in memory (disk.ts), posts completions. Tests hold requests back, reorder them, let them
// fail, cut the power, and turn the clock.
//
//   poll ▸ take requests ▸ start those that may start ▸ end some of them ▸ poll …
//
// Every request is checked on the way: no two writes in flight overlap, what is being written does
// not change, no page is written before its redo is durable.

import {
  FILE_KINDS,
  IO_LINK,
  IO_POINTS,
  IO_STAMP,
  OPS,
  SUBMISSION_SLOT_SIZE,
} from "../../host/abi.js";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import type { EngineExports } from "../../host/engine.js";
import { testModule, type Word } from "../engine-loader.js";
import { Disk, ENODATA, keyOf, type JournalEvent, type Request } from "./disk.js";
import { WriteSet } from "./write-set.js";

export { WriteSet } from "./write-set.js";
export * from "./disk.js";

export const PAGE = 4096;
/** Bytes of a page that transactions may write, and where they start. */
export const BODY_AT = 38;
export const BODY_SIZE = PAGE - 46;
export const EIO = -5;
export const ENOSPC = -28;
const ECANCELED = -125;
const WASM_PAGE = 65536;
const TURNS_MAX = 20_000;

type OptionName = keyof typeof ENGINE_OPTION;
export type Options = Partial<Record<OptionName, number>>;

/** A store so small that everything wraps, fills up and runs out within one test. */
export const SMALL: Options = {
  pageSize: PAGE,
  framesCount: 64,
  redoCapacity: 65536,
  logBufferSize: 65536,
  trxBytesMax: 16384,
  doublewriteMode: 1,
  doublewritePages: 4,
  doublewriteFiles: 2,
  batchesCount: 2,
  extendPages: 4,
  lruScanDepth: 16,
  storeUuid: 0x7e57,
  // Nothing is written in the background unless a test asks for it.
  maxDirtyPagesPctLwm: 90,
  adaptiveFlushingLwm: 100,
  logTimeoutMs: 1e9,
};

const module = await testModule();
/** Linear memories to be used again: making one is far slower than clearing one. */
const memories: WebAssembly.Memory[] = [];

/** An export of engine/testing.ts. */
type Internal = (...args: Word[]) => Word;

export class Machine {
  readonly x: EngineExports;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Requests taken and not ended, in the order of the ring. */
  readonly inFlight: Request[] = [];
  /** Every request ever taken. */
  readonly trace: Request[] = [];
  journal: JournalEvent[] = [];
  /** When redo became durable: the length of the journal, and up to which LSN. */
  readonly promises: { at: number; lsn: number }[] = [];
  /** The clock, in milliseconds. */
  now = 1;
  /** Bytes of linear memory the engine asked for. */
  readonly planned: number;
  /** Errno (negative) for a request, or 0 to carry it out. */
  fault: (request: Request) => number = () => 0;
  /** True for a request that is not to end yet. */
  hold: (request: Request) => boolean = () => false;
  /** Which of `count` requests ends next. */
  pick: (count: number) => number = () => 0;
  private readonly memory: WebAssembly.Memory;
  private readonly raw: Record<string, unknown>;
  private readonly head: number;
  private chain: Request | null = null;

  constructor(
    options: Options,
    readonly disk: Disk,
  ) {
    this.memory = memories.pop() ?? new WebAssembly.Memory({ initial: 96 });
    this.raw = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports;
    this.x = this.raw as unknown as EngineExports;
    for (const [name, value] of Object.entries({ ...SMALL, ...options })) {
      this.x.setOption(ENGINE_OPTION[name as OptionName], value);
    }
    for (const [key, bytes] of disk.files) {
      const [kind, id] = key.split(":") as [(typeof FILE_KINDS)[number], string];
      if (kind !== "log") this.x.foundFile(FILE_KINDS.indexOf(kind), Number(id), bytes.length);
    }
    this.planned = this.guard(() => this.x.arenaPlan());
    const missing = Math.ceil((this.planned - this.memory.buffer.byteLength) / WASM_PAGE);
    if (missing > 0) this.memory.grow(missing);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.head = this.x.ringHeaderAddress();
  }

  /** Gives the memory to the next machine; this one must not be used any more. */
  dispose(): void {
    this.bytes.fill(0);
    memories.push(this.memory);
  }

  /** Calls an internal of the engine; 64-bit arguments and results are bigint. */
  call(name: string, ...args: Word[]): Word {
    const fn = this.raw[name];
    if (typeof fn !== "function") throw new Error(`engine/testing.ts exports no function ${name}`);
    return this.guard(() => (fn as Internal)(...args));
  }

  /** The value of an exported constant or variable. */
  value(name: string): number {
    const global = this.raw[name];
    if (typeof global !== "object" || global === null || !("value" in global)) {
      throw new Error(`engine/testing.ts exports no value ${name}`);
    }
    return Number(global.value);
  }

  counter(name: string): number {
    return Number(this.call("counter", this.value(`COUNTER_${name}`)));
  }

  /** The failure record: status, what, file kind, file id, page. */
  failure(): Record<"status" | "what" | "kind" | "id" | "page" | "found", number> {
    const at = this.x.failureAddress();
    const word = (index: number): number => this.view.getUint32(at + index * 4, true);
    const [status, what, kind, id, page] = [word(0), word(1), word(2), word(3), word(4)];
    return { status, what, kind, id, page, found: word(8) };
  }

  /** One poll; requests it makes are taken and started, none ends. */
  poll(): void {
    this.guard(() => this.x.poll(this.now));
    const lsn = this.x.flushedToDiskLsn();
    if (lsn !== (this.promises.at(-1)?.lsn ?? 0)) {
      this.promises.push({ at: this.journal.length, lsn });
    }
    this.take();
  }

  /** Ends every request that may end; returns how many. */
  complete(): number {
    let count = 0;
    for (;;) {
      this.start();
      const ready = this.inFlight.filter((each) => each.isStarted && !this.hold(each));
      if (ready.length === 0) return count;
      this.end(ready[this.pick(ready.length)]!);
      count++;
    }
  }

  /** Polls and completes until `ready`; the clock moves when nothing else does. */
  settle(ready: () => boolean, what = "the store to settle"): void {
    for (let turns = 0; turns < TURNS_MAX; turns++) {
      this.poll();
      if (ready()) return;
      if (this.complete() === 0) this.now += 1;
    }
    const { status, what: reason } = this.failure();
    const flights = this.inFlight.map(describe).join(", ");
    throw new Error(
      `waited for ${what}: state ${this.x.storeState()}, failure ${status}/${reason}, in flight [${flights}]`,
    );
  }

  /** Polls and completes until nothing is left to do at this time. */
  rest(): void {
    for (;;) {
      this.poll();
      if (this.complete() === 0) return;
    }
  }

  private take(): void {
    const { view, head } = this;
    let at = view.getUint32(head, true);
    const tail = view.getUint32(head + 4, true);
    for (; at !== tail; at = (at + 1) >>> 0) {
      const request = this.requestAt(
        this.x.submissionAddress() + (at % this.x.ringSlots()) * SUBMISSION_SLOT_SIZE,
      );
      this.chain = (request.flags & IO_LINK) !== 0 ? request : null;
      this.inFlight.push(request);
      this.trace.push(request);
    }
    view.setUint32(head, tail, true);
    this.start();
  }

  private requestAt(slot: number): Request {
    const { view } = this;
    return {
      op: OPS[view.getUint8(slot)]!,
      kind: FILE_KINDS[view.getUint8(slot + 1)]!,
      point: IO_POINTS[view.getUint8(slot + 2)]!,
      flags: view.getUint8(slot + 3),
      id: view.getUint32(slot + 4, true),
      offset: Number(view.getBigUint64(slot + 8, true)),
      address: view.getUint32(slot + 16, true),
      length: view.getUint32(slot + 20, true),
      tag: view.getUint32(slot + 24, true),
      after: this.chain,
      data: null,
      isStarted: false,
    };
  }

  /** Starts what does not wait for another request. */
  private start(): void {
    for (const request of this.inFlight) {
      const waits = request.after !== null && this.inFlight.includes(request.after);
      if (request.isStarted || waits) continue;
      request.isStarted = true;
      if (request.op === "write") this.startWrite(request);
      this.journal.push({ type: "start", request, result: 0 });
    }
  }

  private startWrite(request: Request): void {
    const { address, length, kind } = request;
    if ((request.flags & IO_STAMP) !== 0) {
      if (kind === "log") this.x.stampLogBlocks(address, length);
      else this.x.stampPages(address, length / this.pageSize());
    }
    request.data = this.bytes.slice(address, address + length);
    for (const other of this.inFlight) {
      if (other !== request && other.isStarted && overlaps(other, request)) {
        throw new Error(`two writes in flight overlap: ${describe(other)}, ${describe(request)}`);
      }
    }
    if (kind === "data" && request.point.startsWith("data-batch")) this.checkWriteAhead(request);
  }

  private checkWriteAhead(request: Request): void {
    const lsn = Number(new DataView(request.data!.buffer).getBigUint64(16));
    const durable = this.x.flushedToDiskLsn();
    if (lsn > durable) throw new Error(`${describe(request)}: LSN ${lsn}, redo durable ${durable}`);
  }

  private pageSize(): number {
    return this.value("pageSize");
  }

  /** Ends one request now, whatever `hold` says. */
  end(request: Request): void {
    this.inFlight.splice(this.inFlight.indexOf(request), 1);
    const errno = this.fault(request);
    const result = errno !== 0 ? errno : this.run(request);
    this.journal.push({ type: "done", request, result });
    this.post(request.tag, result);
    if (result < 0 && (request.flags & IO_LINK) !== 0) this.cancelAfter(request);
  }

  private cancelAfter(request: Request): void {
    const next = this.inFlight.find((each) => each.after === request);
    if (next === undefined) return;
    this.inFlight.splice(this.inFlight.indexOf(next), 1);
    this.journal.push({ type: "done", request: next, result: ECANCELED });
    this.post(next.tag, ECANCELED);
    if ((next.flags & IO_LINK) !== 0) this.cancelAfter(next);
  }

  private run(request: Request): number {
    if (request.op === "read") {
      const found = this.disk.read(request);
      if (found === null) return ENODATA;
      this.bytes.set(found, request.address);
      return request.length;
    }
    if (request.op === "write") this.checkUnchanged(request);
    return this.disk.run(request);
  }

  private checkUnchanged(request: Request): void {
    const { address, length, data } = request;
    const now = this.bytes.subarray(address, address + length);
    if (Buffer.compare(now, data!) !== 0) {
      throw new Error(`${describe(request)}: its bytes changed while it was in flight`);
    }
  }

  private post(tag: number, result: number): void {
    const { view, head } = this;
    const tail = view.getUint32(head + 12, true);
    const slot = this.x.completionAddress() + (tail % this.x.ringSlots()) * 16;
    view.setUint32(slot, tag, true);
    view.setInt32(slot + 4, result, true);
    view.setUint32(slot + 8, 0, true);
    view.setUint32(head + 12, tail + 1, true);
  }

  /** Turns a trap into an error that says which fact did not hold. */
  private guard<T>(run: () => T): T {
    try {
      return run();
    } catch (trap) {
      const view = new DataView(this.memory.buffer);
      const at = this.x.panicAddress();
      const line = view.getUint32(at + 8, true);
      if (line === 0) throw trap;
      const text = (address: number): string => {
        if (address === 0) return "";
        const length = view.getUint32(address - 4, true);
        return Buffer.from(this.memory.buffer, address, length).toString("utf16le");
      };
      const message = text(view.getUint32(at, true));
      const file = text(view.getUint32(at + 4, true));
      throw new Error(`panic: ${message} (${file}:${line})`, { cause: trap });
    }
  }

  state(): string {
    const names = ["NEW", "CREATING", "RECOVERING", "LOADING", "CLEANING", "RUNNING"];
    names.push("CLOSING", "CLOSED", "FAILED");
    const state = this.x.storeState();
    return names.find((name) => this.value(`STATE_${name}`) === state) ?? String(state);
  }

  /** Puts the write set into the exchange area and asks for the commit once. */
  tryCommit(set: WriteSet | Uint8Array): number {
    const bytes = set instanceof WriteSet ? set.bytes() : set;
    this.bytes.set(bytes, this.x.exchangeAddress());
    return this.guard(() => this.x.trxCommit(bytes.length, 1));
  }

  /** Commits; asks again as long as the answer is PENDING or LOG_FULL. Returns the status. */
  commit(set: WriteSet | Uint8Array): number {
    let status = this.tryCommit(set);
    this.settle(() => {
      if (status !== STATUS.PENDING && status !== STATUS.LOG_FULL) return true;
      status = this.tryCommit(set);
      return status !== STATUS.PENDING && status !== STATUS.LOG_FULL;
    }, "a commit");
    return status;
  }

  /** Makes redo durable up to `lsn`. */
  flush(lsn = this.x.lsn()): void {
    this.x.logWrite(lsn, 1);
    this.settle(() => this.x.flushedToDiskLsn() >= lsn, "redo to be durable");
  }

  /** Writes every dirty page and a checkpoint at the end of the log. */
  checkpoint(): void {
    this.x.storeCheckpoint();
    this.settle(() => this.x.checkpointIsDone() !== 0, "a checkpoint");
  }

  /** The body of a user's page, or the status that refuses it. */
  read(space: number, page: number): Uint8Array | number {
    let at = 0;
    let status = 0;
    this.settle(() => {
      at = this.guard(() => this.x.pageRead(space, page));
      status = at === 0 ? this.x.pageReadStatus() : STATUS.OK;
      return status !== STATUS.PENDING;
    }, `page ${space}:${page}`);
    return at === 0 ? status : this.bytes.slice(at, at + BODY_SIZE);
  }

  /** A page handed out by the allocator, or a negative status. */
  reserve(space: number): number {
    let status: number = STATUS.PENDING;
    this.settle(() => {
      status = this.guard(() => this.x.fspReserve(space));
      return status !== STATUS.PENDING;
    }, "a free page");
    return status === STATUS.OK ? this.x.reservedPage() : -status;
  }

  /** Creates or drops a tablespace; returns the status. */
  ddl(verb: "create" | "drop", name: string): number {
    this.startDdl(verb, name);
    this.settle(() => this.x.ddlStatus() !== STATUS.PENDING, `${verb} ${name}`);
    return this.x.ddlStatus();
  }

  startDdl(verb: "create" | "drop", name: string): number {
    const bytes = new TextEncoder().encode(name);
    this.bytes.set(bytes, this.x.exchangeAddress());
    return verb === "create" ? this.x.ddlCreate(bytes.length) : this.x.ddlDrop(bytes.length);
  }

  /** Creates a tablespace and returns its space id. */
  createSpace(name: string): number {
    const status = this.ddl("create", name);
    if (status !== STATUS.OK) throw new Error(`create ${name}: status ${status}`);
    return this.x.ddlSpaceId();
  }

  /** Names and space ids of the dictionary. */
  dictionary(): Map<string, number> {
    const found = new Map<string, number>();
    for (let n = 0; n < this.x.dictCapacity(); n++) {
      let id = 0;
      this.settle(() => {
        id = this.x.dictList(n);
        return this.x.dictStatus() !== STATUS.PENDING;
      }, "the dictionary");
      const at = this.x.exchangeAddress();
      const name = this.bytes.subarray(at, at + this.x.dictNameLength());
      if (id !== 0) found.set(Buffer.from(name).toString(), id);
    }
    return found;
  }

  close(): void {
    this.x.storeClose();
    this.settle(
      () => this.state() !== "RUNNING" && this.state() !== "CLOSING",
      "the store to close",
    );
  }
}

/** engine/abi/status.ts; the numbers of every machine are the same. */
export const STATUS = {
  OK: 0,
  PENDING: 1,
  LOG_FULL: 2,
  TOO_LARGE: 3,
  NOT_FOUND: 4,
  DAMAGED: 5,
  READ_FAILED: 6,
  POISONED: 7,
  NOT_ALLOCATED: 8,
  CONFLICT: 9,
  NO_SPACE: 10,
  BAD_REQUEST: 11,
  EXISTS: 12,
  WRONG_STATE: 13,
  FORMAT: 14,
} as const;

export function describe(request: Request): string {
  const place = request.op === "sync" ? "" : ` ${request.offset}+${request.length}`;
  return `${request.op} ${keyOf(request.kind, request.id)}${place} (${request.point})`;
}

function overlaps(a: Request, b: Request): boolean {
  if ((a.op !== "write" && a.op !== "extend") || a.kind !== b.kind || a.id !== b.id) return false;
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

/** A machine that runs a new store. */
export function createStore(options: Options = {}, disk = new Disk()): Machine {
  const machine = new Machine(options, disk);
  machine.x.storeCreate();
  machine.settle(() => machine.state() !== "CREATING", "the store to be created");
  return machine;
}

/** A machine that has recovered the store on `disk`, or failed to: look at its state. */
export function openStore(disk: Disk, options: Options = {}): Machine {
  const machine = new Machine(options, disk);
  machine.x.storeOpen();
  machine.settle(() => isOpen(machine), "the store to open");
  return machine;
}

export function isOpen(machine: Machine): boolean {
  return machine.state() === "RUNNING" || machine.state() === "FAILED";
}

/** Reserves and allocates `count` pages of a tablespace, in one transaction; returns them. */
export function allocatePages(machine: Machine, space: number, count: number): number[] {
  const pages = Array.from({ length: count }, () => machine.reserve(space));
  const set = new WriteSet();
  for (const page of pages) set.allocate(space, page);
  const status = machine.commit(set);
  if (status !== STATUS.OK) throw new Error(`allocate ${pages.join(" ")}: status ${status}`);
  return pages;
}
