// The folder of a run: created, refused, removed; and what `bench clean` may touch.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanCommand } from "../../bench/commands/clean.js";
import { EnvironmentError } from "../../bench/exit.js";
import { cleanLeftovers, createWorkFolder, MARKER } from "../../bench/run/work-folder.js";

let dir = "";
beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), "tornproof-test-"));
});
afterEach(() => {
  fs.chmodSync(dir, 0o700);
  fs.rmSync(dir, { recursive: true, force: true });
});

describe("bench work folder", () => {
  test("created → a marked folder below the directory; removed → nothing is left", () => {
    const folder = createWorkFolder(dir, 0);

    expect(fs.existsSync(join(folder.path, MARKER))).toBe(true);
    folder.remove();
    folder.remove();
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  test("a missing directory → an environment error, and it is not created", () => {
    const missing = join(dir, "missing");

    expect(() => createWorkFolder(missing, 0)).toThrow(EnvironmentError);
    expect(fs.existsSync(missing)).toBe(false);
  });

  test("a file instead of a directory → an environment error", () => {
    const file = join(dir, "file");
    fs.writeFileSync(file, "");

    expect(() => createWorkFolder(file, 0)).toThrow(/not a directory/);
  });

  test.skipIf(process.getuid?.() === 0)("a read-only directory → an environment error", () => {
    fs.chmodSync(dir, 0o500);

    expect(() => createWorkFolder(dir, 0)).toThrow(/not writable \(EACCES\)/);
  });

  test("too little space → an environment error that says how much", () => {
    expect(() => createWorkFolder(dir, 2 ** 60)).toThrow(/free, but the run needs .* TiB/);
    expect(fs.readdirSync(dir)).toEqual([]);
  });
});

describe("bench clean", () => {
  test("removes the folder of a dead run, and nothing without its marker", () => {
    const dead = leftover("tornproof-bench-1-aaaaaa", deadPid(), hostname());
    fs.mkdirSync(join(dir, "tornproof-bench-2-bbbbbb"));
    fs.writeFileSync(join(dir, "tornproof-bench-2-bbbbbb", "mine"), "");
    leftover("somebody-elses", deadPid(), hostname());
    fs.mkdirSync(join(dir, "tornproof-bench-3-cccccc"));
    fs.writeFileSync(join(dir, "tornproof-bench-3-cccccc", MARKER), '{"tool":"another"}');

    expect(cleanLeftovers(dir)).toEqual({ removed: [dead], inUse: [] });
    expect(fs.readdirSync(dir).sort()).toEqual([
      "somebody-elses",
      "tornproof-bench-2-bbbbbb",
      "tornproof-bench-3-cccccc",
    ]);
  });

  test("a run that is alive, or on another machine → left alone", () => {
    const alive = leftover("tornproof-bench-1-aaaaaa", process.pid, hostname());
    const remote = leftover("tornproof-bench-2-bbbbbb", deadPid(), "another-machine");

    expect(cleanLeftovers(dir)).toEqual({ removed: [], inUse: [alive, remote] });
    expect(cleanCommand(dir)).toContain("Nothing to remove; 2 runs still going.");
  });

  test("a probe file of a dead process → removed once it is old; a living one's → left alone", () => {
    const file = (pid: number): string => join(dir, `.tornproof-probe-${pid}-0123456789ab`);
    const old = new Date(Date.now() - 120_000);
    for (const pid of [deadPid(), process.pid]) {
      fs.writeFileSync(file(pid), "");
      fs.utimesSync(file(pid), old, old);
    }
    const young = join(dir, `.tornproof-probe-${deadPid()}-ba9876543210`);
    fs.writeFileSync(young, "");
    fs.writeFileSync(join(dir, ".tornproof-probe-notes"), "mine");

    const { removed } = cleanLeftovers(dir);

    expect(removed).toHaveLength(1);
    expect(fs.readdirSync(dir).sort()).toEqual(
      [young, file(process.pid), join(dir, ".tornproof-probe-notes")]
        .map((path) => path.slice(dir.length + 1))
        .sort(),
    );
  });

  test("an empty directory → says so", () => {
    expect(cleanCommand(dir)).toBe("Nothing to remove.\n");
  });
});

function leftover(name: string, pid: number, host: string): string {
  const path = join(dir, name);
  fs.mkdirSync(path);
  fs.writeFileSync(join(path, MARKER), JSON.stringify({ tool: "tornproof bench", pid, host }));
  return path;
}

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}
