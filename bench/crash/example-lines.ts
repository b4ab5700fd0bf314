// A counter-example in a few lines: what it is of, what happened, and how to see it again.

import { wrapText } from "../list-text.js";
import { quoted } from "../report/header.js";
import { plural } from "../units.js";
import { rowWords } from "./matrix.js";
import type { CounterExample, CrashResult } from "./result.js";

const OUTCOME_WORDS = { lost: "Lost", refused: "Refused", silent: "SILENT" } as const;
/** A story longer than this is cut on the screen; `bench explain ID` tells all of it. */
const STORY_MAX = 7;

export function exampleTitle(result: CrashResult, example: CounterExample): string {
  const row = result.rows.find(({ id }) => id === example.row)!;
  const fault = result.faults.find(({ name }) => name === example.fault)!;
  const mark = example.is_unexpected ? "! " : "";
  const what = OUTCOME_WORDS[example.outcome];
  const title = `${mark}${what}: ${rowWords(result, row)}, ${fault.name}`;
  if (example.writes === 0) return title;
  const verb = example.writes === 1 ? "makes" : "make";
  return `${title} (${plural(example.writes, "write")} ${verb} the difference)`;
}

export function exampleLines(
  result: CrashResult,
  example: CounterExample,
  width: number,
): string[] {
  const wrap = (text: string, indent: number): string[] =>
    wrapText(text.trimStart(), width - indent - 2).map(
      (line, i) => " ".repeat(indent + (i === 0 ? 0 : 2)) + line,
    );
  const lines = wrap(exampleTitle(result, example), 2);
  const story = example.story.length === 0 ? [example.why] : example.story;
  for (const line of shortened(story)) lines.push(...wrap(line, line.startsWith(" ") ? 6 : 4));
  if (example.replay_id !== null) lines.push(`    ${replayCommand(example.replay_id)}`);
  return lines;
}

/**
 * A long story without the fates that most writes share: what is rare is what makes the difference.
 * Fates are indented and end in ": lost" or ": on the disk".
 */
function shortened(story: readonly string[]): string[] {
  if (story.length <= STORY_MAX) return [...story];
  const fates = ["lost", "on the disk"].map((fate) => ({
    fate,
    lines: story.filter((line) => line.startsWith(" ") && line.endsWith(`: ${fate}`)),
  }));
  const common = fates.reduce((a, b) => (b.lines.length > a.lines.length ? b : a));
  const kept = story.filter((line) => !common.lines.includes(line));
  const rest = `  ${plural(common.lines.length, "other")}: ${common.fate}`;
  return [...kept.slice(0, -1).slice(0, STORY_MAX), rest, kept.at(-1)!];
}

export function replayCommand(id: string): string {
  return `bench crash --replay ${quoted(id)}`;
}
