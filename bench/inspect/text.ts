// The report of one file on a screen or in a pipe: never wider than it is told, no colors.

import { formatBytes, formatCount, plural } from "../units.js";
import { wrapText } from "../list-text.js";
import { damageLines } from "./text-damage.js";
import { mapLines } from "./text-map.js";
import { pageLines } from "./text-page.js";
import { redoFacts } from "./text-redo.js";
import { numberOf, type Counted, type FileReport } from "./report.js";

export type View = "summary" | "check" | "map" | "page";

const NAME_WIDTH = 13;

/** Returns the lines of one file. */
export function renderFile(report: FileReport, view: View, width: number): string[] {
  const head = headLine(report);
  if (view === "page" && report.page !== null) return [head, ...pageLines(report.page, width)];
  if (view === "check") return [verdictLine(report), ...findings(report, width)];
  if (view === "map") return [head, ...mapLines(report, width)];
  return [head, ...factLines(report, width), ...findings(report, width)];
}

/** "a.ibd: tablespace, 9 MiB, pages of 16 KiB". */
function headLine(report: FileReport): string {
  return `${report.path}: ${kindText(report)}, ${formatBytes(report.size_bytes)}`;
}

function kindText({ kind, shape, headers }: FileReport): string {
  const pages = ` of ${formatBytes(numberOf(shape, "physical_page_size"))} pages`;
  switch (kind) {
    case "tablespace":
      return `tablespace${pages}`;
    case "doublewrite":
      return `doublewrite file${pages}`;
    case "detect-only":
      return "doublewrite file of DETECT_ONLY records";
    case "redo":
      return headers[0]?.["is_tornproof"] === true ? "redo log of Tornproof" : "redo log of InnoDB";
    case "mariadb-redo":
      return "redo log of MariaDB (10.8 or later)";
    case "unknown":
      return "unknown";
  }
}

function verdictLine(report: FileReport): string {
  const unit = UNITS[report.kind];
  const total = totalOf(report);
  if (report.verdict === "good") {
    return `${report.path}: good, ${kindText(report)}, ${plural(total, unit)}`;
  }
  const damaged =
    report.damaged_count === 0
      ? plural(report.problems.length, "problem")
      : `${formatCount(report.damaged_count)} of ${plural(total, unit)} damaged`;
  return `${report.path}: DAMAGED, ${kindText(report)}, ${damaged}`;
}

const UNITS: Readonly<Record<FileReport["kind"], string>> = {
  tablespace: "page",
  doublewrite: "page",
  "detect-only": "record",
  redo: "block",
  "mariadb-redo": "mini-transaction",
  unknown: "byte",
};

const TOTALS: Readonly<Record<FileReport["kind"], readonly string[]>> = {
  tablespace: ["file_pages"],
  doublewrite: ["copies_whole", "copies_damaged", "copies_empty"],
  "detect-only": ["records_whole", "records_damaged", "records_empty"],
  redo: ["blocks_current", "blocks_stale", "blocks_zero", "blocks_bad", "blocks_behind_gap"],
  "mariadb-redo": ["mtrs"],
  unknown: [],
};

function totalOf({ kind, facts }: FileReport): number {
  return TOTALS[kind].reduce((sum, name) => sum + numberOf(facts, name), 0);
}

function factLines(report: FileReport, width: number): string[] {
  const rows = rowsOf(report).filter(([, value]) => value !== "");
  return rows.flatMap(([name, value]) =>
    wrapText(value, width - NAME_WIDTH - 2).map((line, i) =>
      `  ${(i === 0 ? name : "").padEnd(NAME_WIDTH)}${line}`.trimEnd(),
    ),
  );
}

type Row = readonly [name: string, value: string];

function rowsOf(report: FileReport): Row[] {
  switch (report.kind) {
    case "tablespace":
      return tablespaceRows(report);
    case "doublewrite":
      return doublewriteRows(report);
    case "detect-only":
      return detectRows(report);
    case "redo":
    case "mariadb-redo":
      return redoFacts(report);
    case "unknown":
      return [];
  }
}

