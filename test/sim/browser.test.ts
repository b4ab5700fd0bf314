// The laboratory runs wherever the engine runs: nothing that host/sim reaches needs Node.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../host/package-root.js";
import { arrowsOf, readArrows } from "../architecture/imports.js";

/** Everything host/sim imports, directly or not, types included, with the way there. */
function reachable(): Map<string, string> {
  const found = new Map<string, string>();
  const queue = readArrows(packageRoot(), "host/sim").map(({ from }) => from);
  for (const from of queue) found.set(from, from);
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const file = join(packageRoot(), `${at}.ts`);
    if (!existsSync(file)) continue;
    for (const { to } of arrowsOf(`${at}.ts`, readFileSync(file, "utf8"))) {
      if (found.has(to)) continue;
      found.set(to, `${found.get(at)} → ${to}`);
      queue.push(to);
    }
  }
  return found;
}

test("host/sim: no import leads to a Node module, the addon or a real disk", () => {
  const found = reachable();

  expect(found.size).toBeGreaterThan(30);
  const wrong = [...found].filter(([to]) => /^node:|^native\/|backend\/(native|node-fs)/.test(to));
  expect(wrong.map(([, way]) => way)).toEqual([]);
});

test("host/sim: no global of Node is used without asking for it first", () => {
  const files = [...reachable().keys()].map((path) => join(packageRoot(), `${path}.ts`));
  const uses = files.filter(existsSync).flatMap((file) => {
    const lines = readFileSync(file, "utf8").split("\n");
    return lines
      .filter((line) => /\b(process|Buffer|require|__dirname)\b[.(]\w/.test(line))
      .map((line) => `${file}: ${line.trim()}`);
  });
  expect(uses).toEqual([]);
});
