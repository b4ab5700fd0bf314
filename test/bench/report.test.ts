// The reports of one fixed result, against recorded text.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { render } from "../../bench/export/format.js";
import { Histogram, packageRoot } from "../../bench/host.js";
import { percentileOf } from "../../bench/report/percentiles.js";
import { reproduceCommand } from "../../bench/report/header.js";
import { fixedResult } from "./fixed-result.js";

const PERCENTILES = [50, 99, 99.9];
const GOLDEN = join(packageRoot(), "test", "bench", "golden");
/** UPDATE_GOLDEN=1 rewrites the files; the diff is the review. */
const IS_UPDATE = process.env["UPDATE_GOLDEN"] === "1";

describe("bench report", () => {
  test.each([
    ["text", "report.txt"],
    ["md", "report.md"],
    ["csv", "report.csv"],
  ] as const)("a fixed result as %s → the recorded text", (format, name) => {
    const file = join(GOLDEN, name);

    const text = render(fixedResult(), format, PERCENTILES, false);

    if (IS_UPDATE) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
  });

  test("text → no line is wider than 100 columns, none ends with a blank", () => {
    const lines = render(fixedResult(), "text", PERCENTILES, false).split("\n");

    expect(lines.filter((line) => [...line].length > 100 || line.endsWith(" "))).toEqual([]);
  });

  test("color → the same text with escape codes around the headings", () => {
    const plain = render(fixedResult(), "text", PERCENTILES, false);
    const colored = render(fixedResult(), "text", PERCENTILES, true);

    expect(colored).not.toBe(plain);
    expect(colored.replace(/\x1b\[\d+m/g, "")).toBe(plain);
  });

  test("a result without a finished turn → says so", () => {
    const empty = { ...fixedResult(), configs: [], comparisons: [], complete: false };
    const text = render(empty, "text", PERCENTILES, false);

    expect(text).toContain("tornproof bench run  (incomplete)");
    expect(text).toContain("No turn was completed: there is nothing to report.");
    expect(render(empty, "csv", PERCENTILES, false)).toBe("\n");
  });

  test("fewer than 5 rounds → no interval and no conclusion", () => {
    const result = fixedResult();
    const unknown = { low: null, high: null, is_different: null };
    const comparisons = result.comparisons.map((comparison) => ({ ...comparison, ...unknown }));
    const text = render({ ...result, comparisons }, "text", PERCENTILES, false);

    expect(text).not.toContain("Conclusions");
    expect(text).not.toMatch(/\d–\d/);
  });

  test("reproduce → the arguments, quoted for a shell, and the seed if it was not given", () => {
    const result = fixedResult();

    expect(reproduceCommand(result)).toBe("bench run --dir '/mnt/a disk' --seed 42");
    expect(reproduceCommand({ ...result, argv: ["run", "--seed", "42"] })).toBe(
      "bench run --seed 42",
    );
  });

  test("a percentile from the buckets of a result → the histogram's own", () => {
    const histogram = new Histogram();
    for (let value = 1; value <= 20_000; value++) histogram.record(value * 37);

    for (const p of [0.1, 1, 50, 90, 99, 99.9, 99.99]) {
      expect(percentileOf(histogram.toJSON(), p), `p${p}`).toBe(histogram.percentile(p));
    }
  });
});
