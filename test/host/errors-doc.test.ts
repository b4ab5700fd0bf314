// docs/errors.md against host/errors.ts: every kind and every code has its row, in the same order
// and words, and no row is left over from a code that is gone.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as errors from "../../host/errors.js";
import { packageRoot } from "../../host/package-root.js";

const page = readFileSync(join(packageRoot(), "docs", "errors.md"), "utf8");

test("docs/errors.md: the table of codes → the codes and meanings of StoreError", () => {
  const rows = rowsBelow("Codes of StoreError").map(([code, meaning]) => [code, meaning]);
  const codes = Object.entries(errors.STORE_ERROR_CODES);

  expect(rows).toEqual(codes.map(([code, meaning]) => [code, meaning]));
});

test("docs/errors.md: the table of kinds → the error classes, all of them", () => {
  const classes = Object.entries(errors)
    .filter(([, value]) => typeof value === "function" && value.prototype instanceof Error)
    .map(([name]) => name);
  const kinds = rowsBelow("The four kinds").map(([kind]) => kind);

  expect(kinds.toSorted()).toEqual(classes.toSorted());
});

test.each(["The four kinds", "Codes of StoreError"])(
  "docs/errors.md: %s → every row says what the caller may do",
  (heading) => {
    const silent = rowsBelow(heading).filter(([, , advice]) => (advice ?? "").length < 10);

    expect(silent).toEqual([]);
  },
);

/** The cells of the table below a heading, without its head and without backticks around names. */
function rowsBelow(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading));
  if (section === undefined) throw new Error(`docs/errors.md has no section "${heading}"`);
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => {
    const cells = line.split("|").slice(1, -1);
    return cells.map((cell) => cell.trim().replace(/^`(\w+)`$/, "$1"));
  });
}
