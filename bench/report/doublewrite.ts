// What doublewrite costs: every method that ran with ON and with OFF, side by side.

import type { Comparison, ConfigResult, Result } from "../result.js";
import { formatCount } from "../units.js";
import { methodOf, trxCommitOf, variesTrxCommit } from "./labels.js";
import { intervalColumn } from "./ranking.js";
import { tableLines } from "./table.js";
import type { Column } from "./table.js";

/** A method with its two configurations and their comparison. */
export interface DoublewritePair {
  readonly on: ConfigResult;
  readonly off: ConfigResult;
  readonly comparison: Comparison;
}

/** Returns the pairs of a run, in the order of its configurations. */
export function doublewritePairs(result: Result): DoublewritePair[] {
  const byId = new Map(result.configs.map((config) => [config.id, config]));
  return result.comparisons
    .filter((comparison) => comparison.kind === "doublewrite")
    .map((comparison) => ({
      on: byId.get(comparison.a)!,
      off: byId.get(comparison.b)!,
      comparison,
    }));
}

/** Returns the columns of the table of pairs. */
export function doublewriteColumns(result: Result): Column<DoublewritePair>[] {
  const unit = `${result.workload.unit}s/s`;
  const rate = (config: ConfigResult): string => formatCount(config.operations_per_second);
  const trx: Column<DoublewritePair>[] = [
    { title: "trx", align: "left", cell: ({ on }) => String(trxCommitOf(on)) },
  ];
  return [
    { title: "method", align: "left", cell: ({ on }) => methodOf(on) },
    ...(variesTrxCommit(result) ? trx : []),
    { title: `OFF ${unit}`, align: "right", cell: ({ off }) => rate(off) },
    { title: `ON ${unit}`, align: "right", cell: ({ on }) => rate(on) },
    { title: "ON / OFF", align: "right", cell: ({ comparison }) => comparison.ratio.toFixed(2) },
    ...intervalColumn<DoublewritePair>(result, ({ comparison }) => comparison),
  ];
}

/** Returns the table as lines of text; none without a pair. */
export function doublewriteLines(result: Result): string[] {
  const pairs = doublewritePairs(result);
  return pairs.length === 0 ? [] : tableLines(doublewriteColumns(result), pairs);
}
