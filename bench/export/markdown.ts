// The result as Markdown: the same tables and sentences as on the screen, for an issue or a page.

import { costColumns } from "../report/costs.js";
import { doublewriteColumns, doublewritePairs } from "../report/doublewrite.js";
import { effectiveSentences, fastestSentences } from "../report/findings.js";
import { headerFacts } from "../report/header.js";
import { isProbe } from "../report/labels.js";
import { rankingLegend, rankingTables } from "../report/ranking.js";
import type { Column } from "../report/table.js";
import type { Result } from "../result.js";

/** Returns the document, ending with a newline. */
export function renderMarkdown(result: Result, percentiles: readonly number[]): string {
  const state = result.complete ? "" : " (incomplete)";
  const parts = [`# tornproof bench run${state}`, list(headerFacts(result).map(factWords))];
  for (const { title, columns, rows } of rankingTables(result, percentiles)) {
    parts.push(`## ${title}`, table(columns, rows));
  }
  if (result.configs.length > 0) parts.push(list(rankingLegend(result).map((l) => l.trim())));
  if (result.configs.length > 0 && !isProbe(result)) {
    parts.push(`## Costs per ${result.workload.unit}`, table(costColumns(result), result.configs));
  }
  const pairs = doublewritePairs(result);
  if (pairs.length > 0) {
    parts.push("## What doublewrite costs", table(doublewriteColumns(result), pairs));
  }
  const sections: [string, string[]][] = [
    ["Requested → effective", effectiveSentences(result)],
    ["Conclusions", fastestSentences(result)],
    ["Read with care", [...result.warnings]],
  ];
  for (const [title, sentences] of sections) {
    if (sentences.length > 0) parts.push(`## ${title}`, list(sentences.map(escaped)));
  }
  return `${parts.join("\n\n")}\n`;
}

function factWords([name, value]: [string, string]): string {
  return name === "Reproduce" ? `**${name}**: \`${value}\`` : `**${name}**: ${escaped(value)}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  const rule = columns.map(({ align }) => (align === "right" ? "--:" : ":--"));
  return [
    line(columns.map((column) => column.title)),
    `| ${rule.join(" | ")} |`,
    ...rows.map((row) => line(columns.map((column) => column.cell(row)))),
  ].join("\n");
}

/** Keeps table cells and names such as O_DIRECT_NO_FSYNC as they are. */
function escaped(text: string): string {
  return text.replace(/([|_*])/g, "\\$1");
}
