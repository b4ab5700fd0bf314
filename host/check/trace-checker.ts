// The trace checker: the write-ahead protocol as a state machine over what a store does and learns.
// It needs no crash. A request that comes before what must be durable first is a violation, and
// names the edge that is broken.
//
//   event ──▶ TraceChecker ──▶ file, page and redo rules ──▶ verdict
//                 │ began, ended: which writes are durable now?
//
// It judges a stated device (state.ts), trusts nothing that the engine claims, and may be kept over
// any number of openings of one store: recovery must obey the protocol too.

import type {
  AcknowledgedEvent,
  BeganEvent,
  EndedEvent,
  IoEvent,
  IoObserver,
} from "../observe/event.js";
import type { Edge } from "./edges.js";
import { FileRules } from "./file-rules.js";
import { type FileState, type Sync, type Write, writeOf } from "./file-state.js";
import { PageRules } from "./page-rules.js";
import { RedoRules } from "./redo-rules.js";
import { CheckState, type CheckRules } from "./state.js";
import type { Violation } from "./verdict.js";
import { nameOfFile, whyRedoEnds } from "./words.js";

const ECANCELED = -125;

/** An operation in flight: a write, a sync, or a read of which nothing is remembered. */
interface Operation {
  readonly event: BeganEvent;
  readonly chain: number;
  readonly write: Write | null;
  readonly sync: Sync | null;
}

export class TraceChecker implements IoObserver {
  /** Events so far; a sync covers what ended before it began in this count. */
  private now = 0;
  private readonly inFlight = new Map<number, Operation>();
  /** The first failure of a write or sync, in words. */
  private failure: string | null = null;
  private readonly s: CheckState;
  private readonly pages: PageRules;
  private readonly files: FileRules;
  private readonly redo: RedoRules;

  constructor(rules: CheckRules = {}) {
    this.s = new CheckState(rules);
    this.pages = new PageRules(this.s);
    this.files = new FileRules(this.s, this.pages);
    this.redo = new RedoRules(this.s, this.pages, this.files);
  }

  /** The first violations of each edge, in the order in which they happened. */
  get violations(): readonly Violation[] {
    return this.s.verdict.violations;
  }

  /** Edges that were broken, in the order of EDGES. */
  broken(): Edge[] {
    return this.s.verdict.broken();
  }

  /** All violations of an edge, those without a sentence included. */
  count(edge: Edge): number {
    return this.s.verdict.count(edge);
  }

  observe(event: IoEvent): void {
    this.now++;
    switch (event.type) {
      case "began":
        return this.began(event);
      case "ended":
        return this.ended(event);
      case "elided":
        return this.elided(event.kind === "data", this.s.file(event.kind, event.id), event.point);
      case "acknowledged":
        return this.acknowledged(event);
      case "opened":
        this.inFlight.clear();
        this.failure = null;
        return this.files.opened(event);
      case "power-cut":
        return this.files.powerCut();
      default:
        return this.files.changed(event);
    }
  }

  private elided(isData: boolean, file: FileState | undefined, point: string): void {
    // A checkpoint asks for files that their batches have synced already: nothing is left out.
    if (file !== undefined && !(isData && file.isWhole)) file.elidedAt = point;
  }

  private began(event: BeganEvent): void {
    const chain = this.inFlight.get(event.after)?.chain ?? event.seq;
    if (event.call === "pread") {
      if (event.kind === "data") this.remember(event, chain, null, null);
      return;
    }
    if (this.failure !== null)
      this.reportAfterFailure(`${event.call} #${event.seq} began`, event.seq);
    const file = this.s.file(event.kind, event.id) ?? this.unknown(event);
    if (event.call === "fsync" || event.call === "fdatasync") {
      this.remember(event, chain, null, { seq: event.seq, file, chain, beganAt: this.now });
      return;
    }
    const write = writeOf(event, file, chain);
    this.checkOverlap(write);
    this.judge(write, event);
    file.began(write);
    this.remember(event, chain, write, null);
  }

  private remember(event: BeganEvent, chain: number, write: Write | null, sync: Sync | null): void {
    this.inFlight.set(event.seq, { event, chain, write, sync });
  }

  /** A file that the store opened without its being found: it was there before we looked. */
  private unknown(event: BeganEvent): FileState {
    const file = this.s.add(event.kind, event.id, event.path);
    file.foundDurable(event.offset + event.length);
    return file;
  }

  private checkOverlap(write: Write): void {
    for (const other of write.file.inFlight) {
      if (other.offset >= write.end || write.offset >= other.end) continue;
      if (other.chain === write.chain) continue;
      this.s.verdict.report("one-write-at-a-time", write.seq, () => {
        const where = `bytes ${write.offset} to ${write.end} of ${nameOfFile(write.file)}`;
        return `write #${write.seq} of ${where} began while write #${other.seq} was in flight`;
      });
    }
  }

