// The vocabulary of flush method tables: open modes by name, the table in which everything is
// synced, and the two lists (file kinds, sync points) that every reader of a table walks.

import type { FileKind } from "../abi.js";
import type { OpenMode } from "../backend/backend.js";
import type { FlushMethod, MethodFile, SyncPoint, SyncRule } from "./method.js";

export const BUFFERED: OpenMode = Object.freeze({ direct: false, sync: "none" });
export const BUFFERED_DSYNC: OpenMode = Object.freeze({ direct: false, sync: "dsync" });
export const BUFFERED_SYNC: OpenMode = Object.freeze({ direct: false, sync: "sync" });
export const DIRECT: OpenMode = Object.freeze({ direct: true, sync: "none" });
export const DIRECT_DSYNC: OpenMode = Object.freeze({ direct: true, sync: "dsync" });
export const DIRECT_SYNC: OpenMode = Object.freeze({ direct: true, sync: "sync" });

export const METHOD_FILES: readonly MethodFile[] = ["log", "data", "dblwr"];

/** In the order a commit, a flush batch, a checkpoint and the life of a file meet them. */
export const SYNC_POINTS: readonly SyncPoint[] = [
  "log-commit",
  "log-background",
  "log-write-ahead",
  "dblwr-batch",
  "data-batch",
  "data-batch-plain",
  "checkpoint-data",
  "checkpoint-log",
  "file-create",
  "file-extend",
  "file-close",
  "recovery",
];

/** The sync points that a file kind can be asked to sync at. */
export const POINTS_OF: Readonly<Record<FileKind, readonly SyncPoint[]>> = {
  log: [
    "log-commit",
    "log-background",
    "log-write-ahead",
    "checkpoint-log",
    "file-create",
    "file-close",
    "recovery",
  ],
  data: [
    "data-batch",
    "data-batch-plain",
    "checkpoint-data",
    "file-create",
    "file-extend",
    "file-close",
    "recovery",
  ],
  dblwr: ["dblwr-batch", "file-create", "file-close", "recovery"],
  bdblwr: ["dblwr-batch", "file-create", "file-close", "recovery"],
  marker: ["file-create", "file-close", "recovery"],
};

type Rules = Readonly<Record<SyncPoint, SyncRule>>;

/** Every point syncs: the strictest table, and the start of every other one. */
export const SYNC_EVERYWHERE: Rules = Object.freeze({
  "log-commit": "sync",
  "log-background": "sync",
  "log-write-ahead": "sync",
  "dblwr-batch": "sync",
  "data-batch": "sync",
  "data-batch-plain": "sync",
  "checkpoint-data": "sync",
  "checkpoint-log": "sync",
  "file-create": "sync",
  "file-extend": "sync",
  "file-close": "sync",
  recovery: "sync",
});

/** No sync call on redo: right when the log is opened O_DSYNC or O_SYNC, a loss otherwise. */
export const NO_LOG_SYNC = {
  "log-commit": "none",
  "log-background": "none",
  "log-write-ahead": "none",
  "checkpoint-log": "none",
} as const;

/** No sync call after pages are written in place. */
export const NO_DATA_SYNC = {
  "data-batch": "none",
  "data-batch-plain": "none",
  "checkpoint-data": "none",
} as const;

/** Data files are synced only after they grew or shrank. */
export const DATA_SYNC_ON_SIZE_CHANGE = {
  "data-batch": "size-changed",
  "data-batch-plain": "size-changed",
  "checkpoint-data": "size-changed",
} as const;

/** The exception that goes with it: closing an unchanged data file needs no sync, a log's does. */
export const CLOSE_ON_SIZE_CHANGE = { data: { "file-close": "size-changed" } } as const;

/** What a table states; the rest has the value nearly every method has. */
export type MethodTable = Omit<FlushMethod, "number" | "syncCall" | "atomicPages" | "caveat"> &
  Partial<Pick<FlushMethod, "number" | "syncCall" | "atomicPages" | "caveat">>;

/** Completes a table: number null, fdatasync, no atomic pages, no caveat; freezes it in depth. */
export function method(table: MethodTable): FlushMethod {
  return freezeMethod({
    number: null,
    syncCall: "fdatasync",
    atomicPages: false,
    caveat: "",
    ...table,
  });
}

/** Returns `value` frozen together with everything it owns. */
export function freezeMethod(value: FlushMethod): FlushMethod {
  for (const file of METHOD_FILES) {
    Object.freeze(value.open[file]);
    if (value.except?.[file] !== undefined) Object.freeze(value.except[file]);
  }
  Object.freeze(value.open);
  Object.freeze(value.sync);
  Object.freeze(value.except);
  return Object.freeze(value);
}
