// The flush matrix as two tables: how files are opened, then what each sync point does.
//
//   one line a method, one column a sync point; a column that several file kinds share says "mixed"
//   when they differ, and a note below the table says how

import type { MatrixCell, MatrixRow } from "./list-source.js";
import { alignColumns } from "./list-text.js";

/** Sync points in the order of the columns, with the two lines of their heading. */
const COLUMNS: readonly (readonly [point: MatrixCell["point"], first: string, second: string])[] = [
  ["log-commit", "log", "commit"],
  ["log-background", "log", "backgr"],
  ["log-write-ahead", "log", "ahead"],
  ["dblwr-batch", "dblwr", "batch"],
  ["data-batch", "data", "batch"],
  ["data-batch-plain", "data", "plain"],
  ["checkpoint-data", "data", "ckpt"],
  ["checkpoint-log", "log", "ckpt"],
  ["file-create", "any", "create"],
  ["file-extend", "data", "extend"],
  ["file-close", "any", "close"],
  ["recovery", "any", "recov"],
];

export const MATRIX_LEGEND = [
  "sync   the method's sync call            flag  no call: opened O_DSYNC or O_SYNC",
  "grown  the call, after a size change     -     no call, and nothing else makes it durable",
  "mixed  depends on the file kind; see the notes",
  "commit: a committer waits; backgr: timer; ahead: redo before its page; batch: a doublewrite",
  "batch and its pages; plain: pages without copies; ckpt: checkpoint. For a file created",
  "under a flag method, create is still a sync: the directory entry needs one.",
];

const SHORT = {
  fsync: "sync",
  fdatasync: "sync",
  "if-grown": "grown",
  "open-flag": "flag",
  none: "-",
} as const;

/** Returns both tables, and the notes of mixed cells. */
export function matrixLines(rows: readonly MatrixRow[]): string[] {
  const notes = rows.flatMap(notesOf);
  return [
    ...alignColumns([
      ["method", "log", "data", "dblwr", "call", "survives"],
      ...rows.map((row) => [
        row.method.name,
        row.open.log,
        row.open.data,
        row.open.dblwr,
        callOf(row),
        row.method.durability,
      ]),
    ]),
    "",
    ...syncTable(rows),
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ];
}

/** A method that never syncs has a call in its table all the same; to print it would mislead. */
function callOf(row: MatrixRow): string {
  const syncs = row.cells.some((cell) => !["none", "open-flag"].includes(cell.call));
  return syncs ? row.method.syncCall : "-";
}

/** One space between columns: twelve points and a name fit in 100 columns only so. */
function syncTable(rows: readonly MatrixRow[]): string[] {
  const table = [
    ["", ...COLUMNS.map(([, first]) => first)],
    ["method", ...COLUMNS.map(([, , second]) => second)],
    ...rows.map((row) => [row.method.name, ...COLUMNS.map(([point]) => cellText(row, point))]),
  ];
  const nameWidth = Math.max(...table.map((row) => row[0]?.length ?? 0));
  return table.map(([name = "", ...cells]) =>
    [name.padEnd(nameWidth), ...cells.map((cell) => cell.padEnd(5))].join(" ").trimEnd(),
  );
}

function cellsAt(row: MatrixRow, point: MatrixCell["point"]): MatrixCell[] {
  return row.cells.filter((cell) => cell.point === point);
}

function cellText(row: MatrixRow, point: MatrixCell["point"]): string {
  const texts = new Set(cellsAt(row, point).map((cell) => SHORT[cell.call]));
  return texts.size === 1 ? ([...texts][0] ?? "") : "mixed";
}

function notesOf(row: MatrixRow): string[] {
  return COLUMNS.filter(([point]) => cellText(row, point) === "mixed").map(([point]) => {
    const kinds = cellsAt(row, point).map((cell) => `${cell.file} ${SHORT[cell.call]}`);
    return `${row.method.name} ${point}: ${kinds.join(", ")}`;
  });
}
