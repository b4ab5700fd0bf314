// The flush matrix as data: per method how each file kind is opened and what each sync point calls.
// `bench list methods --matrix`, the documentation and the browser lab print it.

import type { OpenMode } from "../backend/backend.js";
import { callFor } from "./call.js";
import type { FlushMethod, MethodFile, SyncPoint } from "./method.js";
import { methodsOf } from "./registry.js";
import { profileNamed } from "./resolve.js";
import { METHOD_FILES, POINTS_OF, SYNC_POINTS } from "./table.js";

/**
 * fsync, fdatasync   the call is made
 * if-grown           the method's call is made when the file's size changed since its last sync
 * open-flag          no call: the file is opened O_DSYNC or O_SYNC
 * none               no call, and nothing else makes the bytes durable
 */
export type MatrixCall = "fsync" | "fdatasync" | "if-grown" | "open-flag" | "none";

export interface MatrixCell {
  readonly file: MethodFile;
  readonly point: SyncPoint;
  readonly call: MatrixCall;
}

export interface MatrixRow {
  readonly method: FlushMethod;
  /** "buffered", "direct", "direct+dsync", … per file kind. */
  readonly open: Readonly<Record<MethodFile, string>>;
  /** Every (file kind, sync point) that exists, by sync point. */
  readonly cells: readonly MatrixCell[];
}

/** Returns the matrix of one profile. Errors: StoreError BAD_OPTION for an unknown profile. */
export function matrix(profile?: string): MatrixRow[] {
  return methodsOf(profileNamed(profile)).map(matrixRow);
}

/** Returns the row of one table, which need not be a registered one. */
export function matrixRow(method: FlushMethod): MatrixRow {
  const cells = SYNC_POINTS.flatMap((point) =>
    METHOD_FILES.filter((file) => POINTS_OF[file].includes(point)).map((file) => ({
      file,
      point,
      call: cellOf(method, file, point),
    })),
  );
  return {
    method,
    open: {
      log: openModeText(method.open.log),
      data: openModeText(method.open.data),
      dblwr: openModeText(method.open.dblwr),
    },
    cells,
  };
}

/** Returns an open mode in words. */
export function openModeText(mode: OpenMode): string {
  const words = [...(mode.direct ? ["direct"] : []), ...(mode.sync === "none" ? [] : [mode.sync])];
  return words.length === 0 ? "buffered" : words.join("+");
}

function cellOf(method: FlushMethod, file: MethodFile, point: SyncPoint): MatrixCall {
  const decision = callFor(method, file, point);
  if (decision.rule === "size-changed") return "if-grown";
  if (decision.call !== null) return decision.call;
  // A new file's directory entry needs a call of its own; an open flag is no excuse there.
  const covered = method.open[file].sync !== "none" && point !== "file-create";
  return covered ? "open-flag" : "none";
}
