// docs/canaries.md lists every canary as the code has it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../host/package-root.js";
import { HOST_CANARIES } from "./host-canaries.js";
import { ENGINE_MUTANTS } from "./mutants/index.js";

const text = readFileSync(join(packageRoot(), "docs/canaries.md"), "utf8");

/** Rows of the table below a heading, as [name, bug, what it breaks]. */
function rows(heading: string): string[][] {
  const section = text.split(`\n## ${heading}\n`)[1]!.split("\n## ")[0]!;
  const lines = section.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, 4)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

test.each([
  ["Engine mutants", ENGINE_MUTANTS],
  ["Host canaries", HOST_CANARIES],
] as const)("docs: the table of %s → every one, in the order of the code", (heading, list) => {
  expect(rows(heading)).toEqual(list.map(({ name, bug, breaks }) => [name, bug, breaks]));
});
