// A flush method in words: who calls what, what survives, what is lost under which fault, and why.
// Everything is read from the tables; nothing here knows a method by name.

import { allowance, type Allowance } from "../crash/promise.js";
import { deviceFor, FAULT_MODELS, matrixRow, profileNamed, resolveMethod } from "../host.js";
import type { FaultModel, FlushMethod } from "../host.js";
import { wrapText } from "../list-text.js";

const WIDTH = 100;

const FILE_WORDS = { log: "redo log", data: "data files", dblwr: "doublewrite" } as const;
type File = keyof typeof FILE_WORDS;

/** The points of the protocol that decide what is lost, in the order in which they are met. */
const POINT_WORDS: readonly (readonly [string, string])[] = [
  ["log-commit", "a committer waits"],
  ["log-write-ahead", "before its pages are written"],
  ["dblwr-batch", "before the pages are written in place"],
  ["data-batch", "after a batch of pages with copies"],
  ["data-batch-plain", "after a batch without copies"],
  ["checkpoint-data", "before the checkpoint passes them"],
  ["checkpoint-log", "after the checkpoint is written"],
  ["file-extend", "after a file has grown"],
];

const CALL_WORDS = {
  fsync: "fsync",
  fdatasync: "fdatasync",
  "if-grown": "a sync, only if the file has grown",
  "open-flag": "no call: each write is durable when it returns",
  none: "nothing",
} as const;

/** Errors: StoreError BAD_OPTION for an unknown method or profile. */
export function explainMethod(name: string, profileName: string): string[] {
  const profile = profileNamed(profileName);
  const method = resolveMethod(name, { profile: profile.name });
  return [
    `${method.name}, as ${profile.title} has it (profile ${profile.name})`,
    ...wrap(`${method.summary}.`, 2),
    "",
    ...callLines(method),
    "",
    ...survivalLines(method),
    "",
    ...lossLines(method),
    "",
    "See it happen",
    `  bench crash --flush-method ${method.name} --profile ${profile.name}`,
  ];
}

function wrap(text: string, indent: number): string[] {
  return wrapText(text, WIDTH - indent).map((line) => " ".repeat(indent) + line);
}

function callLines(method: FlushMethod): string[] {
  const row = matrixRow(method);
  const lines = ["Who calls what"];
  for (const file of Object.keys(FILE_WORDS) as File[]) {
    lines.push(`  ${FILE_WORDS[file]}, opened ${openWords(row.open[file])}`);
    for (const [point, words] of POINT_WORDS) {
      const cell = row.cells.find((each) => each.file === file && each.point === point);
      if (cell !== undefined) lines.push(`    ${words.padEnd(40)}${CALL_WORDS[cell.call]}`);
    }
  }
  return lines;
}

function openWords(mode: string): string {
  return mode === "buffered" ? "buffered: through the page cache" : mode;
}

const CLASS_WORDS: Readonly<Record<FlushMethod["durability"], string>> = {
  "power-loss": "a power cut, on a drive that honors flushes",
  "protected-cache": "a crash of the system; a power cut only if the drive protects its cache",
  "os-crash": "a crash of the system, not a power cut",
  "process-crash": "the end of the process, and nothing more",
};

function survivalLines(method: FlushMethod): string[] {
  return [
    "What an acknowledged commit survives (doublewrite ON, trx_commit 1)",
    ...wrap(`${CLASS_WORDS[method.durability]}: class ${method.durability}.`, 2),
    ...(method.caveat === "" ? [] : wrap(method.caveat, 2)),
  ];
}

function lossLines(method: FlushMethod): string[] {
  const lines = ["What may be lost, on a drive with a volatile cache"];
  for (const doublewrite of ["ON", "OFF"]) {
    lines.push(`  doublewrite ${doublewrite}, trx_commit 1`);
    for (const { titles, words } of answers(method, doublewrite)) {
      lines.push(...hang(`${titles.join(", ")}: ${words}`, 4));
    }
  }
  lines.push("  trx_commit 2 and 0");
  for (const trxCommit of [2, 0]) {
    const kinds = FAULT_MODELS.filter((model) => policyAdds(method, trxCommit, model));
    const names = kinds.map(({ name }) => name).join(", ");
    const words =
      names === ""
        ? `trx_commit ${trxCommit} loses nothing more: redo is durable when its write returns`
        : `with ${trxCommit} the last commits, also under: ${names}`;
    lines.push(...hang(words, 4));
  }
  return lines;
}

function policyAdds(method: FlushMethod, trxCommit: number, model: FaultModel): boolean {
  const strict = losses(method, "ON", 1, model).may;
  return losses(method, "ON", trxCommit, model).may.some((loss) => !strict.includes(loss));
}

function hang(text: string, indent: number): string[] {
  return wrapText(text, WIDTH - indent - 2).map(
    (line, i) => " ".repeat(indent + (i === 0 ? 0 : 2)) + line,
  );
}

/** Faults with the same answer share a line. */
function answers(method: FlushMethod, doublewrite: string): { titles: string[]; words: string }[] {
  const found = new Map<string, string[]>();
  for (const model of FAULT_MODELS) {
    const words = lossWords(losses(method, doublewrite, 1, model));
    found.set(words, [...(found.get(words) ?? []), model.name]);
  }
  return [...found.entries()].map(([words, titles]) => ({ titles, words }));
}

/** Pages of 16 KiB: a sector is smaller, so they can tear. */
function losses(
  method: FlushMethod,
  doublewrite: string,
  trxCommit: number,
  model: FaultModel,
): Allowance {
  const config = { method, doublewrite, trxCommit, pageSize: 16384 };
  return allowance(config, model, deviceFor(model));
}

const LOSS_WORDS = {
  lost: "acknowledged commits",
  refused: "a store or a page that is refused",
  silent: "wrong data that nobody notices",
} as const;

function lossWords({ may, because }: Allowance): string {
  if (may.length === 0) return "nothing";
  const what = may.map((loss) => LOSS_WORDS[loss]).join(", ");
  return `${what}, because ${because.join(", and ")}`;
}
