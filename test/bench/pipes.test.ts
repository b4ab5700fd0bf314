// Who reads the output of a command, and for how long, does not change what it found.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../bench/host.js";
import { Store } from "../../host/store.js";
import { newPages } from "../store/helpers.js";
import { SMALL, SMALL_ENGINE } from "../store/places.js";

const CLI = join(packageRoot(), "build", "js", "bench", "cli.js");
const CRASH = [
  ...["crash", "--flush-method", "nosync", "--doublewrite", "ON", "--workload", "commits"],
  ...["--faults", "process-kill,reorder", "--budget", "60"],
];

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-pipes-"));
  const store = await Store.open(
    join(dir, "store"),
    { ...SMALL, backend: "node-fs" },
    SMALL_ENGINE,
  );
  await newPages(store, "a", 3);
  await store.close();
  const damaged = readFileSync(join(dir, "store", "space-1.ibd"));
  damaged[100] = ~damaged[100]! & 0xff;
  writeFileSync(join(dir, "damaged.ibd"), damaged);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a command whose reader is gone before it starts; the exit code comes by standard error. */
function unread(args: readonly string[]): string {
  const script = '{ sleep 0.3; "$@"; echo "code $?" >&2; } | true';
  const line = [process.execPath, CLI, ...args];
  return spawnSync("sh", ["-c", script, "sh", ...line], { encoding: "utf8" }).stderr;
}

describe.skipIf(!existsSync(CLI))("bench: readers", () => {
  test("a damaged file, nobody reads → exit code 10 all the same", () => {
    const read = spawnSync(process.execPath, [CLI, "inspect", "--check", join(dir, "damaged.ibd")]);
    expect(read.status).toBe(10);
    expect(unread(["inspect", "--check", join(dir, "damaged.ibd")])).toBe("code 10\n");
  });

  test("a loss where safety was expected, nobody reads → exit code 12 all the same", () => {
    const args = [...CRASH, "--expect", "safe", "--quiet"];
    expect(spawnSync(process.execPath, [CLI, ...args]).status).toBe(12);
    expect(unread(args)).toBe("code 12\n");
  });

  test.each([["list", "methods"], ["inspect", "--check"], ["--help"]])(
    "%s %s, nobody reads → exit code 0, not a word",
    (...args) => {
      const file = args[0] === "inspect" ? [join(dir, "store", "ibdata1")] : [];
      expect(unread([...args, ...file])).toBe("code 0\n");
    },
  );

  test("standard output is a full disk → a sentence and exit code 1; a verdict stays", () => {
    const full = (args: readonly string[]): { status: number | null; stderr: string } =>
      spawnSync("sh", ["-c", '"$@" > /dev/full', "sh", process.execPath, CLI, ...args], {
        encoding: "utf8",
      });
    const list = full(["list", "methods"]);
    expect(list.status).toBe(1);
    expect(list.stderr).toMatch(/^bench: standard output took not all .*ENOSPC.*\n$/);
    expect(full(["inspect", "--check", join(dir, "damaged.ibd")]).status).toBe(10);
  });

  test("standard error is closed → the same exit code", () => {
    const script = '"$@" 2>&- >/dev/null; echo $?';
    const line = [process.execPath, CLI, "list", "nonsense"];
    expect(spawnSync("sh", ["-c", script, "sh", ...line], { encoding: "utf8" }).stdout).toBe("2\n");
  });
});
