// docs/trace-checker.md names every edge, and says of each what the code says.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EDGE_MEANS, EDGES } from "../../host/check/index.js";
import { packageRoot } from "../../host/package-root.js";

test("docs: the table of edges → every edge in order, in the words of the code", () => {
  const page = readFileSync(join(packageRoot(), "docs/trace-checker.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z-]+-[a-z-]+)`\s+\|\s*([^|]*?)\s*\|.*\|.*\|$/gm)];

  expect(rows.map(([, edge]) => edge)).toEqual([...EDGES]);
  for (const [, edge, means] of rows) {
    expect(means, edge).toBe(EDGE_MEANS[edge as keyof typeof EDGE_MEANS]);
  }
});
