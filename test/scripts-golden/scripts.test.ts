// Runs every golden script beside this file and compares its trace; `npx vitest run -u` rewrites
// the traces, and the diff is the review.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseScript, printScript } from "./script-file.js";
import { ScriptRun } from "./script-run.js";

const FOLDER = import.meta.dirname;
const SCRIPTS = readdirSync(FOLDER).filter((name) => name.endsWith(".script.txt"));

/** What a script says now, its traces made anew. */
async function replay(text: string): Promise<string> {
  const clock = { now: 1 };
  vi.spyOn(performance, "now").mockImplementation(() => clock.now);
  const run = new ScriptRun(clock);
  const sections = parseScript(text);
  const traces: string[][] = [];
  for (const { commands } of sections) traces.push(await run.run(commands));
  await run.end();
  return printScript(sections, traces);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("golden scripts", () => {
  test.each(SCRIPTS)("script: %s → the trace it shows", async (name) => {
    const path = join(FOLDER, name);

    await expect(await replay(readFileSync(path, "utf8"))).toMatchFileSnapshot(path);
  });

  test("script: run twice → the same trace, line by line", async () => {
    const text = readFileSync(join(FOLDER, "torn-page.script.txt"), "utf8");

    expect(await replay(text)).toBe(await replay(text));
  });

  test("canary: a trace that was changed by hand → not what the run prints", async () => {
    const text = readFileSync(join(FOLDER, "commit.script.txt"), "utf8");
    const changed = text.replace("fdatasync", "fsync    ");

    expect(changed).not.toBe(text);
    expect(await replay(changed)).toBe(text);
  });
});
