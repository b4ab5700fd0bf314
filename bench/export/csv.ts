// The result as CSV: one row per configuration and round, so that a spreadsheet can do its own
// statistics. Latency and cost columns are those of the configuration, over all rounds.

import { FILE_KINDS } from "../host.js";
import type { ConfigResult, Result } from "../result.js";
import { perOperation } from "../report/costs.js";

const LATENCIES = ["operation", "log_sync", "page_write", "dblwr_write", "data_sync"] as const;
const STATISTICS = ["p50", "p99", "p999", "max"] as const;

/** Returns the table with a heading row. Units are in the column names. */
export function renderCsv(result: Result): string {
  const rows = result.configs.flatMap((config) => configRows(result, config));
  const heading = Object.keys(rows[0] ?? {});
  const lines = [heading, ...rows.map((row) => heading.map((name) => row[name] ?? ""))];
  return lines.map((cells) => `${cells.map(quoted).join(",")}\n`).join("");
}

type Row = Record<string, string | number | null>;

function configRows(result: Result, config: ConfigResult): Row[] {
  const constant: Row = {
    workload: result.workload.name,
    config: config.id,
    ...config.variables,
    profile: config.profile,
    effective: config.effective.effective,
    backend: config.effective.backend,
    durability: config.durability,
    torn_pages: config.torn_pages,
  };
  return config.rounds.map((round) => ({
    ...constant,
    round: round.round + 1,
    position: round.position + 1,
    unit: result.workload.unit,
    operations: round.operations,
    seconds: round.seconds,
    operations_per_second: round.operations / round.seconds,
    written_bytes: round.written_bytes,
    payload_bytes: round.payload_bytes,
    ...latencyCells(config),
    ...costCells(config),
  }));
}

function latencyCells(config: ConfigResult): Row {
  const cells: Row = {};
  for (const key of LATENCIES) {
    for (const name of STATISTICS) cells[`${key}_${name}_ns`] = config.latency[key]?.[name] ?? null;
  }
  return cells;
}

function costCells(config: ConfigResult): Row {
  const cells: Row = {};
  for (const kind of FILE_KINDS) {
    cells[`${kind}_syncs_per_operation`] = perOperation(config, [kind], "syncs");
    cells[`${kind}_writes_per_operation`] = perOperation(config, [kind], "writes");
    cells[`${kind}_bytes_per_operation`] = perOperation(config, [kind], "written_bytes");
  }
  cells["write_amplification"] = config.counters.write_amplification;
  return cells;
}

function quoted(cell: string | number | null): string {
  const text = cell === null ? "" : String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
