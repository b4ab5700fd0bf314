// The pump between the engine and a backend: takes requests from the submission ring, decides with
// the flush method which call each one is, runs them, and posts completions.
//
//   request (what and why) ──▶ method table: open mode? sync call? ──▶ operation ──▶ backend
//   completion ◀── result, or 0 at once where the table says that no call is made
//
// The driver keeps no promise of its own: what it elides, the table says.

import {
  FILE_KINDS,
  IO_LINK,
  IO_POINTS,
  IO_STAMP,
  IO_VERIFY,
  OPS,
  SUBMISSION_SLOT_SIZE,
} from "./abi.js";
import type { IoPoint } from "./abi.js";
import type { Backend, Call, IoOp } from "./backend/backend.js";
import {
  CALL,
  OP_LINK,
  OP_RWF_ATOMIC,
  OP_STAMP_LOG,
  OP_STAMP_PAGES,
  OP_VERIFY_PAGE,
} from "./backend/backend.js";
import { account, CALL_NAMES, isInPlace, latencyOf } from "./accounting.js";
import { errnoNumber, nameOfErrno } from "./errno.js";
import { CompletionRing } from "./completion-ring.js";
import type { Engine } from "./engine.js";
import { IoError } from "./errors.js";
import type { OpenFile } from "./files.js";
import { FileOperations, isFileOp } from "./file-operations.js";
import { FileTable } from "./files.js";
import { Flights } from "./flights.js";
import { SyncDecisions, type FlushMethod, type SyncPoint } from "./flush/index.js";
import type { Layout } from "./layout.js";
import { Recorder, type LatencyClass } from "./metrics.js";
import type { Observation } from "./observe/observation.js";
import { SyncOverlap } from "./sync-overlap.js";
import type { TraceEvent } from "./trace.js";

const NO_LINK = -1;

/** Points whose operations a blocking caller does not wait for. */
const BACKGROUND_POINTS: ReadonlySet<IoPoint> = new Set<IoPoint>([
  "dblwr-batch",
  "data-batch",
  "data-batch-plain",
  "checkpoint-data",
  "checkpoint-log",
]);

export interface DriverOptions {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly method: FlushMethod;
  readonly layout: Layout;
  readonly trace: ((event: TraceEvent) => void) | null;
  readonly observation?: Observation | null | undefined;
  /** Called on the event loop when completions can be taken. */
  readonly onReady: () => void;
}

export class Driver {
  readonly recorder = new Recorder();
  readonly files: FileTable;
  /** The last write, sync or file operation that failed. */
  failure: IoError | null = null;
  private readonly fileOperations: FileOperations;
  private readonly flights: Flights;
  private readonly decisions: SyncDecisions;
  private readonly overlap = new SyncOverlap();
  private readonly op: IoOp = {
    tag: 0,
    call: CALL.nop,
    file: 0,
    flags: 0,
    offset: 0,
    address: 0,
    length: 0,
  };
  private readonly head: number;
  private readonly submission: number;
  private readonly completions: CompletionRing;
  private readonly slots: number;
  /** Whether operations queued at the backend, not started yet, are to run inline. */
  private queuedInline = false;
  private queued = 0;
  private inFlight = 0;
  /** Operations on the redo log that the engine has not been told the end of. */
  logInFlight = 0;
  /** `wait` can end what was started asynchronously. */
  readonly canBlock: boolean;
  /** The flight whose successor is the next request, when that is linked to it. */
  private linkedFlight = NO_LINK;
  /** Writes of the chain being taken. */
  private chainWrites = 0;

  constructor(private readonly o: DriverOptions) {
    const { exports } = o.engine;
    this.canBlock = o.backend.capabilities.blockingWait;
    this.files = new FileTable(o.backend, o.layout, o.method);
    this.head = exports.ringHeaderAddress() >>> 2;
    this.submission = exports.submissionAddress();
    this.completions = new CompletionRing(o.engine);
    this.slots = exports.ringSlots();
    this.flights = new Flights(this.slots);
    this.decisions = new SyncDecisions(o.method);
    this.fileOperations = new FileOperations(o, this.files, this.decisions, this.recorder);
    const pageSize = o.layout.pageSize;
    o.backend.attach(o.engine.bytes, pageSize, o.onReady);
  }

  /**
   * Takes every request from the ring and starts it. `inline`: run what the caller waits for on
   * this thread. Returns how many requests there were.
   */
  submit(inline: boolean): number {
    const words = this.o.engine.words;
    let head = words[this.head]!;
    const tail = words[this.head + 1]!;
    const count = (tail - head) >>> 0;
    while (head !== tail) {
      const next = (head + 1) >>> 0;
      const isLast = next === tail;
      this.take(this.slotAt(head), isLast ? 0 : this.slotAt(next), inline);
      head = next;
      words[this.head] = head;
    }
    this.start();
    return count;
  }

  private slotAt(number: number): number {
    return this.submission + (number % this.slots) * SUBMISSION_SLOT_SIZE;
  }