function tablespaceRows(report: FileReport): Row[] {
  const { facts, shape, page_types: types, checksums } = report;
  const count = (key: string): string => formatCount(numberOf(facts, key));
  const states = [
    `${count("pages_whole")} whole`,
    `${count("pages_empty")} never written`,
    ...some(numberOf(facts, "pages_unverified"), "not judged"),
    ...some(report.damaged_count, "damaged"),
    ...some(numberOf(facts, "pages_free_damaged"), "free and not whole"),
    ...some(numberOf(facts, "copies_slots"), "in the doublewrite area"),
  ];
  const hasHeader = facts["has_header"] === true;
  const header = `size ${count("fsp_size")} pages, free limit ${count("free_limit")}, flags ${facts["flags"]}`;
  const logical = formatBytes(numberOf(shape, "page_size"));
  return [
    ["space id", facts["space_is_known"] === true ? String(facts["space_id"]) : "unknown"],
    ["written by", writtenBy(report)],
    ["row format", shape["is_compressed"] === true ? `COMPRESSED, ${logical} in memory` : ""],
    ["pages", `${count("file_pages")}: ${states.join(", ")}`],
    ["checksums", listed(checksums)],
    ["LSN", lsnText(report)],
    ["FSP header", hasHeader ? header : "not readable: page 0 is damaged, or another file has it"],
    ["extents", extentText(report)],
    ["copies", copyText(report)],
    ["page types", listed(types)],
  ];
}

function some(count: number, what: string): string[] {
  return count === 0 ? [] : [`${formatCount(count)} ${what}`];
}

function listed(counted: readonly Counted[]): string {
  return counted.map(({ name, count }) => `${name} ${formatCount(count)}`).join(", ");
}

/** As far as the file says: a version on page 0, page types of ours, MariaDB's checksum. */
function writtenBy({ facts, shape, page_types: types }: FileReport): string {
  if (types.some(({ name }) => name.startsWith("TORNPROOF"))) return "Tornproof";
  const version = numberOf(facts, "server_version");
  if (version >= 50000 && version < 1000000) {
    const parts = [Math.floor(version / 10000), Math.floor(version / 100) % 100, version % 100];
    return `MySQL ${parts.join(".")}`;
  }
  return shape["is_full_crc32"] === true ? "MariaDB 10.4 or later" : "";
}

function lsnText({ facts }: FileReport): string {
  if (facts["lsn_max"] === "0") return "none";
  const newest = formatCount(numberOf(facts, "lsn_max_page"));
  return `${facts["lsn_min"]} to ${facts["lsn_max"]}, the newest on page ${newest}`;
}

const EXTENT_STATES = ["free", "free_frag", "full_frag", "fseg", "fseg_frag", "unknown"];

function extentText({ facts }: FileReport): string {
  const states = EXTENT_STATES.flatMap((state) => some(numberOf(facts, `extents_${state}`), state));
  if (states.length === 0) return "";
  const used = formatCount(numberOf(facts, "pages_used"));
  const free = formatCount(numberOf(facts, "pages_free"));
  return `${states.join(", ")}; of their pages ${used} used, ${free} free`;
}

function copyText({ facts }: FileReport): string {
  if (facts["has_copy_area"] !== true) return "";
  const torn = numberOf(facts, "copies_damaged");
  const rest = torn === 0 ? "" : `, ${formatCount(torn)} damaged`;
  return `${formatCount(numberOf(facts, "copies_whole"))} whole${rest}, in the doublewrite area`;
}

function doublewriteRows({ facts, checksums, shape }: FileReport): Row[] {
  const count = (key: string): string => formatCount(numberOf(facts, key));
  return [
    ["page size", formatBytes(numberOf(shape, "page_size"))],
    [
      "copies",
      `${count("copies_whole")} whole, ${count("copies_damaged")} damaged, ${count("copies_empty")} slots never written`,
    ],
    ["checksums", listed(checksums)],
  ];
}

function detectRows({ facts }: FileReport): Row[] {
  const count = (key: string): string => formatCount(numberOf(facts, key));
  return [
    [
      "records",
      `${count("records_whole")} whole, ${count("records_damaged")} damaged, ${count("records_empty")} never written`,
    ],
    ["pages named", count("entries")],
    ["newest LSN", String(facts["lsn_max"])],
  ];
}

function findings(report: FileReport, width: number): string[] {
  const bullet = (text: string): string[] =>
    wrapText(text, width - 4).map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`));
  return [
    ...report.problems.flatMap(({ message }) => bullet(message)),
    ...damageLines(report, width),
    ...report.notes.flatMap((note) => bullet(`note: ${note}`)),
  ];
}
