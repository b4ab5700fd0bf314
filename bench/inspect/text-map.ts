// `--lsn-map`: how old the pages are, as a picture of the file and as a table.
//
//   one character per run of pages: 0 holds the oldest newest-LSN, 9 the newest, . no page at all

import { formatCount } from "../units.js";
import { numberOf, type FileReport, type LsnCell } from "./report.js";

const PER_LINE_MAX = 64;
const LEVELS = 10;

export function mapLines(report: FileReport, width: number): string[] {
  const cells = report.lsn_map ?? [];
  if (report.kind !== "tablespace" || cells.length === 0) {
    return ["  no map: only a tablespace has pages with LSNs in their own places"];
  }
  const [oldest, newest] = [String(report.facts["lsn_min"]), String(report.facts["lsn_max"])];
  if (newest === "0") return ["  no page carries an LSN"];
  const perLine = Math.min(PER_LINE_MAX, width - 14);
  const pages = cells[0]!.pages;
  const legend = `  one character is ${formatCount(pages)} page${pages === 1 ? "" : "s"}, by the newest LSN in it:`;
  return [
    legend,
    `  0 is ${oldest}, 9 is ${newest}, equal steps; . has no page with an LSN`,
    "",
    ...picture(cells, BigInt(oldest), BigInt(newest), perLine),
    "",
    ...table(report, cells, BigInt(oldest), BigInt(newest)),
  ];
}

function picture(
  cells: readonly LsnCell[],
  oldest: bigint,
  newest: bigint,
  perLine: number,
): string[] {
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += perLine) {
    const row = cells.slice(at, at + perLine);
    const marks = row.map((cell) => markOf(cell, oldest, newest)).join("");
    lines.push(`  ${formatCount(row[0]!.first_page).padStart(10)}  ${marks}`);
  }
  return lines;
}

function markOf(cell: LsnCell, oldest: bigint, newest: bigint): string {
  return cell.pages_with_lsn === 0 ? "." : String(levelOf(BigInt(cell.lsn_max), oldest, newest));
}

function levelOf(lsn: bigint, oldest: bigint, newest: bigint): number {
  if (newest === oldest) return LEVELS - 1;
  const level = Number(((lsn - oldest) * BigInt(LEVELS)) / (newest - oldest));
  return Math.min(LEVELS - 1, Math.max(0, level));
}

/** Pages per step: where the changes are. */
function table(
  report: FileReport,
  cells: readonly LsnCell[],
  oldest: bigint,
  newest: bigint,
): string[] {
  const counts = new Array<number>(LEVELS).fill(0);
  for (const cell of cells) {
    if (cell.pages_with_lsn === 0) continue;
    counts[levelOf(BigInt(cell.lsn_max), oldest, newest)]! += cell.pages_with_lsn;
  }
  const empty = formatCount(numberOf(report.facts, "pages_empty"));
  const rows = counts.flatMap((count, level) =>
    count === 0 ? [] : [`  ${level}  ${formatCount(count).padStart(12)} pages`],
  );
  return [...rows, `  .  ${empty.padStart(12)} pages never written`];
}
