// What an observer of a store is told: every operation when it starts and when it has ended, every
// sync that the flush method leaves out, every change of a directory, and every promise given.
//
//   opened ─▶ began ─▶ ended        the same sequence number: one operation
//             began ─▶ ended
//             elided                a sync the table leaves out: no operation
//             created, unlinked, dir-synced
//             acknowledged          somebody was told that something holds
//
// Events are plain data: they can be kept, written down, and judged later (host/check). They come
// in the order in which the host acts and learns. An LSN is a number below 2^53.

import type { FileKind, IoPoint } from "../abi.js";

/** Receives events as they happen; a throw in `observe` ends the store. */
export interface IoObserver {
  observe(event: IoEvent): void;
}

export type IoEvent =
  | OpenedEvent
  | BeganEvent
  | EndedEvent
  | ElidedEvent
  | FileEvent
  | AcknowledgedEvent
  | PowerCutEvent;

/** A file that stands in a directory of the store when it is opened. Units: `size` bytes. */
export interface FoundFileFact {
  readonly kind: FileKind;
  readonly id: number;
  readonly path: string;
  readonly size: number;
}

/** An engine starts: what was in flight before is never heard of again. */
export interface OpenedEvent {
  readonly type: "opened";
  /** A store is created, as opposed to recovered. */
  readonly isNew: boolean;
  readonly pageSize: number;
  /** What a page needs before it is written in place: its copy, a record of it, or nothing. */
  readonly doublewrite: "ON" | "DETECT_ONLY" | "OFF";
  /** Every file of ours that stands there, those of an interrupted creation included. */
  readonly files: readonly FoundFileFact[];
}

/** One version of a page: its id, and the page LSN in its header. */
export interface PageVersion {
  readonly space: number;
  readonly page: number;
  readonly lsn: number;
}

/**
 * What redo says, by record group. `from` and `to`: where the group starts and ends.
 * page     a page is changed              create, delete   a tablespace appears, is dropped
 * extend   it has `pages` pages now       note             redo was durable up to `lsn`
 */
export type RedoChange =
  | { type: "page"; space: number; page: number; from: number; to: number }
  | { type: "create" | "delete"; space: number; from: number; to: number }
  | { type: "extend"; space: number; pages: number; from: number; to: number }
  | { type: "note"; lsn: number; from: number; to: number };

/** Redo in one write: from the start of its first block to the end of the redo in its last. */
export interface RedoWrite {
  readonly from: number;
  readonly to: number;
  /** LSNs that the log file holds at once, in bytes. */
  readonly capacity: number;
  /** Of the groups that end in this write, in log order. Empty for the write that ends recovery. */
  readonly changes: readonly RedoChange[];
}

/** An operation is handed to the backend. */
export interface BeganEvent {
  readonly type: "began";
  /** Counts operations since the engine started, from 1. */
  readonly seq: number;
  /** pread, pwrite, zero-fill, fsync, fdatasync. */
  readonly call: string;
  readonly kind: FileKind;
  readonly id: number;
  readonly path: string;
  readonly point: IoPoint;
  /** Bytes; 0 for a sync. */
  readonly offset: number;
  readonly length: number;
  /** The file is opened O_DIRECT. */
  readonly direct: boolean;
  /** Durable when it ends well: O_DSYNC, O_SYNC or RWF_DSYNC. */
  readonly synchronous: boolean;
  /** The operation that must succeed before this one starts; 0: none. */
  readonly after: number;
  /** The pages in place, the copies, or the entries of a DETECT_ONLY record that are written. */
  readonly pages: readonly PageVersion[];
  readonly redo: RedoWrite | null;
  /** Of a checkpoint block; null for everything else. */
  readonly checkpointLsn: number | null;
}

export interface EndedEvent {
  readonly type: "ended";
  readonly seq: number;
  /** Bytes, 0 for a sync, or a negative errno. */
  readonly result: number;
  /** A sound page that was read while the store is opened; null otherwise. */
  readonly found: PageVersion | null;
}

/** A sync that was asked for and makes no call. */
export interface ElidedEvent {
  readonly type: "elided";
  readonly kind: FileKind;
  readonly id: number;
  readonly path: string;
  readonly point: IoPoint;
}

/** A change of a directory, or its sync; done when the event comes. */
export interface FileEvent {
  readonly type: "created" | "unlinked" | "dir-synced";
  readonly kind: FileKind;
  readonly id: number;
  readonly path: string;
  readonly directory: string;
  readonly point: IoPoint;
  /** 0, or a negative errno. */
  readonly result: number;
}

/**
 * A caller is told that something holds. `lsn`: the end of the commit, or what the checkpoint was
 * to reach; 0 where `id` says it.
 */
export interface AcknowledgedEvent {
  readonly type: "acknowledged";
  readonly what: "commit" | "create" | "drop" | "checkpoint" | "close";
  /** What innodb_flush_log_at_trx_commit promises; durable for everything but a commit. */
  readonly promise: "durable" | "written" | "nothing";
  readonly lsn: number;
  /** Space id of a tablespace that was created or dropped; 0 otherwise. */
  readonly id: number;
}

/** Told by a laboratory, never by a store: power fails now. What is opened next is what is left. */
export interface PowerCutEvent {
  readonly type: "power-cut";
}
