// The flush matrix as data and as print: one golden file for every profile, and the documentation.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listCommand } from "../../bench/list.js";
import { matrix, profileNames } from "../../host/flush/index.js";
import { packageRoot } from "../../host/package-root.js";

describe("matrix", () => {
  test("matrix: every profile, printed → the golden file", async () => {
    const printed = [];
    for (const profile of profileNames()) {
      printed.push(await listCommand("methods", { matrix: true, profile }));
    }
    await expect(printed.join("\n")).toMatchFileSnapshot("matrix.golden.txt");
  });

  test("matrix: every method has the same 18 cells in the same order", () => {
    for (const profile of profileNames()) {
      const rows = matrix(profile);
      const first = rows[0]?.cells.map((cell) => `${cell.file} ${cell.point}`);
      expect(first).toHaveLength(18);
      for (const row of rows) {
        expect(row.cells.map((cell) => `${cell.file} ${cell.point}`)).toEqual(first);
      }
    }
  });

  test("matrix: the page on flush methods shows the default profile's as printed", async () => {
    const page = readFileSync(join(packageRoot(), "docs/flush-methods.md"), "utf8");
    const printed = await listCommand("methods", { matrix: true });
    const table = printed.split("\n").slice(2).join("\n").trim();
    expect(page).toContain(table);
  });
});

describe("list", () => {
  test.each(["methods", "profiles", "variables", "workloads", "metrics", undefined] as const)(
    "list: %s → lines of at most 100 columns without trailing spaces",
    async (topic) => {
      const sections = { workloads: [{ name: "oltp", summary: "word ".repeat(60).trim() }] };
      for (const isMatrix of [false, true]) {
        for (const profile of profileNames()) {
          const text = await listCommand(topic, { matrix: isMatrix, profile }, sections);
          for (const line of text.split("\n")) {
            expect(line.length, line).toBeLessThanOrEqual(100);
            expect(line).toBe(line.trimEnd());
          }
        }
      }
    },
  );

  test.each(["methods", "profiles", "variables"] as const)(
    "list: %s as JSON → one document that names what the text names",
    async (topic) => {
      const value: unknown = JSON.parse(await listCommand(topic, { json: true }));
      const text = await listCommand(topic);
      const named = JSON.stringify(value).matchAll(/"name":"([^"]+)"/g);
      const names = [...named].map((match) => match[1] ?? "");
      expect(names.length).toBeGreaterThan(5);
      for (const name of names) expect(text).toContain(name);
    },
  );

  test("list: an unknown topic → RangeError with the topics", async () => {
    await expect(listCommand("tables" as "methods")).rejects.toThrow("methods, workloads");
  });

  test("list: a directory → says whether O_DIRECT is real there", async () => {
    const text = await listCommand("methods", { dir: packageRoot() });
    expect(text).toMatch(/O_DIRECT in .+: (not )?real, /);
  });
});
