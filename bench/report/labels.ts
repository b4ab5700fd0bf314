// How a configuration is named in tables and sentences. Only what differs between the
// configurations of a run is printed; what is the same for all stands once in the heading.

import type { ConfigResult, Result } from "../result.js";
import { formatBytes } from "../units.js";
import type { Column } from "./table.js";

/** Long names that would push a table over 100 columns; the legend spells them out. */
const SHORT_DOUBLEWRITE: Readonly<Record<string, string>> = {
  DETECT_ONLY: "DETECT",
  DETECT_AND_RECOVER: "RECOVER",
};

/** Returns the columns that name a configuration. */
export function labelColumns(result: Result): Column<ConfigResult>[] {
  if (isProbe(result)) {
    return [
      left("mode", (config) => String(config.variables["mode"])),
      {
        title: "write",
        align: "right",
        cell: (config) => formatBytes(Number(config.variables["write_bytes"])),
      },
    ];
  }
  const columns = [
    left("method", (config) => methodOf(config)),
    left("dblwr", (config) => shortDoublewrite(config)),
  ];
  if (!variesTrxCommit(result)) return columns;
  return [...columns, left("trx", (config) => String(trxCommitOf(config)))];
}

/** Returns a configuration in words: "O_DIRECT with doublewrite ON". */
export function configName(result: Result, config: ConfigResult): string {
  if (isProbe(result)) return String(config.variables["mode"]);
  const words = `${methodOf(config)} with doublewrite ${config.variables["innodb_doublewrite"]}`;
  return variesTrxCommit(result) ? `${words} and trx_commit ${trxCommitOf(config)}` : words;
}

/** Returns the lines that spell out shortened names; none when nothing was shortened. */
export function labelLegend(result: Result): string[] {
  const values = new Set(result.configs.map((config) => config.variables["innodb_doublewrite"]));
  return Object.entries(SHORT_DOUBLEWRITE)
    .filter(([name]) => values.has(name))
    .map(([name, short]) => `  ${short}: innodb_doublewrite=${name}`);
}

export function isProbe(result: Result): boolean {
  return result.configs.some((config) => "mode" in config.variables);
}

export function methodOf(config: ConfigResult): string {
  return String(config.variables["innodb_flush_method"] ?? config.variables["mode"]);
}

export function trxCommitOf(config: ConfigResult): number {
  return Number(config.variables["innodb_flush_log_at_trx_commit"]);
}

export function variesTrxCommit(result: Result): boolean {
  return new Set(result.configs.map(trxCommitOf)).size > 1;
}

function shortDoublewrite(config: ConfigResult): string {
  const value = String(config.variables["innodb_doublewrite"]);
  return SHORT_DOUBLEWRITE[value] ?? value;
}

function left(title: string, cell: Column<ConfigResult>["cell"]): Column<ConfigResult> {
  return { title, align: "left", cell };
}
