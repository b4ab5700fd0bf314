// `--page N` on a screen: what it is, its fields as a table, its bytes.

import { wrapText } from "../list-text.js";
import { tableLines, type Column } from "../report/table.js";
import { formatCount } from "../units.js";
import { labelOf } from "./hexdump.js";
import type { Facts, PageReport } from "./report.js";

const VALUE_WIDTH = 34;

const COLUMNS: readonly Column<Facts>[] = [
  { title: "byte", align: "right", cell: (field) => String(field["at"]) },
  { title: "size", align: "right", cell: (field) => String(field["size"]) },
  { title: "field", align: "left", cell: labelOf },
  { title: "value", align: "left", cell: valueOf },
  { title: "", align: "left", cell: noteOf },
];

export function pageLines(page: PageReport, width: number): string[] {
  const cut = (line: string): string =>
    line.length > width ? `${line.slice(0, width - 1)}…` : line;
  return [
    `  ${aboutText(page)}`,
    "",
    ...tableLines(COLUMNS, page.fields).map(cut),
    "",
    ...bitmapLines(page, width),
    ...page.hexdump.map((line) => cut(`  ${line}`)),
  ];
}

function aboutText({ number, offset, about }: PageReport): string {
  const what = about["what"] === undefined ? "page" : about["what"];
  const verdict = about["verdict"] === undefined ? "" : `: ${about["verdict"]}`;
  const algorithm = about["algorithm"] ? `, checksum by ${about["algorithm"]}` : "";
  const needsNoChecksum = about["verdict"] === "whole" || about["verdict"] === "empty";
  const computed =
    needsNoChecksum || about["computed"] === undefined
      ? ""
      : `, computed checksum ${about["computed"]}`;
  const place = `number ${formatCount(number)}, at byte ${formatCount(offset)}`;
  return `${what}, ${place}${verdict}${algorithm}${computed}`;
}

function valueOf(field: Facts): string {
  switch (field["what"]) {
    case "extent":
      return `${field["state"]}, segment ${field["segment_id"]}`;
    case "record":
      return field["has_place"] === true
        ? `space ${field["space_id"]}, page ${field["page_no"]}`
        : "";
    case "dictionary-entry":
      return `space ${field["space_id"]}: ${field["name"]}`;
    case "detect-entry":
      return `space ${field["space_id"]}, page ${field["page_no"]}, LSN ${field["lsn"]}`;
    default:
      return String(field["value"]).slice(0, VALUE_WIDTH);
  }
}

function noteOf(field: Facts): string {
  if (field["what"] === "extent") {
    const used = String(field["bitmap"]).split("#").length - 1;
    const last = Number(field["first_page"]) + Number(field["pages"]) - 1;
    return `pages ${field["first_page"]} to ${last}, ${used} used`;
  }
  if (field["what"] === "record" && Number(field["bytes"] ?? 0) > 0) {
    return `${field["bytes"]} bytes at ${field["offset"]}`;
  }
  if (field["first_page"] !== undefined && field["value"] !== "0") {
    return `first ${nodeOf(field, "first")}, last ${nodeOf(field, "last")}`;
  }
  return String(field["note"] ?? "");
}

function nodeOf(field: Facts, end: string): string {
  const page = field[`${end}_page`];
  return page === 0xffffffff ? "none" : `page ${page} byte ${field[`${end}_offset`]}`;
}

/** `#` is a used page, `.` a free one. */
function bitmapLines(page: PageReport, width: number): string[] {
  const extents = page.fields.filter((field) => field["what"] === "extent");
  if (extents.length === 0) return [];
  const lines = extents.flatMap((extent) => {
    const first = String(extent["first_page"]).padStart(10);
    const bitmap = String(extent["bitmap"]).replace(/(.{8})(?=.)/g, "$1 ");
    return wrapText(bitmap, width - 14).map(
      (line, i) => `${i === 0 ? first : " ".repeat(10)}  ${line}`,
    );
  });
  return ["  pages, # used, . free", ...lines.map((line) => `  ${line}`), ""];
}
