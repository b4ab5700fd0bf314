// What a table keeps, derived a second time and in another way than host/flush/durability.ts: by
// asking, for each crash, which bytes are gone, and whether the protocol needed them.
// It reads the printed matrix, so it also holds the matrix to the tables.

import type { MatrixCell, MatrixRow } from "../../host/flush/index.js";

type Crash = "system crash" | "power cut, protected cache" | "power cut, volatile cache";

/** Each edge is a list of alternatives, any one of which makes its bytes durable. */
const EDGES: readonly (readonly [name: string, alternatives: readonly string[]])[] = [
  ["an acknowledged commit", ["log log-commit"]],
  ["redo before its page", ["log log-write-ahead"]],
  ["copies before pages", ["dblwr dblwr-batch"]],
  ["pages before the checkpoint", ["data data-batch", "data checkpoint-data"]],
  ["the checkpoint before redo is reused", ["log checkpoint-log"]],
  ["pages that recovery restored", ["data recovery"]],
  ["a new log", ["log file-create"]],
  ["a new data file", ["data file-create"]],
  ["a new doublewrite file", ["dblwr file-create"]],
  ["growth of a data file", ["data file-extend"]],
];

/** Edges that are metadata: O_DIRECT does not carry them to the drive. */
const METADATA = ["file-create", "file-extend"];

/** Returns the names of the edges that a crash breaks. */
export function brokenEdges(row: MatrixRow, crash: Crash): string[] {
  return EDGES.filter(([, alternatives]) =>
    alternatives.every((alternative) => isLost(row, alternative, crash)),
  ).map(([name]) => name);
}

/** Returns the class that follows: the crashes that break no edge. */
export function derivedClass(row: MatrixRow): string {
  if (brokenEdges(row, "power cut, volatile cache").length === 0) return "power-loss";
  if (brokenEdges(row, "power cut, protected cache").length === 0) return "protected-cache";
  if (brokenEdges(row, "system crash").length === 0) return "os-crash";
  return "process-crash";
}

function isLost(row: MatrixRow, alternative: string, crash: Crash): boolean {
  const [file, point] = alternative.split(" ") as [MatrixCell["file"], MatrixCell["point"]];
  const cell = row.cells.find((each) => each.file === file && each.point === point);
  if (cell === undefined) throw new Error(`no cell ${alternative}`);
  const isMetadata = METADATA.includes(point);
  if (cell.call === "fsync" || cell.call === "fdatasync" || cell.call === "open-flag") return false;
  if (cell.call === "if-grown" && isMetadata) return false;
  if (!isMetadata && row.open[file].includes("sync")) return false;
  const inPageCache = isMetadata || !row.open[file].startsWith("direct");
  if (inPageCache) return true;
  return crash === "power cut, volatile cache";
}
