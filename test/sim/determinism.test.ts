// The same seed is the same run: twice in a process, and under every other Node found here.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../host/package-root.js";
import { WORKLOADS } from "../../host/sim/workload.js";
import { transpile } from "../host/run-in-child.js";
import { runHash } from "./run-hash.js";

const SEEDS = [1, 2];

const folder = mkdtempSync(join(tmpdir(), "tornproof-determinism-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runs = WORKLOADS.flatMap(({ name }) => SEEDS.map((seed) => ({ name, seed })));

describe("determinism", () => {
  test.each(runs)("workload $name, seed $seed → the same history twice", ({ name, seed }) => {
    expect(runHash(name, seed)).toBe(runHash(name, seed));
  });

  test("two seeds → two histories", () => {
    const hashes = runs.map(({ name, seed }) => runHash(name, seed));
    expect(new Set(hashes).size).toBe(runs.length);
  });

  const others = otherNodes();
  if (others.length === 0) {
    // Named, so that a report shows what was not tested here.
    test.skip(`another Node version: skipped, only ${process.version} is on PATH`, () => {});
  }
  test.each([process.execPath, ...others])(
    "a process of its own, %s → the same histories",
    (node) => {
      const expected = runs.map(({ name, seed }) => runHash(name, seed));
      const output = execFileSync(node, [childScript()], { encoding: "utf8" });
      const digest = createHash("sha1").update(expected.join()).digest("hex");
      expect(output.trim()).toBe(digest);
    },
  );
});

/** Node binaries of another version: on PATH, or named by TORNPROOF_OTHER_NODES. */
function otherNodes(): string[] {
  const named = (process.env["TORNPROOF_OTHER_NODES"] ?? "").split(delimiter).filter(Boolean);
  const onPath = (process.env["PATH"] ?? "").split(delimiter).map((dir) => join(dir, "node"));
  const seen = new Set([process.version]);
  return [...named, ...onPath].filter((node) => {
    if (!existsSync(node)) return false;
    const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    if (seen.has(version)) return false;
    seen.add(version);
    return true;
  });
}

let script: string | null = null;

function childScript(): string {
  if (script !== null) return script;
  transpile("test/sim/run-hash.ts", folder);
  writeFileSync(join(folder, "package.json"), '{ "name": "tornproof", "type": "module" }');
  symlinkSync(join(packageRoot(), "build"), join(folder, "build"));
  script = join(folder, "child.js");
  writeFileSync(
    script,
    `import { createHash } from "node:crypto";
     import { runHash } from "./test/sim/run-hash.js";
     const runs = ${JSON.stringify(runs)};
     const hashes = runs.map(({ name, seed }) => runHash(name, seed));
     console.log(createHash("sha1").update(hashes.join()).digest("hex"));`,
  );
  return script;
}
