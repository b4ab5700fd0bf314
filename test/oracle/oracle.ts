// Reads the observed rows and says what one run must look like: which calls, in which order.

import { FSYNC_BY_NAME, OBSERVED, OWN } from "./observed.js";

export type Doublewrite = "ON" | "OFF" | "DETECT_ONLY";
export type TrxCommit = 0 | 1 | 2;

/** `Lw`, `Ls`, …: a file class and a kind of call; the letters are those of observed.ts. */
export type Sequence = readonly string[];

export interface OracleRow {
  readonly profile: string;
  readonly method: string;
  /** A name of the profile's server; the others are ours, the same under every profile. */
  readonly isServers: boolean;
  readonly syncCall: "fsync" | "fdatasync";
  /** Open modes: "-", or letters of d, D and S. */
  readonly open: { readonly log: string; readonly data: string; readonly dblwr: string };
  readonly commit: Sequence;
  readonly ahead: Sequence;
  readonly copies: Sequence;
  readonly plain: Sequence;
  readonly checkpoint: Sequence;
  readonly checkpointPlain: Sequence;
}

/** Every row, profile by profile. */
export const ORACLE: readonly OracleRow[] = OBSERVED.flatMap(({ name, syncCall, table }) => [
  ...parse(table).map((row) => ({
    ...row,
    profile: name,
    isServers: true,
    syncCall: callOf(name, row, syncCall),
  })),
  ...parse(OWN).map((row) => ({
    ...row,
    profile: name,
    isServers: false,
    syncCall: "fdatasync" as const,
  })),
]);

type Row = Omit<OracleRow, "profile" | "isServers" | "syncCall">;

function callOf(profile: string, row: Row, call: OracleRow["syncCall"]): OracleRow["syncCall"] {
  return profile === "tornproof" && FSYNC_BY_NAME.includes(row.method) ? "fsync" : call;
}

function parse(table: string): Row[] {
  const lines = table.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const [head, ...cells] = line.split("|").map((cell) => cell.trim().split(/\s+/));
    const [method, log, data, dblwr] = head!;
    const [commit, ahead, copies, plain, checkpoint, checkpointPlain] = cells.map(fold);
    return {
      method: method!,
      open: { log: log!, data: data!, dblwr: dblwr! },
      commit: commit!,
      ahead: ahead!,
      copies: copies!,
      plain: plain!,
      checkpoint: checkpoint!,
      checkpointPlain: checkpointPlain!,
    };
  });
}

/** A sync that repeats the one before it, with no write between them, says nothing new. */
export function fold(sequence: Sequence): Sequence {
  const folded: string[] = [];
  for (const step of sequence) {
    if (step === "") continue;
    if (!(step.endsWith("s") && folded.at(-1) === step)) folded.push(step);
  }
  return folded;
}

/** The calls of one commit. */
export function expectedCommit(row: OracleRow, trxCommit: TrxCommit): Sequence {
  if (trxCommit === 0) return [];
  return trxCommit === 2 ? ["Lw"] : row.commit;
}

/** The calls that make redo durable before a page of it is written, given how commits left it. */
export function expectedAhead(row: OracleRow, trxCommit: TrxCommit): Sequence {
  if (trxCommit === 0) return ["Lw", ...row.ahead];
  const isDurable = trxCommit === 1 && row.commit.includes("Ls");
  return isDurable ? [] : row.ahead;
}

/** The calls of one batch, in-place writes and their syncs counted once each. */
export function expectedBatch(row: OracleRow, doublewrite: Doublewrite): Sequence {
  if (doublewrite === "ON") return row.copies;
  if (doublewrite === "OFF") return row.plain;
  const record = row.copies.filter((step) => step.startsWith("D"));
  // MariaDB 11 without doublewrite is another method; with records of pages it is still this one.
  const pages = isFast(row) ? ["Pw"] : row.plain;
  return [...record.map((step) => step.replace("D", "B")), ...pages];
}

/** The calls of the checkpoint after that batch. */
export function expectedCheckpoint(row: OracleRow, doublewrite: Doublewrite): Sequence {
  const isPlain = doublewrite === "OFF" || (doublewrite === "DETECT_ONLY" && !isFast(row));
  return isPlain ? row.checkpointPlain : row.checkpoint;
}

function isFast(row: OracleRow): boolean {
  return row.profile === "mariadb-11" && row.method === "O_DIRECT_NO_FSYNC";
}
