// `bench crash --replay ID`: the story of one crash, and its files where they are asked for.

import { EXIT, UsageError } from "../exit.js";
import { caseSize, tell } from "../host.js";
import { wrapText } from "../list-text.js";
import type { RawFlags } from "../options.js";
import { faultWords } from "./lab.js";
import { keepImages, replay, type Replayed } from "./replay.js";

const WIDTH = 100;
/** Flags that may stand beside --replay; the id says everything else. */
const ALLOWED: readonly string[] = ["replay", "keepImages", "json", "color", "quiet"];

/**
 * Prints the crash and returns the exit code: 1 when the engine traps or hangs, else 0.
 * Errors: UsageError for an id that cannot be used, EnvironmentError for --keep-images.
 */
export function replayCommandOf(flags: RawFlags, innodb: Readonly<Record<string, string>>): number {
  checkAlone(flags, innodb);
  const replayed = replay(String(flags["replay"]));
  const dir = flags["keepImages"];
  const kept = typeof dir === "string" ? keepImages(replayed, dir) : [];
  const text =
    flags["json"] === true
      ? replayJson(replayed)
      : [...storyLines(replayed), ...keptLines(kept, String(dir))].map((l) => `${l}\n`).join("");
  process.stdout.write(text);
  return replayed.example.verdict.isBug ? EXIT.failed : EXIT.ok;
}

function checkAlone(flags: RawFlags, innodb: Readonly<Record<string, string>>): void {
  const isDefault = (name: string): boolean =>
    (name === "barriers" || name === "shrink") && flags[name] === true;
  const other = Object.keys(flags).find(
    (name) => flags[name] !== undefined && !ALLOWED.includes(name) && !isDefault(name),
  );
  const shown = other?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const named = shown ?? Object.keys(innodb)[0]?.replaceAll("_", "-");
  if (named === undefined) return;
  throw new UsageError(`--${named}: the id of --replay says everything; leave the flag out`);
}

/** The story of a crash, as `--replay` and `bench explain` print it. */
export function storyLines(replayed: Replayed): string[] {
  const { spec, visit, example } = replayed;
  const { method, doublewrite, trxCommit, profile, workload, seed } = spec;
  const head = `${method}, doublewrite ${doublewrite}, trx_commit ${trxCommit}, profile ${profile}`;
  const fault = faultWords(spec.fault);
  const lines = [
    head,
    `Fault     ${fault.name}: ${fault.summary}`,
    `Workload  ${workload}, seed ${seed}`,
    `Size      ${caseSize(visit, example)}`,
    "",
    ...tell(visit, example).flatMap(indented),
  ];
  return lines;
}

function indented(line: string): string[] {
  const indent = line.length - line.trimStart().length;
  return wrapText(line.trimStart(), WIDTH - indent - 2).map(
    (part, i) => " ".repeat(indent + (i === 0 ? 0 : 2)) + part,
  );
}

function keptLines(names: readonly string[], dir: string): string[] {
  if (names.length === 0) return [];
  return ["", `The files as the crash left them are in ${dir}: ${names.join(", ")}`];
}

function replayJson({ spec, visit, example }: Replayed): string {
  const story = tell(visit, example);
  return `${JSON.stringify({ ...spec, steps: undefined, verdict: example.verdict, story }, null, 2)}\n`;
}
