// Damaged pages, blocks and records: what, where, why, and where a page is torn.

import { wrapText } from "../list-text.js";
import { formatCount, plural } from "../units.js";
import type { DamagedPage, Facts, FileReport } from "./report.js";

/** More are counted, and all that were described are in the JSON. */
const SHOWN_MAX = 20;
const INDENT = "      ";

export function damageLines(report: FileReport, width: number): string[] {
  const pages = report.damaged.slice(0, SHOWN_MAX).flatMap((page) => pageEntry(page, width));
  const blocks = report.damaged_blocks
    .slice(0, SHOWN_MAX)
    .flatMap((block) => blockEntry(block, report, width));
  const listed = report.damaged.length + report.damaged_blocks.length;
  const hidden = Math.max(listed, report.damaged_count) - Math.min(listed, SHOWN_MAX);
  const more = hidden > 0 ? [`  … and ${formatCount(hidden)} more; --json lists up to 1,000`] : [];
  return [...pages, ...blocks, ...more];
}

function pageEntry(page: DamagedPage, width: number): string[] {
  const type = page.type_name === "" ? `type ${page.type}` : page.type_name;
  const head = `  page ${formatCount(page.page)}  at ${hex(page.offset)}  ${page.verdict}  ${type}, LSN ${page.page_lsn}`;
  const sentences = [...page.why, ...(page.torn_at === null ? [] : [page.torn_at.sentence])];
  return [head, ...sentences.flatMap((sentence) => indented(sentence, width))];
}

const WHERE: Readonly<Record<string, string>> = {
  "before-checkpoint": "before the checkpoint: recovery does not read it",
  "behind-end": "behind the end of the log: recovery does not read it",
  end: "where recovery would read on",
};

function blockEntry(block: Facts, report: FileReport, width: number): string[] {
  const offset = Number(block["offset"]);
  if (report.kind !== "redo") {
    const what =
      block["complete"] === 0
        ? "the file ends inside it"
        : "its checksum, type or length does not fit";
    return [`  record ${formatCount(offset / 8192)}  at ${hex(offset)}  ${what}`];
  }
  const head = `  block ${formatCount(offset / 512)}  at ${hex(offset)}  LSN ${block["lsn"]}  checksum`;
  const why = `checksum ${block["checksum"]} stored, ${block["checksum_computed"]} computed; number ${block["number"]}, expected ${block["number_expected"]}; ${WHERE[String(block["where"])]}`;
  return [head, ...indented(why, width)];
}

function indented(sentence: string, width: number): string[] {
  return wrapText(sentence, width - INDENT.length).map((line) => `${INDENT}${line}`);
}

function hex(offset: number): string {
  return `0x${offset.toString(16)}`;
}

/** "2 damaged pages in 1 file". */
export function totalLine(reports: readonly FileReport[]): string {
  const damaged = reports.filter(({ verdict }) => verdict !== "good").length;
  return damaged === 0
    ? `${plural(reports.length, "file")}, all good`
    : `${plural(damaged, "file")} of ${formatCount(reports.length)} damaged`;
}
