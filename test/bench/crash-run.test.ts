// Small crash runs: the same result whoever explores, shards that add up, golden text, exit codes.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { mergeResults } from "../../bench/crash/merge.js";
import { dealUnits, planUnits } from "../../bench/crash/plan.js";
import { renderCrash } from "../../bench/crash/render.js";
import { replay, tellCase } from "../../bench/crash/replay.js";
import type { CrashResult } from "../../bench/crash/result.js";
import { verdictOn } from "../../bench/crash/verdict.js";
import { UsageError } from "../../bench/exit.js";
import { packageRoot } from "../../bench/host.js";
import type { RawFlags } from "../../bench/options.js";
import { explainResult } from "../../bench/explain/result.js";
import { crashRun, crashSettings, timeless } from "./crash-lab.js";

const GOLDEN = join(packageRoot(), "test", "bench", "golden");
const IS_UPDATE = process.env["UPDATE_GOLDEN"] === "1";

/** Four rows, two workloads, a few hundred states a cell: seconds, and every outcome occurs. */
const SMALL: RawFlags = {
  flushMethod: "fsync,O_DIRECT_NO_FSYNC,nosync",
  doublewrite: "ON",
  flushLogAtTrxCommit: "1",
  faults: "process-kill,reorder,torn",
  workload: "commits,grow",
  budget: "120",
  seed: "3",
};

let whole: CrashResult;
beforeAll(async () => {
  whole = await crashRun(SMALL);
});

