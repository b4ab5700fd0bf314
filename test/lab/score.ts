// The score of a canary suite as a table: which bug, who saw it, after how many states.

import type { Score } from "./hunt/index.js";

export function scoreTable(scores: readonly Score[]): string {
  const width = Math.max(...scores.map(({ name }) => name.length));
  const lines = scores.map(({ name, found, states, milliseconds }) => {
    const seen = found === null ? "NOT CAUGHT" : `${found.by}: ${found.why}`;
    const seconds = (milliseconds / 1000).toFixed(1);
    return `${name.padEnd(width)}  ${String(states).padStart(6)}  ${seconds.padStart(6)} s  ${seen}`;
  });
  const caught = scores.filter(({ found }) => found !== null).length;
  return [
    `${"canary".padEnd(width)}  states      time  caught by`,
    ...lines,
    `${caught} of ${scores.length} caught`,
  ].join("\n");
}
