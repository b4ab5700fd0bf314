// What a run asked of the disk and when each request ended: the raw material of crash states. A cut
// is a number of events; what has not ended by then was in flight.

import type { FileKind, IoPoint } from "../abi.js";
import type { Image } from "./image.js";

/** Why a request was made, as the driver's trace says. */
export interface Note {
  readonly kind: FileKind;
  readonly id: number;
  readonly point: IoPoint;
}

/** A file since its creation; a new file of the same path is another one. */
export interface SimFile {
  /** Unique in a history; files of the image it began with come first. */
  readonly number: number;
  readonly path: string;
  /** Redo may be on a device of its own. */
  readonly isLog: boolean;
}

export interface WriteRequest {
  readonly type: "write";
  /** Order of starting among all requests. */
  readonly number: number;
  readonly file: SimFile;
  readonly offset: number;
  readonly length: number;
  /** null: zeros. */
  readonly data: Uint8Array | null;
  readonly direct: boolean;
  /** O_DSYNC, O_SYNC or RWF_DSYNC: durable when it ends. */
  readonly synchronous: boolean;
  /** RWF_ATOMIC: all of it or nothing. */
  readonly atomic: boolean;
  readonly note: Note | null;
}

export interface SyncRequest {
  readonly type: "sync";
  readonly number: number;
  readonly file: SimFile;
  readonly note: Note | null;
}

/** Creation and removal of files, and the sync of a directory; they end when they begin. */
export interface EntryRequest {
  readonly type: "create" | "unlink" | "sync-dir";
  readonly number: number;
  readonly path: string;
  /** The file created or unlinked; null for a directory. */
  readonly file: SimFile | null;
  note: Note | null;
}

export type SimRequest = WriteRequest | SyncRequest | EntryRequest;

export interface SimEvent {
  readonly step: "start" | "end";
  readonly request: SimRequest;
  /** Of an end: 0 or more, or a negative errno. */
  readonly result: number;
}

export type History = SimEvent[];

/** A run of which crash states can be made: a recorded workload, or one of its recoveries. */
export interface Run {
  readonly base: Image;
  /** The files of the base, by number. */
  readonly files: readonly SimFile[];
  readonly history: History;
}