describe("bench crash: a small run", () => {
  test("every cell is explored, its numbers add up, and its schema accepts the result", () => {
    expect(schemaErrors(whole)).toBeNull();
    expect(whole.complete).toBe(true);
    for (const { id, cells } of whole.rows) {
      for (const { fault, outcomes, states, units } of cells) {
        const { ok, lost, refused, silent } = outcomes;
        expect(ok + lost + refused + silent, `${id} ${fault}`).toBe(states);
        expect(states, `${id} ${fault}`).toBeGreaterThan(0);
        expect(units.done, `${id} ${fault}`).toBe(units.planned);
      }
    }
  });

  test("the schema refuses a document with a missing or an unknown key", () => {
    const { totals, ...without } = whole;

    expect(schemaErrors(without)).toMatch(/totals/);
    expect(schemaErrors({ ...whole, extra: totals })).toMatch(/additional/);
  });

  test("fsync loses nothing; nosync loses under a power cut, and nothing to a kill", () => {
    const outcome = (row: number, cell: number): string | null =>
      whole.rows[row]!.cells[cell]!.outcome;

    expect([outcome(0, 0), outcome(0, 1), outcome(0, 2)]).toEqual(["ok", "ok", "ok"]);
    expect(outcome(2, 0)).toBe("ok");
    expect(outcome(2, 1)).not.toBe("ok");
    expect(whole.exit).toEqual({ code: 0, reason: "ok" });
  });

  test("the same run again → the same document, times aside", async () => {
    expect(timeless(await crashRun(SMALL))).toEqual(timeless(whole));
  });

  test("another seed → other crash states", async () => {
    const other = await crashRun({ ...SMALL, seed: "4" });

    expect(other.plan.hash).not.toBe(whole.plan.hash);
    expect(other.rows).not.toEqual(whole.rows);
  });

  test.each([
    ["text", "crash.txt"],
    ["md", "crash.md"],
  ] as const)("as %s → the recorded text, at most 100 columns", (format, name) => {
    const file = join(GOLDEN, name);

    const text = withoutHashes(renderCrash(timeless(whole), format, false));

    if (IS_UPDATE) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
    if (format === "md") return;
    const wide = text.split("\n").filter((line) => line.length > 100 && !line.includes("--replay"));
    expect(wide).toEqual([]);
  });

  test("color → the same text with escape codes", () => {
    const plain = renderCrash(whole, "text", false);
    const colored = renderCrash(whole, "text", true);

    expect(colored).not.toBe(plain);
    expect(colored.replace(/\x1b\[[\d;]+m/g, "")).toBe(plain);
  });

  test("explained → every counter-example's story and command", () => {
    const lines = explainResult(whole).join("\n");

    expect(whole.counter_examples.length).toBeGreaterThan(2);
    for (const { replay_id: id } of whole.counter_examples) expect(lines).toContain(id!);
  });
});

describe("bench crash: replay", () => {
  test("every counter-example → the same outcome and story from its id alone", () => {
    for (const { replay_id: id, outcome, why, story } of whole.counter_examples) {
      const { example } = replay(id!);

      expect(example.verdict, id!).toMatchObject({ outcome, why });
      expect(tellCase(id!, false).story, id!).toEqual(story);
    }
  });

  test("an id of another version, mistyped, or of another engine → refused in a sentence", () => {
    const id = whole.counter_examples[0]!.replay_id!;
    const hash = id.split(":")[10]!;

    expect(() => replay("nonsense")).toThrow(UsageError);
    expect(() => replay("nonsense")).toThrow(/is no crash id/);
    expect(() => replay(id.replace(/^c1:/, "c9:"))).toThrow(/version c9.*replays c1/);
    expect(() => replay(id.replace(hash, "00000000"))).toThrow(/mistyped/);
  });
});

describe("bench crash: shards", () => {
  test.each([2, 3, 7])("units dealt to %i → each unit once, whoever deals", (count) => {
    const units = planUnits(crashSettings({}));
    const deals = Array.from({ length: count }, (_, i) =>
      dealUnits(units, { index: i + 1, count }),
    );

    const all = deals.flat().map((unit) => unit.index);
    expect([...all].sort((a, b) => a - b)).toEqual(units.map((unit) => unit.index));
    const sizes = deals.map((deal) => deal.length);
    expect(Math.max(...sizes) - Math.min(...sizes), sizes.join()).toBeLessThanOrEqual(1);
  });

  test("three shards merged → the whole run, cell by cell and example by example", async () => {
    const parts = await shards(3);

    const merged = mergeResults(parts, { isPartial: false, expect: null });

    expect(merged.rows).toEqual(whole.rows);
    expect(merged.counter_examples).toEqual(whole.counter_examples);
    expect(timeless(merged).totals).toEqual(timeless(whole).totals);
    expect(merged.complete).toBe(true);
    expect(merged.exit).toEqual(whole.exit);
    expect(schemaErrors(merged)).toBeNull();
  });

  test("missing, doubled or foreign parts → refused; --partial accepts missing ones", async () => {
    const parts = await shards(3);
    const whole3 = { isPartial: false, expect: null } as const;
    const foreign = { ...parts[1]!, result: await crashRun({ ...SMALL, seed: "5", shard: "2/3" }) };

    expect(() => mergeResults(parts.slice(1), whole3)).toThrow(/3 shards these are missing: 1;/);
    expect(() => mergeResults([...parts, parts[0]!], whole3)).toThrow(/1\/3, which is there/);
    expect(() => mergeResults([parts[0]!, foreign], whole3)).toThrow(/other seeds/);
    expect(() => mergeResults([parts[0]!, { file: "w", result: whole }], whole3)).toThrow(
      /w is a whole run/,
    );
    const partial = mergeResults(parts.slice(1), { isPartial: true, expect: null });
    expect(partial.complete).toBe(false);
    expect(partial.shards).toEqual([
      { index: 2, count: 3 },
      { index: 3, count: 3 },
    ]);
  });
});

describe("bench crash: exit codes", () => {
  test("a loss that the documentation rules out → 12, the row is marked", () => {
    const broken = withUnexpectedLoss(whole);

    expect(verdictOn(broken, null, null).code).toBe(12);
    const text = renderCrash({ ...broken, exit: verdictOn(broken, null, null) }, "text", false);
    expect(text).toMatch(/^! fsync .*SILENT 100%!/m);
    expect(text).toContain("UNEXPECTED: 1 cell (marked !)");
  });

  test("--expect safe with a loss → 12; --expect unsafe with a clean row → 13", () => {
    expect(verdictOn(whole, "safe", null)).toMatchObject({ code: 12 });
    expect(verdictOn(whole, "unsafe", null)).toMatchObject({ code: 13 });
    const clean = { ...whole, rows: whole.rows.slice(0, 1) };
    expect(verdictOn(clean, "safe", null).code).toBe(0);
    const lossy = { ...whole, rows: whole.rows.slice(1) };
    expect(verdictOn(lossy, "unsafe", null).code).toBe(0);
  });

  test("an engine bug → 1, even when interrupted; interrupted → the signal's code", () => {
    const bugs = [{ row: "r1", fault: "torn", replay_id: null, why: "buf: a fact" }];

    expect(verdictOn({ ...whole, bugs }, null, 130)).toMatchObject({ code: 1 });
    expect(verdictOn(whole, null, 130)).toEqual({ code: 130, reason: "interrupted" });
  });
});

/** Ids carry a hash of the run and a check: they change with every change of the engine. */
function withoutHashes(text: string): string {
  return text.replace(/:[0-9a-f]{8}:(\S+):[0-9a-f]{4}/g, ":hash:$1:check");
}

async function shards(count: number): Promise<{ file: string; result: CrashResult }[]> {
  const parts: { file: string; result: CrashResult }[] = [];
  for (let i = 1; i <= count; i++) {
    const result = await crashRun({ ...SMALL, shard: `${i}/${count}` });
    parts.push({ file: `part-${i}.json`, result });
  }
  return parts;
}

/** The first cell of fsync, as if every crash had left silent damage. */
function withUnexpectedLoss(result: CrashResult): CrashResult {
  const [first, ...others] = result.rows;
  const [cell, ...cells] = first!.cells;
  const outcomes = { ok: 0, lost: 0, refused: 0, silent: cell!.states };
  const broken = { ...cell!, outcome: "silent", outcomes, unexpected: ["silent"] } as const;
  return { ...result, rows: [{ ...first!, cells: [broken, ...cells] }, ...others] };
}

/** Returns what the published schema has against a document; null when nothing. */
function schemaErrors(document: unknown): string | null {
  const file = join(packageRoot(), "bench", "schema", "crash.schema.json");
  const schema = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  const plain: unknown = JSON.parse(JSON.stringify(document));
  return ajv.validate(schema, plain) ? null : ajv.errorsText();
}
