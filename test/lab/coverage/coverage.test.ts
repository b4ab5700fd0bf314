// The branch counters themselves, on a source so small that every side can be named.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../host/package-root.js";
import { Coverage } from "./coverage.js";
import { instrument } from "./instrument.js";
import { buildCoverageEngine, buildInstrumented, type CoverageExports } from "./probe.js";

const SOURCE = `import "./abi/panic"; // the configuration names it
import { fail } from "./abi/failure";
@unmanaged
class Box {
  value: u32;
}
const place: usize = memory.data(4);
function find(key: u32): Box | null {
  return key == 0 ? null : changetype<Box>(place);
}
export function judge(key: u32, low: u32): u32 {
  const box = find(key);
  if (box === null || !(box.value >= low && low != 7)) return 1;
  assert(box.value < 1000 || low > 0, "a fact");
  for (let i: u32 = 0; i < key; i++) box.value++;
  switch (box.value) {
    case 1:
      return 10;
    case 2: {
      return 20;
    }
  }
  return fail(3, 0, 0, 0, 0, 0, 0);
}
`;

interface Tiny extends CoverageExports {
  judge(key: number, low: number): number;
}

async function start(): Promise<{ run: Tiny; coverage: Coverage; add: () => void }> {
  const sources = new Map([["engine/tiny.ts", SOURCE]]);
  const { module, branches } = await buildInstrumented("tiny", sources, "./tiny");
  const memory = new WebAssembly.Memory({ initial: 64 });
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const run = instance.exports as unknown as Tiny;
  const coverage = new Coverage(branches);
  return { run, coverage, add: () => coverage.add(run, new Uint8Array(memory.buffer)) };
}

describe("branch coverage: a small source", () => {
  test("nothing has run → every side is missing, with its place", async () => {
    const { coverage, add } = await start();
    add();

    expect(coverage.taken).toBe(0);
    expect(coverage.missing()).toEqual([
      "engine/tiny.ts:9:10 key == 0 → false",
      "engine/tiny.ts:9:10 key == 0 → true",
      "engine/tiny.ts:13:7 box === null → false",
      "engine/tiny.ts:13:7 box === null → true",
      "engine/tiny.ts:13:25 box.value >= low → false",
      "engine/tiny.ts:13:25 box.value >= low → true",
      "engine/tiny.ts:13:45 low != 7 → false",
      "engine/tiny.ts:13:45 low != 7 → true",
      "engine/tiny.ts:15:24 i < key → false",
      "engine/tiny.ts:15:24 i < key → true",
      "engine/tiny.ts:17:10 1 → entered",
      "engine/tiny.ts:19:10 2 → entered",
    ]);
  });

  test("one call → the sides it took are there, in the right instance", async () => {
    const { run, coverage, add } = await start();
    expect(run.judge(0, 0)).toBe(1);
    add();

    expect(coverage.missing()).not.toContain("engine/tiny.ts:13:7 box === null → true");
    expect(coverage.missing()).toContain("engine/tiny.ts:13:7 box === null → false");
    expect(coverage.taken).toBe(2);
  });

  test("calls that take every side → nothing is missing, and the answers are the source's", async () => {
    const { run, coverage, add } = await start();
    const answers = [run.judge(0, 0), run.judge(1, 0), run.judge(1, 0), run.judge(1, 9)];
    answers.push(run.judge(1, 0), run.judge(8, 0), run.judge(1, 7));
    add();

    expect(answers).toEqual([1, 10, 20, 1, 3, 3, 1]);
    expect(coverage.missing()).toEqual([]);
  });

  test("lines keep their numbers; what assert() demands is no branch", () => {
    const { text } = instrument("engine/tiny.ts", SOURCE, 0);

    expect(text.split("\n")).toHaveLength(SOURCE.split("\n").length);
    expect(text).toContain('assert(box!.value < 1000 || low > 0, "a fact");');
  });

  test("counters of another build → error", async () => {
    const { run } = await start();

    expect(() => new Coverage([]).add(run, new Uint8Array(0))).toThrow(/other sources/);
  });
});

describe("branch coverage: the engine", () => {
  test("it exports what the release exports and its counters; the release stays as it is", async () => {
    const release = join(packageRoot(), "build/engine.wasm");
    const hash = (): string => createHash("sha256").update(readFileSync(release)).digest("hex");
    const before = hash();
    const { module, branches } = await buildCoverageEngine();

    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    const expected = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(release)));
    const extra = ["coverageAddress", "coverageLength"];
    expect(names.sort()).toEqual([...expected.map(({ name }) => name), ...extra].sort());
    expect(new Set(branches.map(({ file }) => file)).size).toBeGreaterThanOrEqual(8);
    expect(hash()).toBe(before);
  });
});
