// The second tables of a report: how long the store's own writes and syncs took.

import type { ConfigResult, LatencyKey, Result } from "../result.js";
import { labelColumns } from "./labels.js";
import { latencyColumns } from "./ranking.js";
import { divider, tableLines } from "./table.js";
import type { Column } from "./table.js";

const SHOWN: readonly (readonly [LatencyKey, string])[] = [
  ["log_sync", "Log sync"],
  ["page_write", "Page write"],
  ["dblwr_write", "Doublewrite write"],
  ["data_sync", "Data sync"],
];

/**
 * Returns one table per kind of I/O, fewest words: two kinds share a table while both fit into
 * `width` columns. A kind that never happened is left out.
 */
export function latencySections(
  result: Result,
  percentiles: readonly number[],
  width: number,
): { title: string; lines: string[] }[] {
  const kinds = SHOWN.filter(([key]) => result.configs.some((config) => config.latency[key]));
  const sections: { title: string; lines: string[] }[] = [];
  for (let i = 0; i < kinds.length;) {
    const pair = kinds.slice(i, i + 2);
    const both = section(result, percentiles, pair);
    const fits = both.lines.every((line) => line.length <= width);
    sections.push(fits ? both : section(result, percentiles, pair.slice(0, 1)));
    i += fits ? pair.length : 1;
  }
  return sections;
}

function section(
  result: Result,
  percentiles: readonly number[],
  kinds: readonly (readonly [LatencyKey, string])[],
): { title: string; lines: string[] } {
  const groups = kinds.map(([key]) => latencyColumns(percentiles, (config) => config.latency[key]));
  const columns: Column<ConfigResult>[] = [
    ...labelColumns(result),
    ...groups.flatMap((group, i) => (i === 0 ? group : [divider(), ...group])),
  ];
  return {
    title: `${kinds.map(([, name]) => name).join("  |  ")}  (µs)`,
    lines: tableLines(columns, result.configs),
  };
}
