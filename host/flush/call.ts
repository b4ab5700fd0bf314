// Reads a flush method: which table row a file kind has, how a file is opened, and which call a
// sync point makes. The driver asks here for every file it opens and every sync it is asked for.

import type { FileKind } from "../abi.js";
import type { OpenMode } from "../backend/backend.js";
import { EnginePanic } from "../errors.js";
import type { FlushMethod, MethodFile, SyncPoint, SyncRule } from "./method.js";
import { BUFFERED, POINTS_OF } from "./table.js";

/**
 * The answer for one (file kind, sync point).
 * rule          call                   what the driver does
 * sync          fsync or fdatasync     makes the call
 * size-changed  fsync or fdatasync     makes the call only when the file's size changed since its
 *                                      last sync
 * none          null                   completes the request without a call; the open mode may
 *                                      have made the write durable already
 */
export interface SyncDecision {
  readonly rule: SyncRule;
  readonly call: "fsync" | "fdatasync" | null;
}

const NO_CALL: SyncDecision = Object.freeze({ rule: "none", call: null });
const DECISIONS = {
  fsync: {
    sync: Object.freeze({ rule: "sync", call: "fsync" } as const),
    "size-changed": Object.freeze({ rule: "size-changed", call: "fsync" } as const),
    none: NO_CALL,
  },
  fdatasync: {
    sync: Object.freeze({ rule: "sync", call: "fdatasync" } as const),
    "size-changed": Object.freeze({ rule: "size-changed", call: "fdatasync" } as const),
    none: NO_CALL,
  },
};

/** Returns the row of a method's table that a file kind follows; null for the marker. */
export function methodFileOf(kind: FileKind): MethodFile | null {
  if (kind === "marker") return null;
  return kind === "bdblwr" ? "dblwr" : kind;
}

/** Returns the rule of one file kind at one point, exceptions included. */
export function ruleFor(method: FlushMethod, file: MethodFile | null, point: SyncPoint): SyncRule {
  const exception = file === null ? undefined : method.except?.[file]?.[point];
  return exception ?? method.sync[point];
}

/** Returns how a file is opened. The marker is always buffered: it holds no page and no redo. */
export function openModeFor(method: FlushMethod, kind: FileKind): OpenMode {
  const file = methodFileOf(kind);
  return file === null ? BUFFERED : method.open[file];
}

/**
 * Returns what to do when `kind` is to be synced at `point`. Allocates nothing.
 * Errors: EnginePanic for a pair that no protocol step has (table.ts, POINTS_OF): to answer "none"
 * there would turn a wrong request into a lost sync.
 */
export function callFor(method: FlushMethod, kind: FileKind, point: SyncPoint): SyncDecision {
  if (!POINTS_OF[kind].includes(point)) {
    throw new EnginePanic(`flush: a ${kind} file has no sync point ${point}`);
  }
  return DECISIONS[method.syncCall][ruleFor(method, methodFileOf(kind), point)];
}
