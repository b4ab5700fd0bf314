// From measurements to verdicts, and the tables of both.

import { tableLines } from "../report/table.js";
import { median, ratioOfMedians } from "../stats.js";
import { formatCount } from "../units.js";
import { CRITERIA, isReached } from "./criteria.js";
import type { Criterion } from "./criteria.js";
import type { Measurement } from "./measurements.js";

/** One measurement with its value in every round. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly what: string;
  readonly rounds: readonly number[];
  readonly median: number;
}

export interface Verdict {
  readonly name: string;
  readonly target: string;
  /** null: one of the measurements is missing. */
  readonly reached: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly is_reached: boolean | null;
}

export function summarize({ name, unit, what }: Measurement, rounds: readonly number[]): Measured {
  return { name, unit, what, rounds, median: median(rounds) };
}

/** Returns one verdict per criterion. */
export function judge(measured: readonly Measured[], seed: number): Verdict[] {
  const byName = new Map(measured.map((measurement) => [measurement.name, measurement]));
  return CRITERIA.map((criterion) => {
    const subject = byName.get(criterion.measured);
    const against = criterion.against === null ? null : byName.get(criterion.against);
    const head = { name: criterion.name, target: targetWords(criterion, subject?.unit ?? "") };
    if (!subject || against === undefined || subject.rounds.length === 0) {
      return { ...head, reached: null, low: null, high: null, is_reached: null };
    }
    if (against === null) {
      const value = subject.median;
      const is_reached = isReached(criterion, value);
      return { ...head, reached: value, low: null, high: null, is_reached };
    }
    const { ratio, low, high } = ratioOfMedians(subject.rounds, against.rounds, seed);
    return { ...head, reached: ratio, low, high, is_reached: isReached(criterion, ratio) };
  });
}

/** Returns the two tables: what was measured, and what it means. */
export function targetLines(measured: readonly Measured[], verdicts: readonly Verdict[]): string[] {
  const measurements = tableLines(
    [
      { title: "measurement", align: "left", cell: (row) => row.name },
      { title: "median", align: "right", cell: (row) => formatValue(row.median) },
      { title: "unit", align: "left", cell: (row) => row.unit },
      { title: "what", align: "left", cell: (row) => row.what },
    ],
    measured,
  );
  const results = tableLines(
    [
      { title: "target", align: "left", cell: (row) => row.name },
      { title: "wanted", align: "right", cell: (row) => row.target },
      { title: "reached", align: "right", cell: reachedWords },
      { title: "interval", align: "left", cell: intervalWords },
      { title: "", align: "left", cell: verdictWord },
    ],
    verdicts,
  );
  return ["Measured", ...measurements, "", "Targets", ...results];
}

function targetWords({ op, bound, against }: Criterion, unit: string): string {
  const sign = { ">=": "≥", "<=": "≤", "=": "=" }[op];
  return against === null ? `${sign} ${bound} ${unit}` : `${sign} ${bound.toFixed(2)}`;
}

function reachedWords({ reached }: Verdict): string {
  return reached === null ? "-" : formatValue(reached);
}

function intervalWords({ low, high }: Verdict): string {
  return low === null || high === null ? "" : `${low.toFixed(2)}–${high.toFixed(2)}`;
}

function verdictWord(verdict: Verdict): string {
  if (verdict.is_reached === null) return "not measured";
  return verdict.is_reached ? "reached" : "missed";
}

function formatValue(value: number): string {
  return value >= 1000 ? formatCount(value) : value.toFixed(value >= 100 ? 0 : 2);
}
