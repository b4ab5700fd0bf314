// A crash result in words: what it says, and the story of every counter-example.

import { exampleTitle, replayCommand } from "../crash/example-lines.js";
import { crashFacts } from "../crash/facts.js";
import { rowWords } from "../crash/matrix.js";
import type { CrashResult, RowResult } from "../crash/result.js";
import { totalSentence, verdictSentence } from "../crash/text.js";
import { cellWords } from "../crash/cell-words.js";
import { wrapText } from "../list-text.js";

const WIDTH = 100;

export function explainResult(result: CrashResult): string[] {
  const facts = crashFacts(result).map(([name, value]) => `${name}: ${value}`);
  return [
    `tornproof bench crash${result.complete ? "" : " (incomplete)"}`,
    ...facts.flatMap((fact) => hang(fact, 2)),
    "",
    ...hang(verdictSentence(result), 0),
    ...hang(totalSentence(result), 0),
    "",
    "Row by row",
    ...result.rows.flatMap((row) => rowLines(result, row)),
    "",
    ...exampleLines(result),
  ];
}

function hang(text: string, indent: number): string[] {
  return wrapText(text, WIDTH - indent - 2).map(
    (line, i) => " ".repeat(indent + (i === 0 ? 0 : 2)) + line,
  );
}

/** What a row lost, and why the documentation says it may; one line when it lost nothing. */
function rowLines(result: CrashResult, row: RowResult): string[] {
  const name = rowWords(result, row);
  const lossy = row.cells.filter(({ outcome }) => outcome !== null && outcome !== "ok");
  if (lossy.length === 0) return [`  ${name}: nothing lost`];
  const lines = [`  ${name}`];
  for (const cell of lossy) {
    const because = cell.may_lose_because.join(", and ");
    const why = cell.unexpected.length > 0 ? "NOT documented" : because;
    lines.push(...hang(`${cell.fault}: ${cellWords(cell)}; ${why}`, 4));
  }
  return lines;
}

function exampleLines(result: CrashResult): string[] {
  if (result.counter_examples.length === 0) return ["There is no counter-example."];
  return result.counter_examples.flatMap((example) => [
    ...hang(exampleTitle(result, example), 0),
    ...(example.story.length === 0 ? [example.why] : example.story).flatMap((line) =>
      hang(line.trimStart(), line.startsWith(" ") ? 4 : 2),
    ),
    ...(example.replay_id === null ? [] : [`  ${replayCommand(example.replay_id)}`]),
    "",
  ]);
}
