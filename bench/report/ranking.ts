// The first tables of a report: configurations ranked by rate, one table per durability class.

import { classWords } from "../durability.js";
import type { Comparison, ConfigResult, Latency, Result } from "../result.js";
import { groupByClass } from "../run/assemble.js";
import { formatBytes, formatCount, formatMicroseconds } from "../units.js";
import { isProbe, labelColumns } from "./labels.js";
import { percentileName, percentileOf } from "./percentiles.js";
import { tableLines } from "./table.js";
import type { Column } from "./table.js";

export interface RankingTable {
  readonly title: string;
  readonly columns: readonly Column<ConfigResult>[];
  readonly rows: readonly ConfigResult[];
}

/** Returns one table per class, strongest class first; the rows fastest first. */
export function rankingTables(result: Result, percentiles: readonly number[]): RankingTable[] {
  const columns = rankingColumns(result, percentiles);
  return groupByClass(result.configs).map((rows) => ({
    title: groupTitle(result, rows[0]!),
    columns: [rankColumn(rows), ...columns],
    rows,
  }));
}

/** The same as lines of text; numbers stand below each other from class to class. */
export function rankingSections(
  result: Result,
  percentiles: readonly number[],
): { title: string; lines: string[] }[] {
  const tables = rankingTables(result, percentiles);
  const all = tables.flatMap(({ rows }) => rows);
  return tables.map(({ title, columns, rows }) => ({
    title,
    lines: tableLines(columns, rows, all),
  }));
}

/** What stands under the tables. */
export function rankingLegend(result: Result): string[] {
  const lines = [`  Latency in µs: the time of one ${result.workload.timed}.`];
  const compared = result.comparisons.filter((comparison) => comparison.low !== null);
  if (compared.length > 0) {
    lines.push("  Interval: where the ratio of medians lies with 95 % confidence, over rounds.");
  }
  if (compared.some((comparison) => comparison.is_different === false)) {
    lines.push("  =: no detectable difference, because the interval holds 1.");
  }
  return lines;
}

/** Latency columns in microseconds; "-" where nothing was recorded. */
export function latencyColumns(
  percentiles: readonly number[],
  pick: (config: ConfigResult) => Latency | null,
): Column<ConfigResult>[] {
  const column = (title: string, value: (latency: Latency) => number): Column<ConfigResult> => ({
    title,
    align: "right",
    cell: (config) => {
      const latency = pick(config);
      return latency === null ? "-" : formatMicroseconds(value(latency));
    },
  });
  return [
    ...percentiles.map((p) => column(percentileName(p), (latency) => percentileOf(latency, p))),
    column("max", (latency) => latency.max),
  ];
}

function groupTitle(result: Result, first: ConfigResult): string {
  const words = classWords(first);
  if (!isProbe(result)) return words;
  return `${words}; writes of ${formatBytes(Number(first.variables["write_bytes"]))}`;
}

function rankColumn(group: readonly ConfigResult[]): Column<ConfigResult> {
  return { title: "#", align: "right", cell: (config) => String(group.indexOf(config) + 1) };
}

function rankingColumns(result: Result, percentiles: readonly number[]): Column<ConfigResult>[] {
  const againstBest = new Map(
    result.comparisons.filter((c) => c.kind === "class").map((c) => [c.a, c]),
  );
  const comparison = (config: ConfigResult): Comparison | undefined => againstBest.get(config.id);
  return [
    ...labelColumns(result),
    {
      title: `${result.workload.unit}s/s`,
      align: "right",
      cell: (config) => formatCount(config.operations_per_second),
    },
    {
      title: "vs best",
      align: "right",
      cell: (config) => comparison(config)?.ratio.toFixed(2) ?? "1",
    },
    ...intervalColumn(result, comparison),
    ...latencyColumns(percentiles, (config) => config.latency.operation),
  ];
}

/** The column of intervals; none with too few rounds for one. */
export function intervalColumn<Row>(
  result: Result,
  pick: (row: Row) => Comparison | undefined,
): Column<Row>[] {
  if (result.comparisons.every((comparison) => comparison.low === null)) return [];
  return [{ title: "interval", align: "left", cell: (row) => intervalCell(pick(row)) }];
}

/** "0.97–1.02 =" where the interval holds 1; empty where there is none. */
function intervalCell(comparison: Comparison | undefined): string {
  if (!comparison || comparison.low === null || comparison.high === null) return "";
  const interval = `${comparison.low.toFixed(2)}–${comparison.high.toFixed(2)}`;
  return comparison.is_different === true ? interval : `${interval} =`;
}