  /** Delivers finished operations to the engine's completion ring; returns how many. */
  reap(): number {
    return this.o.backend.reap(this.sink);
  }

  /** After a failure: takes what has finished, and tells the engine nothing any more. */
  drop(): void {
    this.completions.isSilent = true;
    this.o.backend.reap(this.sink);
  }

  /** Blocks until an operation has finished. */
  wait(): void {
    this.o.backend.wait();
  }

  /** Operations the backend has not delivered yet. */
  pending(): number {
    return this.inFlight;
  }

  private take(slot: number, nextSlot: number, inline: boolean): void {
    const { engine } = this.o;
    const head = engine.words[slot >>> 2]!;
    const op = OPS[head & 0xff]!;
    const kind = FILE_KINDS[(head >>> 8) & 0xff]!;
    const point = IO_POINTS[(head >>> 16) & 0xff]!;
    const flags = head >>> 24;
    const id = engine.words[(slot >>> 2) + 1]!;
    const tag = engine.words[(slot >>> 2) + 6]!;
    const predecessor = this.linkedFlight;
    this.linkedFlight = NO_LINK;
    if (predecessor === NO_LINK) this.chainWrites = 0;
    if (isFileOp(op)) {
      const error = this.fileOperations.run(op, kind, id, point);
      if (error === null) this.completions.push(tag, 0, 0);
      else this.refuse(error, tag);
      return;
    }
    this.switchMode(inline && !this.isBackground(point));
    try {
      const file = this.files.get(kind, id);
      if (op === "sync") this.takeSync(file, point, tag, predecessor);
      else this.takeTransfer(op === "read", file, point, slot, flags, nextSlot);
    } catch (error) {
      this.refuse(error, tag);
    }
  }

  private isBackground(point: IoPoint): boolean {
    return this.canBlock && BACKGROUND_POINTS.has(point);
  }

  private refuse(error: unknown, tag: number): void {
    if (!(error instanceof IoError)) throw error;
    this.failure = error;
    this.completions.push(tag, errnoNumber(error.code), 0);
  }

  private takeTransfer(
    isRead: boolean,
    file: OpenFile,
    point: IoPoint,
    slot: number,
    flags: number,
    nextSlot: number,
  ): void {
    const { engine } = this.o;
    const at = slot >>> 2;
    const op = this.op;
    const isExtend = OPS[engine.words[at]! & 0xff] === "extend";
    op.call = isRead ? CALL.pread : isExtend ? CALL.zeroFill : CALL.pwrite;
    op.file = file.handle;
    op.offset = engine.words[at + 2]! + engine.words[at + 3]! * 2 ** 32;
    op.address = engine.words[at + 4]!;
    op.length = engine.words[at + 5]!;
    op.flags = this.transferFlags(file, point, flags);
    const flight = this.launch(engine.words[at + 6]!, file, latencyOf(file.kind, op.call, point));
    if (!isRead) this.noteWrite(file, point);
    if ((flags & IO_LINK) !== 0) this.linkNext(flight, file, nextSlot);
    this.submitOp(flight);
    this.report(flight, file, point);
  }

  private transferFlags(file: OpenFile, point: IoPoint, flags: number): number {
    const { backend, engine, layout, method } = this.o;
    const op = this.op;
    let result = 0;
    if ((flags & IO_STAMP) !== 0) {
      const isLog = file.kind === "log";
      if (backend.capabilities.checksums) result |= isLog ? OP_STAMP_LOG : OP_STAMP_PAGES;
      else if (isLog) engine.exports.stampLogBlocks(op.address, op.length);
      else engine.exports.stampPages(op.address, op.length / layout.pageSize);
    }
    if ((flags & IO_VERIFY) !== 0 && backend.capabilities.checksums) result |= OP_VERIFY_PAGE;
    const isPage = point === "data-batch" || point === "data-batch-plain";
    if (method.atomicPages && isPage && file.kind === "data") result |= OP_RWF_ATOMIC;
    return result;
  }

  private noteWrite(file: OpenFile, point: IoPoint): void {
    const end = this.op.offset + this.op.length;
    file.writes++;
    if (end > file.size) {
      file.size = end;
      file.hasGrown = true;
    }
    if (file.kind === "data" && isInPlace(point)) this.recorder.dataWriteStarted();
  }

  /** Links the next request to this one, unless it is a sync that the method elides. */
  private linkNext(flight: number, file: OpenFile, nextSlot: number): void {
    const words = this.o.engine.words;
    if (nextSlot === 0) throw new Error("driver: a linked request has a successor in the ring");
    const head = words[nextSlot >>> 2]!;
    const point = IO_POINTS[(head >>> 16) & 0xff]! as SyncPoint;
    this.linkedFlight = flight;
    this.chainWrites++;
    if (OPS[head & 0xff] === "sync" && this.syncCall(file, point) === null) return;
    this.op.flags |= OP_LINK;
  }

