// `bench doctor --explain`: the list of topics, or the paragraphs of one.

import { UsageError } from "../exit.js";
import { alignColumns, wrapText } from "../list-text.js";
import { nearestName } from "../host.js";
import { type Topic, TOPICS } from "./topics.js";

const WIDTH = 100;

/** Returns the text of a topic; of the list without one. Errors: UsageError, unknown topic. */
export function explain(name: string | null): string {
  const topics: Readonly<Record<string, Topic>> = TOPICS;
  if (name === null) {
    const rows = Object.entries(topics).map(([topic, { summary }]) => [topic, summary]);
    return `${["Topics of bench doctor --explain TOPIC:", ...alignColumns(rows)].join("\n")}\n`;
  }
  const names = Object.keys(topics);
  if (!names.includes(name)) {
    const nearest = nearestName(name, names);
    const hint = nearest === null ? "" : ` (did you mean "${nearest}"?)`;
    throw new UsageError(`--explain: "${name}" is unknown${hint}; valid: ${names.join(", ")}`);
  }
  const { summary, paragraphs } = topics[name]!;
  const body = paragraphs.flatMap((paragraph) => ["", ...wrapText(paragraph, WIDTH)]);
  return `${[...wrapText(`${name}: ${summary}`, WIDTH), ...body].join("\n")}\n`;
}
