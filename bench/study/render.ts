// A study in a format: text for a screen of 100 columns, Markdown with every column, JSON.

import { classKey, classWords } from "../durability.js";
import { paint } from "../crash/paint.js";
import { exampleLines } from "../crash/example-lines.js";
import { tellingExamples } from "../crash/text.js";
import type { CrashFormat } from "../crash/settings.js";
import { wrapText } from "../list-text.js";
import { headerFacts, quoted } from "../report/header.js";
import { tableLines } from "../report/table.js";
import { studyColumns, studyLegend } from "./table.js";
import type { StudyResult, StudyRow } from "./result.js";

const WIDTH = 100;
const NAME_WIDTH = 13;
const EXAMPLES_MAX = 4;

/** Returns the study, ending with a newline. */
export function renderStudy(result: StudyResult, format: CrashFormat, isColored: boolean): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(result, null, 2)}\n`;
    case "md":
      return renderMarkdown(result);
    case "text":
      return renderText(result, isColored);
  }
}

function renderText(result: StudyResult, isColored: boolean): string {
  const color = paint(isColored);
  const state = result.complete ? "" : "  (incomplete)";
  const lines = [color.bold(`tornproof bench study ${result.study}${state}`)];
  for (const [name, value] of facts(result)) lines.push(...entry(name, value));
  for (const { title, rows } of groups(result)) {
    lines.push("", color.bold(title));
    lines.push(...tableLines(studyColumns(result, false), rows, result.rows));
  }
  lines.push("");
  for (const [name, value] of studyLegend(result)) lines.push(...entry(name, value));
  lines.push("", ...wrapText(sentence(result), WIDTH), "");
  for (const example of tellingExamples(result.crash, EXAMPLES_MAX)) {
    lines.push(...exampleLines(result.crash, example, WIDTH), "");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function entry(name: string, value: string): string[] {
  return wrapText(value, WIDTH - NAME_WIDTH - 2).map((line, i) =>
    `  ${(i === 0 ? name : "").padEnd(NAME_WIDTH)}${line}`.trimEnd(),
  );
}

/** What it ran on, and how to repeat it. */
function facts(result: StudyResult): [string, string][] {
  const { totals } = result.crash;
  return [
    ...headerFacts(result.run).filter(([name]) => name !== "Reproduce"),
    [
      "Laboratory",
      `${totals.states.toLocaleString("en")} crash states, ` +
        `${totals.distinct_disks.toLocaleString("en")} different disks recovered`,
    ],
    ["Reproduce", reproduce(result)],
  ];
}

function reproduce({ argv, seed }: StudyResult): string {
  const hasSeed = argv.some((word) => /^--seed(=|$)/.test(word));
  return ["bench", ...argv, ...(hasSeed ? [] : ["--seed", String(seed)])].map(quoted).join(" ");
}

function groups({ rows }: StudyResult): { title: string; rows: StudyRow[] }[] {
  const found = new Map<string, StudyRow[]>();
  for (const row of rows) found.set(classKey(row), [...(found.get(classKey(row)) ?? []), row]);
  return [...found.entries()]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, own]) => ({ title: classWords(own[0]!), rows: own }));
}

/** What doublewrite costs here, and what it buys, for the methods that have both rows. */
function sentence({ rows }: StudyResult): string {
  const words: string[] = [];
  for (const on of rows.filter((row) => row.variables.innodb_doublewrite === "ON")) {
    const { innodb_flush_method: method, innodb_flush_log_at_trx_commit: trx } = on.variables;
    const off = rows.find(
      ({ variables }) =>
        variables.innodb_doublewrite === "OFF" &&
        variables.innodb_flush_method === method &&
        variables.innodb_flush_log_at_trx_commit === trx,
    );
    if (!on.measured || !off?.measured) continue;
    const share = on.measured.commits_per_second / off.measured.commits_per_second;
    const bytes = on.measured.bytes_per_commit / off.measured.bytes_per_commit;
    words.push(
      `${method} ${share.toFixed(2)} of the commits and ${bytes.toFixed(1)} times the bytes`,
    );
  }
  if (words.length === 0) return "";
  return `Doublewrite ON against OFF, measured here: ${words.join("; ")}.`;
}

function renderMarkdown(result: StudyResult): string {
  const state = result.complete ? "" : " (incomplete)";
  const parts = [
    `# tornproof bench study ${result.study}${state}`,
    list(facts(result).map(([name, value]) => fact(name, value))),
  ];
  for (const { title, rows } of groups(result)) {
    const columns = studyColumns(result, true);
    const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
    parts.push(
      `## ${title}`,
      [
        line(columns.map((column) => column.title)),
        `| ${columns.map(({ align }) => (align === "right" ? "--:" : ":--")).join(" | ")} |`,
        ...rows.map((row) => line(columns.map((column) => column.cell(row)))),
      ].join("\n"),
    );
  }
  parts.push(list(studyLegend(result).map(([name, text]) => `**${name}**: ${escaped(text)}`)));
  if (sentence(result) !== "") parts.push(escaped(sentence(result)));
  const examples = tellingExamples(result.crash, EXAMPLES_MAX);
  if (examples.length > 0) {
    const lines = examples.flatMap((example) => [
      ...exampleLines(result.crash, example, WIDTH),
      "",
    ]);
    parts.push("## Why", `\`\`\`\n${lines.join("\n").trimEnd()}\n\`\`\``);
  }
  return `${parts.join("\n\n")}\n`;
}

function fact(name: string, value: string): string {
  return name === "Reproduce" ? `**${name}**: \`${value}\`` : `**${name}**: ${escaped(value)}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** Keeps names such as O_DIRECT_NO_FSYNC as they are. */
function escaped(text: string): string {
  return text.replace(/([|_*<])/g, "\\$1");
}
