// Ctrl-C from outside: a real run in a child process, the real store on a real directory.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageRoot } from "../../bench/host.js";
import type { Result } from "../../bench/result.js";

const CLI = join(packageRoot(), "build", "js", "bench", "cli.js");
const FLAGS = ["--backend", "node-fs", "--runtime", "200ms", "--warmup", "0", "--rounds", "500"];
const SMALL = ["--flush-method", "fsync", "--file-size", "2MiB", "--redo-log-capacity", "8MiB"];

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-test-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(!existsSync(CLI))("bench run: Ctrl-C", () => {
  test("after some turns → exit code 130, what is complete on stdout, no file left", async () => {
    const { code, stdout, stderr } = await interruptedRun(4, 1);
    const result = JSON.parse(stdout) as Result;

    expect(code, stderr).toBe(130);
    expect(result.complete).toBe(false);
    expect(result.exit).toEqual({ code: 130, reason: "interrupted" });
    expect(result.configs.flatMap((config) => config.rounds).length).toBeGreaterThanOrEqual(4);
    expect(stderr).toContain("Interrupted: keeping what is complete");
    expect(readdirSync(dir)).toEqual([]);
  });

  test("twice → ends at once with 130, no file left", async () => {
    const { code } = await interruptedRun(1, 2);

    expect(code).toBe(130);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("a result file was asked for → it is written", async () => {
    const file = join(dir, "result.json");

    const { code } = await interruptedRun(2, 1, ["-o", file]);

    expect(code).toBe(130);
    expect(readdirSync(dir)).toEqual(["result.json"]);
    expect((JSON.parse(readFileSync(file, "utf8")) as Result).complete).toBe(false);
  });
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a run and sends SIGINT `signals` times once `turns` turns have ended. */
function interruptedRun(turns: number, signals: number, more: string[] = []): Promise<Outcome> {
  const args = [CLI, "run", "--dir", dir, "--json", ...FLAGS, ...SMALL, ...more];
  const child = spawn(process.execPath, args);
  let stdout = "";
  let stderr = "";
  let hasSignaled = false;
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    if (hasSignaled || (stderr.match(/commits\/s/g) ?? []).length < turns) return;
    hasSignaled = true;
    for (let i = 0; i < signals; i++) setTimeout(() => child.kill("SIGINT"), i * 3);
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
