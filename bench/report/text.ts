// The report on a screen: at most 100 columns wide, strongest promise first.

import { wrapText } from "../list-text.js";
import type { Result } from "../result.js";
import { costLegend, costSection } from "./costs.js";
import { doublewriteLines } from "./doublewrite.js";
import { effectiveSentences, fastestSentences } from "./findings.js";
import { headerFacts } from "./header.js";
import { isProbe, labelLegend } from "./labels.js";
import { latencySections } from "./latencies.js";
import { rankingLegend, rankingSections } from "./ranking.js";

export interface TextOptions {
  readonly percentiles: readonly number[];
  readonly color: boolean;
}

const WIDTH = 100;
const NAME_WIDTH = 13;

/** Returns the whole report, ending with a newline. */
export function renderText(result: Result, options: TextOptions): string {
  const { percentiles } = options;
  const bold = (text: string): string => (options.color ? `\x1b[1m${text}\x1b[22m` : text);
  const lines = [...headLines(result, bold), ""];
  const section = (title: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push(bold(title), ...body, "");
  };
  if (result.configs.length === 0) lines.push("No turn was completed: there is nothing to report.");
  else {
    for (const { title, lines: body } of rankingSections(result, percentiles)) section(title, body);
    lines.push(...rankingLegend(result), ...labelLegend(result), "");
    for (const { title, lines: body } of latencySections(result, percentiles, WIDTH)) {
      section(title, body);
    }
    if (!isProbe(result)) {
      const costs = costSection(result);
      section(costs.title, [...costs.lines, ...costLegend()]);
    }
    section("What doublewrite costs", doublewriteLines(result));
    section("Requested → effective", bullets(effectiveSentences(result)));
    section("Conclusions", bullets(fastestSentences(result)));
  }
  section("Read with care", bullets(result.warnings));
  return `${lines.join("\n").trimEnd()}\n`;
}

function headLines(result: Result, bold: (text: string) => string): string[] {
  const state = result.complete ? "" : "  (incomplete)";
  const facts = headerFacts(result).flatMap(([name, value]) =>
    wrapText(value, WIDTH - NAME_WIDTH - 2).map((line, i) =>
      `  ${(i === 0 ? name : "").padEnd(NAME_WIDTH)}${line}`.trimEnd(),
    ),
  );
  return [bold(`tornproof bench run${state}`), ...facts];
}

function bullets(sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) =>
    wrapText(sentence, WIDTH - 4).map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`)),
  );
}