  /** The call a sync of this file makes at this point, or null when it makes none. */
  private syncCall(file: OpenFile, point: SyncPoint): Call | null {
    const decision = this.decisions.of(file.kind, point);
    if (decision.call === null) return null;
    if (decision.rule === "size-changed" && !file.hasGrown) return null;
    // A checkpoint asks for every file written since the last one; batches have synced most.
    if (point === "checkpoint-data" && file.writes === file.syncedWrites) return null;
    return CALL[decision.call];
  }

  private takeSync(file: OpenFile, point: IoPoint, tag: number, predecessor: number): void {
    const call = this.syncCall(file, point as SyncPoint);
    if (call === null) {
      this.o.observation?.elided(file.kind, file.id, file.path, point);
      if (predecessor === NO_LINK) this.completions.push(tag, 0, 0);
      else this.flights.follower[predecessor] = tag;
      return;
    }
    const op = this.op;
    op.call = call;
    op.file = file.handle;
    op.flags = 0;
    op.offset = 0;
    op.length = 0;
    const flight = this.launch(tag, file, latencyOf(file.kind, call, point));
    // A sync covers what has ended when it starts, and what it is linked to.
    this.flights.covers[flight] = file.endedWrites + this.chainWrites;
    this.overlap.began(file, flight);
    this.submitOp(flight);
    this.report(flight, file, point);
  }

  private launch(tag: number, file: OpenFile, latency: LatencyClass | null): number {
    const flight = this.flights.take();
    if (file.kind === "log") this.logInFlight++;
    this.flights.tag[flight] = tag;
    this.flights.file[flight] = file;
    this.flights.latency[flight] = latency;
    this.flights.call[flight] = this.op.call;
    this.flights.offset[flight] = this.op.offset;
    this.flights.length[flight] = this.op.length;
    return flight;
  }

  private submitOp(flight: number): void {
    this.op.tag = flight;
    this.inFlight++;
    this.queued++;
    this.o.backend.submit(this.op);
  }

  private switchMode(inline: boolean): void {
    if (inline === this.queuedInline) return;
    this.start();
    this.queuedInline = inline;
  }

  private start(): void {
    if (this.queued === 0) return;
    this.queued = 0;
    this.o.backend.start(this.queuedInline);
  }

  private readonly sink = (
    flight: number,
    result: number,
    doneFlags: number,
    nanoseconds: number,
  ): void => {
    const file = this.flights.file[flight]!;
    const call = this.flights.call[flight]!;
    this.inFlight--;
    if (call !== CALL.fsync && call !== CALL.fdatasync) {
      return this.deliver(flight, result, doneFlags, nanoseconds);
    }
    for (const each of this.overlap.ended(file, { flight, result, nanoseconds })) {
      this.deliver(each.flight, each.result, 0, each.nanoseconds);
    }
  };

  private deliver(flight: number, result: number, doneFlags: number, nanoseconds: number): void {
    const { flights } = this;
    const file = flights.file[flight]!;
    if (file.kind === "log") this.logInFlight--;
    account(this.recorder, flights, flight, result, nanoseconds);
    if (result < 0) this.noteFailure(flight, file, result);
    this.o.observation?.ended(flight, result);
    const follower = flights.follower[flight]!;
    const tag = flights.tag[flight]!;
    flights.release(flight);
    this.completions.push(tag, result, doneFlags);
    if (follower >= 0)
      this.completions.push(follower, result < 0 ? errnoNumber("ECANCELED") : 0, 0);
  }

  /** Reads may be tried again; anything else leaves the disk in an unknown state. */
  private noteFailure(flight: number, file: OpenFile, result: number): void {
    const call = this.flights.call[flight]! as Call;
    if (call === CALL.pread || result === errnoNumber("ECANCELED")) return;
    const isSync = call === CALL.fsync || call === CALL.fdatasync;
    const offset = isSync ? null : this.flights.offset[flight]!;
    const length = isSync ? null : this.flights.length[flight]!;
    const name = call === CALL.zeroFill ? "pwrite" : CALL_NAMES[call];
    this.failure = new IoError(nameOfErrno(-result), name, file.path, offset, length);
  }

  /** Tells whoever watches of the operation that was just submitted. */
  private report(flight: number, file: OpenFile, point: IoPoint): void {
    this.o.observation?.began(flight, file, point, this.op);
    if (this.o.trace === null) return;
    const { kind, id, path } = file;
    const { call, offset, length } = this.op;
    this.o.trace({ call: CALL_NAMES[call], kind, id, point, path, offset, length });
  }

  /** Forgets what is in flight and every open file, as a machine does that loses its power. */
  abandon(): void {
    this.flights.clear();
    this.overlap.clear();
    this.files.closeAll();
    this.failure = null;
    this.queuedInline = false;
    this.queued = 0;
    this.inFlight = 0;
    this.logInFlight = 0;
    this.completions.isSilent = false;
    this.linkedFlight = NO_LINK;
    this.chainWrites = 0;
  }

  /** Closes every file; nothing may be in flight. */
  async detach(): Promise<void> {
    await this.o.backend.detach();
    this.files.closeAll();
  }
}
