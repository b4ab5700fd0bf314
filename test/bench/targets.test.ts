// The verdicts of the targets run, on made-up measurements.

import { describe, expect, test } from "vitest";
import { CRITERIA } from "../../bench/targets/criteria.js";
import { MEASUREMENTS } from "../../bench/targets/measurements.js";
import { judge, summarize, targetLines } from "../../bench/targets/verdicts.js";
import type { Measured } from "../../bench/targets/verdicts.js";

describe("bench targets", () => {
  test("every criterion names measurements that exist", () => {
    const names = MEASUREMENTS.map((measurement) => measurement.name);

    for (const { name, measured, against } of CRITERIA) {
      expect(names, name).toContain(measured);
      if (against !== null) expect(names, name).toContain(against);
    }
  });

  test("a ratio at its bound is reached; just below it is missed", () => {
    const at = verdictOf("sync-1", { "sync-1": 900, "raw-commit": 1000 });
    const below = verdictOf("sync-1", { "sync-1": 899, "raw-commit": 1000 });

    expect([at?.reached, at?.is_reached]).toEqual([0.9, true]);
    expect([below?.reached, below?.is_reached]).toEqual([0.899, false]);
  });

  test("upper bounds and equality judge the value itself", () => {
    expect(verdictOf("read-ns", { "read-ns": 150 })?.is_reached).toBe(true);
    expect(verdictOf("read-ns", { "read-ns": 151 })?.is_reached).toBe(false);
    expect(verdictOf("bytes-per-page-on", { "bytes-per-page-on": 2 })?.is_reached).toBe(true);
    expect(verdictOf("bytes-per-page-on", { "bytes-per-page-on": 2.01 })?.is_reached).toBe(false);
  });

  test("a measurement is missing → neither reached nor missed", () => {
    expect(verdictOf("sync-1", { "sync-1": 900 })?.is_reached).toBeNull();
    expect(verdictOf("sync-1", {})?.is_reached).toBeNull();
  });

  test("the tables → no line is wider than 100 columns", () => {
    const measured = MEASUREMENTS.map((m) => summarize(m, [123456, 123457, 123458, 1, 2]));
    const lines = targetLines(measured, judge(measured, 1));

    expect(lines.filter((line) => [...line].length > 100)).toEqual([]);
  });
});

function verdictOf(name: string, values: Readonly<Record<string, number>>) {
  const measured: Measured[] = MEASUREMENTS.filter((m) => values[m.name] !== undefined).map((m) =>
    summarize(
      m,
      Array.from({ length: 5 }, () => values[m.name]!),
    ),
  );
  const index = CRITERIA.findIndex((criterion) => criterion.measured === name);
  return judge(measured, 1)[index];
}
