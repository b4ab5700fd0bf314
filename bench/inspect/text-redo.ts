// A redo log in a few lines: header, checkpoints, where the log ends, what is in it.

import { formatBytes, formatCount, plural } from "../units.js";
import { numberOf, type Facts, type FileReport } from "./report.js";

type Row = readonly [name: string, value: string];

const ENDS: Readonly<Record<string, string>> = {
  "inside-a-block": "inside a block, as it should",
  "at-unwritten-blocks": "where blocks were never written",
  "at-older-redo": "where older redo stands, or redo of another incarnation",
  "at-a-bad-block": "at a block whose checksum does not fit",
  "at-the-end-of-the-file": "goes on in the next file, or fills this one",
  "at-a-sequence-bit": "where the next mini-transaction would stand",
  "at-an-older-lap": "where the file's earlier lap begins",
  "at-a-bad-checksum": "at a mini-transaction whose checksum does not fit",
  "mtr-longer-than-a-window": "not followed to its end",
  "no-checkpoint": "not followed: no checkpoint verifies",
  full: "the whole file is redo since the checkpoint",
};

export function redoFacts(report: FileReport): Row[] {
  const { facts, headers, kind } = report;
  const [header, ...checkpoints] = headers;
  const isMariadb = kind === "mariadb-redo";
  return [
    ["header", header === undefined ? "" : headerText(header, isMariadb)],
    ...checkpoints.map((checkpoint): Row => ["checkpoint", checkpointText(checkpoint)]),
    ["log ends", `LSN ${facts["end_lsn"]}: ${ENDS[String(facts["end"])]}`],
    isMariadb ? ["followed", mtrText(facts)] : ["blocks", blockText(facts)],
    ...(isMariadb ? [] : [["groups", groupText(facts)] as const]),
    [
      "records",
      report.record_types
        .map(
          ({ name, type, count }) => `${name === "" ? `type ${type}` : name} ${formatCount(count)}`,
        )
        .join(", "),
    ],
  ];
}

function headerText(header: Facts, isMariadb: boolean): string {
  const state = header["is_valid"] === true ? "whole" : "damaged";
  const creator = header["creator"] === "" ? "" : `, written by ${header["creator"]}`;
  const start = isMariadb ? header["first_lsn"] : header["start_lsn"];
  const capacity = numberOf(header, "capacity");
  const size = capacity === 0 ? "" : `, ${formatBytes(capacity)} of redo`;
  return `${state}${creator}, format ${formatText(header)}, from LSN ${start}${size}`;
}

/** InnoDB counts its formats; others spell a name. */
function formatText(header: Facts): string {
  const format = Number(header["format"]);
  if (format <= 255) return String(format);
  const letters = [24, 16, 8, 0].map((shift) => String.fromCharCode((format >> shift) & 255));
  return letters.every((letter) => letter >= " " && letter <= "~")
    ? `"${letters.join("")}"`
    : String(header["format"]);
}

function checkpointText(checkpoint: Facts): string {
  if (checkpoint["state"] === "empty") return `block ${checkpoint["block"]}: never written`;
  const state = checkpoint["state"] === "valid" ? "whole" : "damaged";
  const number = checkpoint["number"] === "0" ? "" : `, number ${checkpoint["number"]}`;
  return `block ${checkpoint["block"]}: ${state}, LSN ${checkpoint["lsn"]}${number}`;
}

function blockText(facts: Facts): string {
  const count = (key: string): string => formatCount(numberOf(facts, key));
  const parts = [
    `${count("blocks_current")} of redo to be read`,
    `${count("blocks_stale")} older`,
    `${count("blocks_zero")} never written`,
  ];
  if (numberOf(facts, "blocks_bad") > 0) parts.push(`${count("blocks_bad")} bad`);
  if (numberOf(facts, "blocks_encrypted") > 0) parts.push(`${count("blocks_encrypted")} encrypted`);
  return parts.join(", ");
}

function groupText(facts: Facts): string {
  const lost = numberOf(facts, "groups_not_followed");
  const groups = plural(numberOf(facts, "groups"), "record group");
  const rest = lost === 0 ? "" : `; ${plural(lost, "group")} not followed to the end`;
  const open = facts["group_is_open"] === true ? "; the last one is not complete" : "";
  return `${groups}${rest}${open}`;
}

function mtrText(facts: Facts): string {
  const bytes = BigInt(facts["end_lsn"] ?? 0) - BigInt(facts["checkpoint_lsn"] ?? 0);
  return `${plural(numberOf(facts, "mtrs"), "mini-transaction")} since the checkpoint, ${formatBytes(Number(bytes))}`;
}
