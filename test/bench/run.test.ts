// Whole runs on a store that does no I/O: results, schema, cleaning up, interrupts.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EnvironmentError } from "../../bench/exit.js";
import { renderJson } from "../../bench/export/json.js";
import { packageRoot } from "../../bench/host.js";
import type { RawFlags } from "../../bench/options.js";
import type { Result } from "../../bench/result.js";
import { createProgress } from "../../bench/run/progress.js";
import { runBenchmark } from "../../bench/run/runner.js";
import { WORKLOADS } from "../../bench/workload/index.js";
import type { FakeBehavior, FakeWorld } from "./fake-store.js";
import { fakeWorld } from "./fake-store.js";
import { settingsFrom } from "./settings.js";

const SHORT: RawFlags = { runtime: "40ms", warmup: "2ms", fileSize: "1MiB", rounds: "2" };

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-test-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("bench run", () => {
  test.each(WORKLOADS.map((workload) => workload.name))(
    "%s → a complete result that its schema accepts",
    async (workload) => {
      const flags = workload === "sync-only" ? { backend: "node-fs", rounds: "1" } : {};
      const { result } = await run({ ...SHORT, ...flags, workload });

      expect(schemaErrors(result)).toBeNull();
      expect(result.complete).toBe(true);
      expect(result.exit).toEqual({ code: 0, reason: "ok" });
      for (const config of result.configs) {
        expect(config.rounds, config.id).toHaveLength(result.workload.rounds);
      }
    },
  );

  test("the result as printed JSON → the same document", async () => {
    const { result } = await run(SHORT);

    expect(JSON.parse(renderJson(result))).toEqual(JSON.parse(JSON.stringify(result)));
  });

  test("the schema refuses a document with a missing or an unknown key", async () => {
    const { result } = await run(SHORT);
    const { seed, ...withoutSeed } = result;

    expect(schemaErrors(withoutSeed)).toMatch(/seed/);
    expect(schemaErrors({ ...result, extra: seed })).toMatch(/additional/);
  });

  test("every configuration is opened once to look, and once per round", async () => {
    const { world, result } = await run({ ...SHORT, flushMethod: "fsync,O_DIRECT" });

    expect(result.configs).toHaveLength(4);
    expect(world.opened).toHaveLength(4 + 4 * 2);
  });

  test("at the end → no file is left, no store is open", async () => {
    const { world } = await run(SHORT);

    expect(readdirSync(dir)).toEqual([]);
    expect(world.isAnyOpen()).toBe(false);
  });

  test("a store that fails in a commit → its error, no file left, no store open", async () => {
    const onCommit = (): void => {
      throw new Error("the disk is gone");
    };
    const world = fakeWorld({ onCommit });

    await expect(run(SHORT, { world })).rejects.toThrow("the disk is gone");
    expect(readdirSync(dir)).toEqual([]);
    expect(world.isAnyOpen()).toBe(false);
  });

  test("a method that is not there: named → refused; of a keyword → left out, with a warning", async () => {
    const unavailable = ["O_DIRECT"];

    await expect(run({ ...SHORT, flushMethod: "O_DIRECT" }, { unavailable })).rejects.toThrow(
      /refused by the device/,
    );
    const { result } = await run(SHORT, { unavailable });
    expect(result.configs).toHaveLength(10);
    expect(result.warnings).toContain(
      "Left out O_DIRECT, doublewrite ON: O_DIRECT: refused by the device: no such thing",
    );
  });

  test("no method is there → an environment error", async () => {
    const unavailable = settingsFrom({}).methods;

    await expect(run(SHORT, { unavailable })).rejects.toThrow(EnvironmentError);
  });

  test("--strict → a method that is not there is refused even if a keyword named it", async () => {
    const flags = { ...SHORT, strict: true };

    await expect(run(flags, { unavailable: ["nosync"] })).rejects.toThrow(/refused by the device/);
  });

  test("--max-bytes → hardly more is written, and the result says why it is not complete", async () => {
    const { result } = await run({ ...SHORT, runtime: "1s", maxBytes: "4MiB" });

    expect(result.workload.written_bytes).toBeLessThan(6 * 2 ** 20);
    expect(result.duration_seconds).toBeLessThan(10);
  });

  test("interrupted → complete rounds only, marked, exit code 130, no file left", async () => {
    let commits = 0;
    const interrupt = { isRequested: false, exitCode: 130, guard: () => {} };
    const onCommit = (): void => {
      if (++commits === 3000) interrupt.isRequested = true;
    };
    const { result } = await run({ ...SHORT, rounds: "500" }, { onCommit }, interrupt);

    expect(result.complete).toBe(false);
    expect(result.exit).toEqual({ code: 130, reason: "interrupted" });
    expect(schemaErrors(result)).toBeNull();
    expect(readdirSync(dir)).toEqual([]);
  });
});

type Behavior = FakeBehavior & { readonly world?: FakeWorld };

async function run(
  flags: RawFlags,
  behavior: Behavior = {},
  interrupt = { isRequested: false, exitCode: 130, guard: () => {} },
): Promise<{ result: Result; world: FakeWorld }> {
  const world = behavior.world ?? fakeWorld(behavior);
  const progress = createProgress({ write: () => {} }, false);
  const settings = settingsFrom({ dir, ...flags });
  const result = await runBenchmark(settings, { openStore: world.open, progress, interrupt });
  return { result, world };
}

/** Returns what the published schema has against a document; null when nothing. */
function schemaErrors(document: unknown): string | null {
  const file = join(packageRoot(), "bench", "schema", "result.schema.json");
  const schema = JSON.parse(readFileSync(file, "utf8")) as object;
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, formats: DATE });
  const plain: unknown = JSON.parse(JSON.stringify(document));
  return ajv.validate(schema, plain) ? null : ajv.errorsText();
}

const DATE = { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ };
