// What is wrong with a file as a whole, and what is merely worth knowing, from the counts.

import { formatBytes, formatCount, plural } from "../units.js";
import type { FileKindName } from "./protocol.js";
import { numberOf, type Facts, type Problem } from "./report.js";

const EXTENSION_STEP = 4096;

export interface Judgment {
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** Judges the facts of one file. `headers`: redo headers and checkpoints, in file order. */
export function judge(
  kind: FileKindName,
  facts: Facts,
  headers: readonly Facts[],
  pageBytes: number,
): Judgment {
  switch (kind) {
    case "tablespace":
      return tablespace(facts, pageBytes);
    case "doublewrite":
      return doublewrite(facts, pageBytes);
    case "detect-only":
      return { problems: [], notes: [] };
    case "redo":
      return redo(facts, headers);
    case "mariadb-redo":
      return mariadbRedo(facts, headers);
  }
}

function trailing(facts: Facts, pageBytes: number): Problem[] {
  const bytes = numberOf(facts, "trailing_bytes");
  if (bytes === 0) return [];
  const message = `the file ends inside a page: ${formatBytes(bytes)} of ${formatBytes(pageBytes)} are there; it was cut, or is still being extended`;
  return [{ code: "cut-inside-a-page", message }];
}

function tablespace(facts: Facts, pageBytes: number): Judgment {
  const problems = trailing(facts, pageBytes);
  const notes: string[] = [];
  const pages = numberOf(facts, "file_pages");
  const expected = numberOf(facts, "fsp_size");
  // The header of a system tablespace of several files counts the pages of all.
  const isAlone = numberOf(facts, "space_id") !== 0;
  // MariaDB extends in steps of 4 KiB; the last small compressed page may have no place yet.
  const isShort = (expected - pages) * pageBytes >= EXTENSION_STEP;
  if (facts["has_header"] === true && isAlone && isShort) {
    const message = `the header says ${plural(expected, "page")}, the file has ${formatCount(pages)}: its end is missing`;
    problems.push({ code: "shorter-than-its-header", message });
  }
  const free = numberOf(facts, "pages_free_damaged");
  if (free > 0) {
    notes.push(
      `${plural(free, "page")} do not verify but are free: InnoDB writes a free page anew before it reads it`,
    );
  }
  const unverified = numberOf(facts, "pages_unverified");
  if (unverified > 0) {
    notes.push(
      `${plural(unverified, "page")} of a compressed or encrypted type carry no checksum of what is in the file: not judged`,
    );
  }
  const torn = numberOf(facts, "copies_damaged");
  if (torn > 0) {
    notes.push(
      `${plural(torn, "doublewrite copy", "doublewrite copies")} in the system tablespace do not verify: harmless while the pages in place are whole`,
    );
  }
  return { problems, notes };
}

function doublewrite(facts: Facts, pageBytes: number): Judgment {
  const notes =
    numberOf(facts, "copies_damaged") > 0
      ? [
          "A damaged copy is what a power cut while the copies were written leaves; the page in place was not touched yet, so check that one.",
        ]
      : [];
  return { problems: trailing(facts, pageBytes), notes };
}

function headerProblems(headers: readonly Facts[], needsCheckpoint: boolean): Problem[] {
  const problems: Problem[] = [];
  if (headers[0]?.["is_valid"] === false) {
    const message = "the file header does not verify: its checksum or a field is wrong";
    problems.push({ code: "bad-header", message });
  }
  const states = headers.slice(1).map((checkpoint) => checkpoint["state"]);
  if (needsCheckpoint && !states.includes("valid")) {
    const message = "neither checkpoint block verifies: recovery does not know where to start";
    problems.push({ code: "no-checkpoint", message });
  }
  return problems;
}

function redo(facts: Facts, headers: readonly Facts[]): Judgment {
  // InnoDB keeps the checkpoint in one of several files; ours has one file.
  const problems = headerProblems(headers, headers[0]?.["is_tornproof"] === true);
  const notes: string[] = [];
  const behind = numberOf(facts, "blocks_behind_gap");
  if (behind > 0) {
    const message = `redo goes on behind a bad block (${plural(behind, "block")} that fit): not the torn end of the last write, but damage`;
    problems.push({ code: "gap", message });
  } else if (facts["end"] === "at-a-bad-block") {
    const message = `the log ends at a bad block, LSN ${facts["end_lsn"]}: the torn end of the last write, which nobody was promised, or damage to redo that somebody was`;
    problems.push({ code: "bad-end", message });
  }
  if (facts["is_ours"] === true && numberOf(facts, "groups_not_followed") > 0) {
    const message = `${plural(numberOf(facts, "groups_not_followed"), "record")} are no records: redo that verifies but cannot be read`;
    problems.push({ code: "malformed-records", message });
  }
  if (headers.slice(1).some((checkpoint) => checkpoint["state"] === "damaged")) {
    notes.push("One checkpoint block does not verify: a torn checkpoint is why there are two.");
  }
  const harmless = numberOf(facts, "blocks_bad_harmless");
  if (harmless > 0) {
    notes.push(
      `${plural(harmless, "bad block")} outside the redo that recovery reads: before the checkpoint, or behind the end.`,
    );
  }
  return { problems, notes };
}

function mariadbRedo(facts: Facts, headers: readonly Facts[]): Judgment {
  const problems = headerProblems(headers, true);
  const notes: string[] = [];
  if (problems.length === 0 && facts["has_checkpoint_record"] !== true) {
    const message = `no FILE_CHECKPOINT record follows the checkpoint at LSN ${facts["checkpoint_lsn"]}: MariaDB refuses to start`;
    problems.push({ code: "no-checkpoint-record", message });
  }
  if (facts["end"] === "at-a-bad-checksum") {
    notes.push(
      `The log ends at LSN ${facts["end_lsn"]}, at a mini-transaction whose checksum does not fit: the torn end of the last write, or damage; without blocks the two look the same.`,
    );
  }
  if (facts["end"] === "mtr-longer-than-a-window") {
    notes.push("A mini-transaction is longer than 4 MiB: the log was not followed beyond it.");
  }
  return { problems, notes };
}
