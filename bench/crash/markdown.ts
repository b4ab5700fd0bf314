// The crash report as Markdown: the same matrix and stories, for an issue or a page.

import { cellWords } from "./cell-words.js";
import { exampleTitle, replayCommand } from "./example-lines.js";
import { crashFacts } from "./facts.js";
import { groupRows, legendEntries, methodName } from "./matrix.js";
import type { CounterExample, CrashResult } from "./result.js";
import { totalSentence, verdictSentence } from "./text.js";

/** Returns the document, ending with a newline. */
export function renderCrashMarkdown(result: CrashResult): string {
  const state = result.complete ? "" : " (incomplete)";
  const parts = [
    `# tornproof bench crash${state}`,
    list(crashFacts(result).map(([name, value]) => factWords(name, value))),
    ...groupRows(result.rows).flatMap(({ title, rows }) => [`## ${title}`, table(result, rows)]),
    list(legendEntries(result).map(([name, meaning]) => `**${escaped(name)}**: ${meaning}`)),
    verdictSentence(result),
  ];
  if (result.counter_examples.length > 0) parts.push("## Counter-examples");
  for (const example of result.counter_examples) parts.push(...exampleParts(result, example));
  for (const { row, fault, why, replay_id: id } of result.bugs) {
    parts.push(`## Bug: ${row}, ${fault}`, escaped(why), ...(id === null ? [] : [command(id)]));
  }
  parts.push(totalSentence(result));
  return `${parts.join("\n\n")}\n`;
}

function factWords(name: string, value: string): string {
  return name === "Reproduce" ? `**${name}**: \`${value}\`` : `**${name}**: ${escaped(value)}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function table(result: CrashResult, rows: CrashResult["rows"]): string {
  const titles = ["method", "dblwr", "trx", ...result.faults.map(({ title }) => title)];
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  const body = rows.map((row) => {
    const { innodb_doublewrite: doublewrite, innodb_flush_log_at_trx_commit: trx } = row.variables;
    return line([
      ...[methodName(result, row), doublewrite, String(trx)],
      ...row.cells.map(cellWords),
    ]);
  });
  return [line(titles), `| ${titles.map(() => ":--").join(" | ")} |`, ...body].join("\n");
}

function exampleParts(result: CrashResult, example: CounterExample): string[] {
  const story = example.story.length === 0 ? [example.why] : example.story;
  const id = example.replay_id;
  return [
    `### ${escaped(exampleTitle(result, example))}`,
    list(story.map((line) => escaped(line.trim()))),
    ...(id === null ? [] : [command(id)]),
  ];
}

function command(id: string): string {
  return `\`\`\`\n${replayCommand(id)}\n\`\`\``;
}

/** Keeps names such as O_DIRECT_NO_FSYNC as they are. */
function escaped(text: string): string {
  return text.replace(/([|_*<])/g, "\\$1");
}
