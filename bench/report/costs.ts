// The third table of a report: what one operation costs, by kind of file. These numbers hardly
// depend on the machine, so they can be compared with another one's.

import type { FileKind } from "../host.js";
import type { ConfigResult, FileResult, Result } from "../result.js";
import { formatCount, formatPer } from "../units.js";
import { labelColumns } from "./labels.js";
import { divider, tableLines } from "./table.js";
import type { Column } from "./table.js";

type Counter = "syncs" | "writes" | "written_bytes";

/** Returns the table of costs per operation as lines of text. */
export function costSection(result: Result): { title: string; lines: string[] } {
  const columns = [
    ...labelColumns(result),
    ...counterColumns("", "syncs", formatPer),
    divider(),
    ...counterColumns("", "writes", formatPer),
    divider(),
    ...counterColumns("", "written_bytes", formatCount),
    divider(),
    AMPLIFICATION,
  ];
  return {
    title: `Per ${result.workload.unit}: syncs  |  writes  |  bytes written  |  write amplification`,
    lines: tableLines(columns, result.configs),
  };
}

/** Returns the same columns with their full names, for exports without a common heading. */
export function costColumns(result: Result): Column<ConfigResult>[] {
  return [
    ...labelColumns(result),
    ...counterColumns(" syncs", "syncs", formatPer),
    ...counterColumns(" writes", "writes", formatPer),
    ...counterColumns(" bytes", "written_bytes", formatCount),
    { ...AMPLIFICATION, title: "write amplification" },
  ];
}

export function costLegend(): string[] {
  return [
    "  Write amplification: bytes written to all files for each byte that the workload changed.",
  ];
}

/** Operations of all rounds of a configuration. */
export function operationsOf(config: ConfigResult): number {
  return config.rounds.reduce((total, round) => total + round.operations, 0);
}

/** A counter of one or more file kinds, per operation. */
export function perOperation(
  config: ConfigResult,
  kinds: readonly FileKind[],
  counter: Counter,
): number {
  const files: readonly FileResult[] = kinds.map((kind) => config.counters.files[kind]);
  return files.reduce((total, file) => total + file[counter], 0) / operationsOf(config);
}

const AMPLIFICATION: Column<ConfigResult> = {
  title: "w.amp",
  align: "right",
  cell: (config) => {
    const value = config.counters.write_amplification;
    return value === null ? "-" : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
  },
};

function counterColumns(
  suffix: string,
  counter: Counter,
  format: (value: number) => string,
): Column<ConfigResult>[] {
  const column = (title: string, kinds: readonly FileKind[]): Column<ConfigResult> => ({
    title: title + suffix,
    align: "right",
    cell: (config) => format(perOperation(config, kinds, counter)),
  });
  return [column("log", ["log"]), column("dblwr", ["dblwr", "bdblwr"]), column("data", ["data"])];
}
