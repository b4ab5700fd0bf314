// Which edges a method must break, read from its table alone: the checker must find these, on a run
// that meets every edge, and no other.

import { type DriveTrust, type Edge, EDGES } from "../../host/check/index.js";
import {
  METHOD_FILES,
  ruleFor,
  type FlushMethod,
  type MethodFile,
  type SyncPoint,
} from "../../host/flush/index.js";

export const MODES = ["ON", "OFF", "DETECT_ONLY"] as const;
export type Mode = (typeof MODES)[number];

export function edgesOf(method: FlushMethod, mode: Mode, device: DriveTrust): Edge[] {
  const broken = new Set<Edge>();
  /** Whether an overwrite of `file` is durable once `point` has passed. */
  const holds = (file: MethodFile, point: SyncPoint): boolean => {
    const { direct, sync } = method.open[file];
    if (ruleFor(method, file, point) === "sync" || sync !== "none") return true;
    return direct && device === "protected";
  };
  const isNever = (file: MethodFile, point: SyncPoint): boolean =>
    ruleFor(method, file, point) === "none";
  const breaks = (edge: Edge, isBroken: boolean): void => {
    if (isBroken) broken.add(edge);
  };

  const pages = mode === "ON" ? "data-batch" : "data-batch-plain";
  const isBatchSynced = holds("data", pages);
  const isRedoLate = !holds("log", "log-write-ahead");
  breaks("redo-before-page", isRedoLate);
  breaks("redo-before-checkpoint", isRedoLate);
  breaks("drop-before-unlink", isRedoLate);
  breaks("durable-before-note", isRedoLate);
  breaks("promise-before-ack", !holds("log", "log-commit") || !holds("log", "checkpoint-log"));
  breaks("checkpoint-before-reuse", !holds("log", "checkpoint-log"));
  breaks("copy-before-page", mode !== "OFF" && !holds("dblwr", "dblwr-batch"));
  breaks("page-before-copy-reuse", mode === "ON" && !isBatchSynced);
  breaks("page-before-checkpoint", !isBatchSynced && !holds("data", "checkpoint-data"));
  // A size is metadata: an open flag carries it, O_DIRECT does not.
  const isSizeLate = (file: MethodFile, point: SyncPoint): boolean =>
    isNever(file, point) && method.open[file].sync === "none";
  const isCreatedLate = METHOD_FILES.some((file) => isSizeLate(file, "file-create"));
  breaks("size-before-use", isCreatedLate || isSizeLate("data", "file-extend"));
  // All files of these stores are in one directory, and the log's sync of it covers the others.
  breaks("entry-before-use", isNever("data", "file-create"));
  return EDGES.filter((edge) => broken.has(edge));
}