  /** What a write may rest on follows from its file and its point. */
  private judge(write: Write, event: BeganEvent): void {
    const { kind, point } = event;
    if (point === "file-create" || point === "file-extend" || kind === "marker") return;
    if (event.redo !== null) return this.redo.began(write, event);
    if (event.checkpointLsn !== null) return this.pages.checkpoint(write);
    if (event.call === "zero-fill") return;
    const isRepair = point === "recovery";
    if (!isRepair) this.files.used(write);
    if (kind === "data") this.pages.inPlace(write, isRepair);
    else if (kind !== "log") this.pages.copied(write);
  }

  private ended(event: EndedEvent): void {
    const operation = this.inFlight.get(event.seq);
    if (operation === undefined) return;
    this.inFlight.delete(event.seq);
    const { write, sync } = operation;
    const isWell = event.result >= 0;
    if (!isWell) this.noteFailure(operation.event, event.result);
    if (write !== null) this.writeEnded(write, operation.event, isWell);
    else if (sync !== null) this.syncEnded(sync, isWell);
    else if (event.found !== null) this.pages.found(event.found);
  }

  private writeEnded(write: Write, event: BeganEvent, isWell: boolean): void {
    const { file } = write;
    file.ended(write, this.now, isWell);
    if (!isWell) return;
    if (event.synchronous) {
      file.endedSynchronous(write);
      this.durable(write);
    } else if (event.direct && this.s.device === "protected") {
      file.endedProtected(write);
      this.durable(write);
    } else if (file.kind === "log") {
      this.s.redo.advance();
    }
  }

  private syncEnded(sync: Sync, isWell: boolean): void {
    const covered = sync.file.synced(sync, isWell);
    if (!isWell) return;
    for (const write of covered) if (!write.isDurable) this.durable(write);
    if (sync.file.kind === "log") this.s.redo.settled();
  }

  private durable(write: Write): void {
    write.isDurable = true;
    if (write.file.kind === "data") return this.pages.durable(write);
    if (write.file.kind !== "log") return;
    const { redo } = this.s;
    if (write.checkpointLsn === null) redo.advance();
    else redo.checkpoint = Math.max(redo.checkpoint ?? 0, write.checkpointLsn);
  }

  /** Growth and creation may fail without harm: nobody relies on them yet. */
  private noteFailure(event: BeganEvent, result: number): void {
    if (event.call === "pread" || result === ECANCELED) return;
    if (event.kind === "data" && event.point === "file-create") return;
    if (event.call === "zero-fill" && event.point === "file-extend") return;
    const { call, seq, path, point } = event;
    this.failure ??= `${call} #${seq} of ${path} at ${point} had failed with errno ${-result}`;
  }

  private reportAfterFailure(what: string, seq: number): void {
    const { failure } = this;
    this.s.verdict.report("nothing-after-failed-sync", seq, () => `${what} after ${failure}`);
  }

  private acknowledged(event: AcknowledgedEvent): void {
    const { redo } = this.s;
    if (this.failure !== null) this.reportAfterFailure(`a ${event.what} was acknowledged`, 0);
    this.files.acknowledged();
    if (event.what === "checkpoint") return this.checkpointPromised(event.lsn);
    const needed =
      event.what === "create" || event.what === "drop" ? this.ddlLsn(event) : event.lsn;
    if (event.promise === "nothing") return;
    const reached = event.promise === "durable" ? redo.durable : redo.written;
    if (needed <= reached) return;
    const { durable, firstLost } = redo;
    this.s.verdict.report("promise-before-ack", 0, () => {
      const what = `a ${event.what} was acknowledged as ${event.promise} up to LSN ${needed}`;
      if (event.promise === "written") return `${what} while redo was written up to ${reached}`;
      return `${what} while ${whyRedoEnds(firstLost, durable)}`;
    });
  }

  /** Where redo says what was acknowledged; Infinity when no redo says so yet. */
  private ddlLsn(event: AcknowledgedEvent): number {
    const file = this.s.tablespace(event.id);
    if (event.what === "create") return file?.createdLsn ?? Infinity;
    // The file is gone, and its removal was judged by drop-before-unlink.
    return file === undefined ? 0 : (file.droppedLsn ?? Infinity);
  }

  private checkpointPromised(lsn: number): void {
    const { checkpoint } = this.s.redo;
    if (checkpoint === null || checkpoint >= lsn) return;
    this.s.verdict.report("promise-before-ack", 0, () => {
      const what = `a checkpoint up to LSN ${lsn} was acknowledged`;
      return `${what} while the newest durable one was ${checkpoint}`;
    });
  }
}

/** Judges a whole trace; the violations that are kept, in the order in which they happened. */
export function checkTrace(events: Iterable<IoEvent>, rules: CheckRules = {}): Violation[] {
  const checker = new TraceChecker(rules);
  for (const event of events) checker.observe(event);
  return [...checker.violations];
}
