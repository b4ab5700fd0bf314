// The crash report on a screen: at most 100 columns wide. First the matrix, by what each row
// promises; then why, by example; then how much was seen.

import { wrapText } from "../list-text.js";
import { quoted } from "../report/header.js";
import { formatCount, formatSeconds, plural } from "../units.js";
import { exampleLines } from "./example-lines.js";
import { crashFacts } from "./facts.js";
import { legendLines, matrixLines } from "./matrix.js";
import { paint, type Paint } from "./paint.js";
import { sortExamples } from "./assemble.js";
import type { CounterExample, CrashResult } from "./result.js";

const WIDTH = 100;
const NAME_WIDTH = 13;
/** More examples than this hide the ones that matter; JSON has all of them. */
const EXAMPLES_MAX = 6;

/** Returns the whole report, ending with a newline. */
export function renderCrashText(result: CrashResult, isColored: boolean): string {
  const color = paint(isColored);
  const lines = [...headLines(result, color), ""];
  lines.push(...matrixLines(result, WIDTH, color), "", ...legendLines(result, WIDTH), "");
  lines.push(...verdictLines(result, color), "");
  lines.push(...exampleSection(result, color), ...bugLines(result, color));
  lines.push(...totalLines(result));
  return `${lines.join("\n").trimEnd()}\n`;
}

function headLines(result: CrashResult, color: Paint): string[] {
  const state = result.complete ? "" : "  (incomplete)";
  const facts = crashFacts(result).flatMap(([name, value]) =>
    wrapText(value, WIDTH - NAME_WIDTH - 2).map((line, i) =>
      `  ${(i === 0 ? name : "").padEnd(NAME_WIDTH)}${line}`.trimEnd(),
    ),
  );
  return [color.bold(`tornproof bench crash${state}`), ...facts];
}

/** What the matrix says, in one sentence. */
function verdictLines(result: CrashResult, color: Paint): string[] {
  return wrapText(verdictSentence(result), WIDTH).map((line) =>
    result.exit.code === 12 || result.exit.code === 1 ? color.bad(line) : color.bold(line),
  );
}

export function verdictSentence(result: CrashResult): string {
  const cells = result.rows.flatMap((row) => row.cells).filter((cell) => cell.outcome !== null);
  const safe = cells.filter((cell) => cell.may_lose.length === 0);
  const broken = cells.filter((cell) => cell.unexpected.length > 0);
  if (cells.length === 0) return "Nothing was explored.";
  if (broken.length > 0) {
    return (
      `UNEXPECTED: ${plural(broken.length, "cell")} (marked !) lost what the documentation promises ` +
      "to keep. That is a bug of the store, of the laboratory, or of the documentation."
    );
  }
  if (safe.length === 0) return "The documentation promises nothing for any of these cells.";
  return (
    `In ${plural(safe.length, "cell")} the documentation promises that nothing is lost, and nothing ` +
    "was; the others lost at most what it says."
  );
}

function exampleSection(result: CrashResult, color: Paint): string[] {
  const all = result.counter_examples;
  if (all.length === 0) return [];
  const shown = tellingExamples(result, EXAMPLES_MAX);
  const lines = [color.bold("Counter-examples, the shortest first")];
  for (const example of shown) lines.push(...exampleLines(result, example, WIDTH), "");
  const more = all.length - shown.length;
  if (more > 0) {
    lines.push(`  … and ${more} more: with -o FILE.json, then bench explain FILE.json`, "");
  }
  return lines;
}

/**
 * The examples that tell most: the unexpected ones, then one for every pair of fault and outcome,
 * milder faults first, because a lying drive proves little.
 */
export function tellingExamples(result: CrashResult, max: number): CounterExample[] {
  const faults = result.faults.map(({ name }) => name);
  const pairs = new Set<string>();
  const chosen = result.counter_examples.filter(({ fault, outcome, is_unexpected: isBug }) => {
    const pair = `${fault} ${outcome}`;
    const isNew = !pairs.has(pair);
    pairs.add(pair);
    return isBug || isNew;
  });
  const rank = (each: CounterExample): number =>
    each.is_unexpected ? -1 : faults.indexOf(each.fault);
  const best = chosen.sort((a, b) => rank(a) - rank(b)).slice(0, max);
  return sortExamples(best);
}

function bugLines({ bugs }: CrashResult, color: Paint): string[] {
  if (bugs.length === 0) return [];
  const lines = bugs.flatMap(({ row, fault, replay_id: id, why }) => [
    ...wrapText(`${row}, ${fault}: ${why}`, WIDTH - 4).map((line) => `  ${line}`),
    ...(id === null ? [] : [`    bench crash --replay ${quoted(id)}`]),
  ]);
  return [color.bad("Bugs: the engine trapped or hung"), ...lines, ""];
}

function totalLines(result: CrashResult): string[] {
  return wrapText(totalSentence(result), WIDTH);
}

export function totalSentence({ totals }: CrashResult): string {
  const nested = totals.crashes_during_recovery;
  return (
    `${formatCount(totals.states)} crash states, ${formatCount(totals.distinct_disks)} different ` +
    `disks, ${formatCount(nested)} crashes during recovery, ${formatCount(totals.recoveries)} ` +
    `recoveries in ${formatSeconds(totals.seconds)}: ` +
    `${formatCount(totals.states_per_second)} states per second.`
  );
}
