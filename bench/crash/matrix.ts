// The matrix as lines of text: rows under the promise they give, a column for each fault. Columns
// that would pass the right edge are folded into a second table below.

import { classKey, classWords } from "../durability.js";
import { wrapText } from "../list-text.js";
import { cellWords } from "./cell-words.js";
import type { Paint } from "./paint.js";
import type { CellResult, CrashResult, RowResult } from "./result.js";

/** Between columns; one is enough where two would fold the matrix. */
const GAPS = [2, 1] as const;
const SHORT_DOUBLEWRITE: Readonly<Record<string, string>> = {
  DETECT_ONLY: "DETECT",
  DETECT_AND_RECOVER: "RECOVER",
};

type Fault = CrashResult["faults"][number];

/** Rows of one promise, strongest promise first, rows in the order of the plan. */
export function groupRows(rows: readonly RowResult[]): { title: string; rows: RowResult[] }[] {
  const groups = new Map<string, RowResult[]>();
  for (const row of rows) groups.set(classKey(row), [...(groups.get(classKey(row)) ?? []), row]);
  return [...groups.entries()]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, own]) => ({ title: classWords(own[0]!), rows: own }));
}

/** "O_DIRECT", or "O_DIRECT (tornproof)" where the matrix has several profiles. */
export function methodName(result: CrashResult, { variables, profile }: RowResult): string {
  const first = result.rows[0]!.profile;
  const name = variables.innodb_flush_method;
  return profile === first ? name : `${name} (${profile})`;
}

/** A row in words: "fsync, doublewrite ON, trx_commit 2". */
export function rowWords(result: CrashResult, row: RowResult): string {
  const { innodb_doublewrite: doublewrite, innodb_flush_log_at_trx_commit: trx } = row.variables;
  return `${methodName(result, row)}, doublewrite ${doublewrite}, trx_commit ${trx}`;
}

export function matrixLines(result: CrashResult, width: number, color: Paint): string[] {
  const labels = labelsOf(result);
  const gap = GAPS.find((each) => foldColumns(result, labels.width, width, each).length === 1) ?? 2;
  return foldColumns(result, labels.width, width, gap).flatMap((faults, i) => [
    ...(i === 0 ? [] : [""]),
    ...tableLines({ result, faults, labels, gap, color }),
  ]);
}

interface Labels {
  readonly of: (row: RowResult) => string;
  readonly heading: string;
  readonly width: number;
}

function labelsOf(result: CrashResult): Labels {
  const { rows } = result;
  const name = Math.max(6, ...rows.map((row) => methodName(result, row).length));
  const doublewrite = Math.max(5, ...rows.map((row) => shortOf(row).length));
  const hasTrx = new Set(rows.map(trxOf)).size > 1;
  const join = (method: string, dblwr: string, trx: string): string =>
    `  ${method.padEnd(name)} ${dblwr.padEnd(doublewrite)}${hasTrx ? ` ${trx.padEnd(3)}` : ""}`;
  return {
    of: (row) => join(methodName(result, row), shortOf(row), String(trxOf(row))),
    heading: join("method", "dblwr", "trx"),
    width: 2 + name + 1 + doublewrite + (hasTrx ? 4 : 0),
  };
}

function trxOf({ variables }: RowResult): number {
  return variables.innodb_flush_log_at_trx_commit;
}

function shortOf({ variables }: RowResult): string {
  return SHORT_DOUBLEWRITE[variables.innodb_doublewrite] ?? variables.innodb_doublewrite;
}

function foldColumns(
  result: CrashResult,
  labelWidth: number,
  width: number,
  gap: number,
): Fault[][] {
  const tables: Fault[][] = [];
  let used = Infinity;
  for (const fault of result.faults) {
    const column = gap + columnWidth(result, fault);
    if (used + column > width) {
      tables.push([]);
      used = labelWidth;
    }
    tables.at(-1)!.push(fault);
    used += column;
  }
  return tables;
}

function columnWidth({ rows }: CrashResult, { name, title }: Fault): number {
  return Math.max(title.length, ...rows.map((row) => cellWords(cellOf(row, name)).length));
}

function cellOf(row: RowResult, fault: string): CellResult {
  return row.cells.find((cell) => cell.fault === fault)!;
}

interface Table {
  readonly result: CrashResult;
  readonly faults: readonly Fault[];
  readonly labels: Labels;
  readonly gap: number;
  readonly color: Paint;
}

function tableLines({ result, faults, labels, gap, color }: Table): string[] {
  const widths = faults.map((fault) => columnWidth(result, fault));
  const blank = " ".repeat(gap);
  const titles = faults.map(({ title }, i) => blank + title.padEnd(widths[i]!));
  const lines = [`${labels.heading}${titles.join("")}`.trimEnd()];
  for (const group of groupRows(result.rows)) {
    lines.push(color.bold(group.title));
    for (const row of group.rows) {
      const cells = faults.map(({ name }, i) => {
        const width = i === faults.length - 1 ? 0 : widths[i]!;
        return blank + paddedCell(cellOf(row, name), width, color);
      });
      lines.push(`${marked(labels.of(row), row)}${cells.join("")}`);
    }
  }
  return lines;
}

/** A row with a cell that contradicts the documentation is marked at its left edge. */
function marked(label: string, { cells }: RowResult): string {
  const isBroken = cells.some((cell) => cell.unexpected.length > 0);
  return isBroken ? `!${label.slice(1)}` : label;
}

/** Colors take no width, so the blanks follow the painted words. */
function paddedCell(cell: CellResult, width: number, color: Paint): string {
  const words = cellWords(cell);
  const painted = color.cell(words, cell.outcome, cell.unexpected.length > 0);
  return painted + " ".repeat(Math.max(0, width - words.length));
}

/** What the words in the cells and the columns mean; only what occurs. */
export function legendEntries(result: CrashResult): [string, string][] {
  const entries: [string, string][] = [];
  const words = result.rows.flatMap(({ cells }) => cells.map(cellWords));
  const add = (isThere: (word: string) => boolean, name: string, meaning: string): void => {
    if (words.some(isThere)) entries.push([name, meaning]);
  };
  add((word) => word.startsWith("ok"), "ok", "nothing was lost in any crash state");
  add(
    (word) => word.includes("lost"),
    "n lost",
    "the store opens, and up to n acknowledged commits are gone",
  );
  add(
    (word) => word.startsWith("ref"),
    "ref n%",
    "in n% of the crash states damage is noticed: the store, or a page, refuses to be read",
  );
  add(
    (word) => word.startsWith("SILENT"),
    "SILENT n%",
    "in n% of them nothing is noticed, and the store serves what never was: the worst",
  );
  add((word) => word.endsWith("!"), "!", "the documentation promises otherwise");
  add((word) => word === "-", "-", "not explored");
  for (const { title, summary } of result.faults) entries.push([title, summary]);
  return entries;
}

export function legendLines(result: CrashResult, width: number): string[] {
  const entries = legendEntries(result);
  const nameWidth = Math.max(...entries.map(([name]) => name.length));
  return entries.flatMap(([name, meaning]) =>
    wrapText(meaning, width - nameWidth - 4).map(
      (line, i) => `  ${(i === 0 ? name : "").padEnd(nameWidth)}  ${line}`,
    ),
  );
}
