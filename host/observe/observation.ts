// Tells an observer what the host does: turns what the driver and its callers know at that moment,
// and what memory holds then, into events.
//
//   driver, committer, store ──▶ Observation ──▶ events ──▶ observer
//
// One Observation is one engine's life. Memory is read while the call is made: a staging area that
// is written from holds its image until the write has ended.

import type { IoPoint, FileKind } from "../abi.js";
import { CALL_NAMES } from "../accounting.js";
import { CALL, OP_LINK, OP_RWF_DSYNC, type IoOp } from "../backend/backend.js";
import type { Engine } from "../engine.js";
import type { OpenFile } from "../files.js";
import { checkpointLsnAt, entriesAt, pageAt, pagesAt } from "./decode.js";
import type {
  AcknowledgedEvent,
  FileEvent,
  IoObserver,
  OpenedEvent,
  PageVersion,
  RedoWrite,
} from "./event.js";
import { RedoReader } from "./redo-reader.js";

/** Of engine/store.ts: from here on nothing is recovered any more. */
const STATE_RUNNING = 5;
const NO_PAGES: readonly PageVersion[] = [];

/** What the host knows of a store when its engine starts. */
export type Opening = Omit<OpenedEvent, "type">;

export class Observation {
  private seq = 0;
  /** The operation that the next one is linked to, or 0. */
  private link = 0;
  /** By flight of the driver. */
  private readonly seqOf: Float64Array;
  private readonly readAt: Uint32Array;
  private readonly redo = new RedoReader();

  constructor(
    private readonly observer: IoObserver,
    private readonly engine: Engine,
    private readonly opening: Opening,
  ) {
    const flights = engine.exports.ringSlots();
    this.seqOf = new Float64Array(flights);
    this.readAt = new Uint32Array(flights);
    observer.observe({ type: "opened", ...opening });
  }

  /** An operation is with the backend, and starts after this. */
  began(flight: number, file: OpenFile, point: IoPoint, op: IoOp): void {
    const seq = ++this.seq;
    this.seqOf[flight] = seq;
    this.readAt[flight] = this.isRecoveryRead(file, op) ? op.address : 0;
    const isWrite = op.call === CALL.pwrite;
    this.observer.observe({
      type: "began",
      seq,
      call: CALL_NAMES[op.call],
      kind: file.kind,
      id: file.id,
      path: file.path,
      point,
      offset: op.offset,
      length: op.length,
      direct: file.mode.direct,
      synchronous: file.mode.sync !== "none" || (op.flags & OP_RWF_DSYNC) !== 0,
      after: this.link,
      pages: isWrite ? this.pagesOf(file.kind, op) : NO_PAGES,
      redo: isWrite && file.kind === "log" ? this.redoOf(point, op) : null,
      checkpointLsn:
        isWrite && point === "checkpoint-log"
          ? checkpointLsnAt(this.engine.view, op.address)
          : null,
    });
    this.link = (op.flags & OP_LINK) !== 0 ? seq : 0;
  }

  private isRecoveryRead(file: OpenFile, op: IoOp): boolean {
    const isPage = file.kind === "data" && op.length === this.opening.pageSize;
    return op.call === CALL.pread && isPage && this.engine.exports.storeState() < STATE_RUNNING;
  }

  /** The driver stamps checksums late or not at all, but ids and LSNs stand there. */
  private pagesOf(kind: FileKind, op: IoOp): readonly PageVersion[] {
    const { view } = this.engine;
    if (kind === "bdblwr") return entriesAt(view, op.address);
    if (kind !== "data" && kind !== "dblwr") return NO_PAGES;
    return pagesAt(view, op.address, op.length, this.opening.pageSize);
  }

  /** The header and the checkpoint blocks are no redo. */
  private redoOf(point: IoPoint, op: IoOp): RedoWrite | null {
    const { exports, view } = this.engine;
    if (point === "checkpoint-log" || point === "file-create") return null;
    const capacity = Math.floor((exports.redoLogCapacity() - 2048) / 512) * 512;
    if (point === "recovery") return this.redo.close(view, op.address, capacity);
    return this.redo.read(view, op.address, op.length, capacity);
  }

  ended(flight: number, result: number): void {
    const at = this.readAt[flight]!;
    const isSound = at !== 0 && result > 0 && this.engine.exports.pageChecksumIsValid(at) !== 0;
    const found = isSound ? pageAt(this.engine.view, at) : null;
    this.observer.observe({ type: "ended", seq: this.seqOf[flight]!, result, found });
  }

  elided(kind: FileKind, id: number, path: string, point: IoPoint): void {
    this.observer.observe({ type: "elided", kind, id, path, point });
  }

  fileChanged(event: Omit<FileEvent, "directory">): void {
    const directory = event.path.slice(0, event.path.lastIndexOf("/"));
    this.observer.observe({ ...event, directory });
  }

  /** A commit whose promise holds now, as whoever asked for it understands the policy. */
  committed(policy: 0 | 1 | 2, lsn: number): void {
    const promise = policy === 0 ? "nothing" : policy === 1 ? "durable" : "written";
    this.observer.observe({ type: "acknowledged", what: "commit", promise, lsn, id: 0 });
  }

  /** Anything else a caller was told. */
  acknowledged(what: Exclude<AcknowledgedEvent["what"], "commit">, lsn: number, id: number): void {
    this.observer.observe({ type: "acknowledged", what, promise: "durable", lsn, id });
  }
}
