// `bench crash`, `report` and `explain` as a user starts them: a child process with real threads.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CrashResult } from "../../bench/crash/result.js";
import { packageRoot } from "../../bench/host.js";
import { timeless } from "./crash-lab.js";

const CLI = join(packageRoot(), "build", "js", "bench", "cli.js");
const SMALL = ["crash", "--flush-method", "nosync", "--doublewrite", "ON", "--workload", "commits"];
const FEW = [...SMALL, "--faults", "process-kill,reorder", "--budget", "60"];
/** Goes on for minutes, row by row, until somebody stops it. */
const LONG = ["crash", "--workload", "commits", "--budget", "100", "--seed-range", "1..50"];

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-test-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(!existsSync(CLI))("bench crash: the command", () => {
  test("one thread or three → the same result", async () => {
    const one = await bench([...FEW, "--json", "--jobs", "1"]);
    const three = await bench([...FEW, "--json", "--jobs", "3"]);

    expect(one.code, one.stderr).toBe(0);
    const [a, b] = [one, three].map(({ stdout }) => timeless(JSON.parse(stdout) as CrashResult));
    expect({ ...b, argv: [] }).toEqual({ ...a, argv: [] });
  });

  test("in a pipe → the matrix on stdout, one line for each row on stderr, no escape codes", async () => {
    const { stdout, stderr } = await bench(FEW);

    expect(stdout).toMatch(/^tornproof bench crash\n/);
    expect(stdout + stderr).not.toContain("\x1b");
    expect(stderr).toMatch(/^2\/2 {2}nosync ON 1: ok · .*states.*per second\)\n$/);
  });

  test("--quiet → nothing on stderr", async () => {
    const { code, stderr } = await bench([...FEW, "--quiet"]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("-o result.json, then explain and report → they read it, and say the same", async () => {
    const file = join(dir, "result.json");

    const run = await bench([...FEW, "--quiet", "-o", file]);
    const explained = await bench(["explain", file]);
    const report = await bench(["report", file]);

    expect(run.code, run.stderr).toBe(0);
    expect(explained.stdout).toContain("nosync, doublewrite ON, trx_commit 1");
    expect(report.stdout).toBe(run.stdout);
  });

  test("an example replayed, with its files kept → the story, and a directory refused twice", async () => {
    const { stdout } = await bench([...FEW, "--json", "--quiet"]);
    const [example] = (JSON.parse(stdout) as CrashResult).counter_examples;
    const id = example!.replay_id!;
    const images = join(dir, "images");

    const first = await bench(["crash", "--replay", id, "--keep-images", images]);
    const again = await bench(["crash", "--replay", id, "--keep-images", images]);

    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain(example!.story.at(-1)!.slice(0, 40));
    expect(readdirSync(images)).toContain("ib_logfile0");
    expect(again).toMatchObject({ code: 3, stdout: "" });
    expect(again.stderr).toContain("is not empty; name a new directory");
  });

  test("--expect safe, --expect unsafe → 12 and 13, and JSON says why", async () => {
    const safe = await bench([...FEW, "--expect", "safe", "--json", "--quiet"]);
    const kill = ["--faults", "process-kill", "--budget", "40"];
    const unsafe = await bench([...SMALL, ...kill, "--expect", "unsafe", "--json", "--quiet"]);

    expect(safe.code).toBe(12);
    expect((JSON.parse(safe.stdout) as CrashResult).exit.reason).toContain("--expect safe: 1 row");
    expect(unsafe.code).toBe(13);
  });

  test.each([
    [["crash", "--replay", "c1:x"], /part of it is missing or mistyped/],
    [["crash", "--replay", "what"], /"what" is no crash id/],
    [["crash", "--replay", "c2:x:y"], /crash id of version c2/],
    [
      ["crash", "--replay", "c1:x", "--budget", "3"],
      /--budget: the id of --replay says everything/,
    ],
    [["crash", "--faults", "earthquake"], /"earthquake" is unknown/],
    [["explain", "O_DIREC"], /did you mean "O_DIRECT"/],
    [["explain", "/nowhere/x.json"], /\/nowhere\/x.json: ENOENT/],
    [["report", "/nowhere/x.json"], /ENOENT/],
  ])("%j → exit code 2 and one sentence", async (args, message) => {
    const { code, stdout, stderr } = await bench(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("a file of another schema → refused by name", async () => {
    const file = join(dir, "other.json");
    writeFileSync(file, '{"schema":"tornproof.crash/9"}');

    const { code, stderr } = await bench(["report", file]);

    expect(code).toBe(2);
    expect(stderr).toContain('expected a result of schema "tornproof.crash/1"');
  });

  test("Ctrl-C after a row → 130, what is complete on stdout and in the file", async () => {
    const file = join(dir, "result.json");

    const { code, stdout, stderr } = await bench([...LONG, "--json", "-o", file], true);

    expect(code, stderr).toBe(130);
    const result = JSON.parse(stdout) as CrashResult;
    expect(result.complete).toBe(false);
    expect(result.exit).toEqual({ code: 130, reason: "interrupted" });
    expect(result.rows[0]!.cells.every((cell) => cell.outcome !== null)).toBe(true);
    expect(result.rows.at(-1)!.cells.some((cell) => cell.outcome === null)).toBe(true);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(result);
  });
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; `isStopped`: SIGINT once the first row has ended. */
function bench(args: readonly string[], isStopped = false): Promise<Outcome> {
  const child = spawn(process.execPath, [CLI, ...args]);
  let stdout = "";
  let stderr = "";
  let hasSignaled = false;
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    if (!isStopped || hasSignaled || !stderr.includes("per second")) return;
    hasSignaled = true;
    child.kill("SIGINT");
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
