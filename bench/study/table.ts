// The table of a study: what a configuration costs and what it loses, in one row.
//
//   method  dblwr │ measured here: commits/s  p99  KiB │ modelled: commits/s on a drive │ lost

import { cellWords } from "../crash/cell-words.js";
import { divider, type Column } from "../report/table.js";
import { formatCount, formatMicroseconds, formatPer } from "../units.js";
import type { Measured, StudyResult, StudyRow } from "./result.js";

const NONE = "-";

/** Columns of one row. `isWide`: also what a screen has no room for. */
export function studyColumns(result: StudyResult, isWide: boolean): Column<StudyRow>[] {
  const hasTrx = new Set(result.rows.map(trxOf)).size > 1;
  return [
    text("method", (row) => row.variables.innodb_flush_method),
    text("dblwr", (row) => row.variables.innodb_doublewrite),
    ...(hasTrx || isWide ? [number("trx", (row) => String(trxOf(row)))] : []),
    ...(isWide ? [] : [divider<StudyRow>()]),
    ...measuredColumns(isWide),
    ...(isWide ? [] : [divider<StudyRow>()]),
    ...drivesShown(result, isWide).map(({ drive }, i) =>
      number(isWide ? `commits/s on ${drive}` : drive, (row) => {
        const speed = row.modelled[i];
        return speed === undefined ? NONE : formatCount(speed.commits_per_second);
      }),
    ),
    ...(isWide ? [] : [divider<StudyRow>()]),
    ...result.crash.faults.map(({ title }, i) =>
      text(title, (row: StudyRow) => cellWords(row.loss[i]!)),
    ),
  ];
}

/** A screen has room for one drive; Markdown and JSON have all. */
function drivesShown({ rows }: StudyResult, isWide: boolean): readonly { drive: string }[] {
  const drives = rows[0]?.modelled ?? [];
  return isWide ? drives : drives.slice(0, 1);
}

function measuredColumns(isWide: boolean): Column<StudyRow>[] {
  const latency = (pick: (measured: Measured) => number | null) => (measured: Measured) => {
    const value = pick(measured);
    return value === null ? NONE : formatMicroseconds(value);
  };
  return [
    ofMeasured("commits/s", (m) => formatCount(m.commits_per_second)),
    ...(isWide
      ? [
          ofMeasured(
            "p50 µs",
            latency((m) => m.p50_ns),
          ),
        ]
      : []),
    ofMeasured(
      isWide ? "p99 µs" : "p99",
      latency((m) => m.p99_ns),
    ),
    ...(isWide
      ? [
          ofMeasured(
            "p99.9 µs",
            latency((m) => m.p999_ns),
          ),
          ofMeasured("syscalls/commit", (m) => formatPer(m.syscalls_per_commit)),
          ofMeasured("syncs/commit", (m) => formatPer(m.syncs_per_commit)),
        ]
      : []),
    ofMeasured(isWide ? "KiB/commit" : "KiB", (m) => formatPer(m.bytes_per_commit / 1024)),
    ...(isWide
      ? [ofMeasured("write amplification", (m) => formatPer(m.write_amplification ?? 0))]
      : []),
  ];
}

function ofMeasured(title: string, cell: (measured: Measured) => string): Column<StudyRow> {
  return number(title, ({ measured }) => (measured === null ? NONE : cell(measured)));
}

function trxOf(row: StudyRow): number {
  return row.variables.innodb_flush_log_at_trx_commit;
}

function text(title: string, cell: (row: StudyRow) => string): Column<StudyRow> {
  return { title, align: "left", cell };
}

function number(title: string, cell: (row: StudyRow) => string): Column<StudyRow> {
  return { title, align: "right", cell };
}

/** What the columns mean, one entry each. */
export function studyLegend({ run, crash, rows }: StudyResult): [string, string][] {
  const drives = rows[0]?.modelled.map(({ drive }) => drive).join(", ") ?? "";
  const { concurrency, page_bytes: page } = run.workload;
  const each = concurrency === 1 ? "one committer" : `${concurrency} committers`;
  return [
    [
      "measured",
      `commits/s, p99 of a commit in µs, KiB written for each; ${each}, ${page / 1024}k pages`,
    ],
    ...(drives === ""
      ? []
      : [
          [
            "modelled",
            `commits/s on ${drives}: the same store on the clock of a drive model, no processor time`,
          ] as [string, string],
        ]),
    ...crash.faults.map(({ title, summary }) => [title, summary] as [string, string]),
    [
      "cells",
      "ok; acknowledged commits lost; ref: damage refused; SILENT: wrong data served; ! unexpected",
    ],
  ];
}
