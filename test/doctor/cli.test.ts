// `bench doctor` as a user meets it: exit codes, pipes, signals, bad input. It runs the compiled
// command in a child process on a real directory.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DoctorDocument } from "../../bench/doctor/document.js";
import { packageRoot } from "../../bench/host.js";
import { fileSystemName } from "../../host/probe/index.js";

const CLI = join(packageRoot(), "build", "js", "bench", "cli.js");
const SHM = "/dev/shm";
const NOBODY = 65534;

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-doctor-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(args: readonly string[], options: object = {}): Outcome {
  const child = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8", ...options });
  return { code: child.status, stdout: child.stdout, stderr: child.stderr };
}

describe.skipIf(!existsSync(CLI))("bench doctor, compiled", () => {
  test("a directory → a screen without codes on a pipe, exit code 0, no file left", () => {
    const { code, stdout, stderr } = bench(["doctor", dir]);

    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^tornproof bench doctor /);
    expect(stdout).toMatch(/innodb_flush_method = (fsync|O_DIRECT)/);
    expect(stdout).not.toContain("\x1b");
    expect(stderr).toBe("");
    expect(readdirSync(dir)).toEqual([]);
  });

  test("--json → one document; at most 64 MiB written", () => {
    const { code, stdout } = bench(["doctor", dir, "--json"]);
    const document = JSON.parse(stdout) as DoctorDocument;

    expect(code).toBe(0);
    expect(document).toMatchObject({ schema: "tornproof.doctor/1", exit: { code: 0 } });
    expect(document.probe.written_bytes_max).toBeLessThanOrEqual(64 * 2 ** 20);
  });

  test("no directory → here; --color always and NO_COLOR → codes only where asked for", () => {
    const forced = bench(["doctor", "--color", "always"], { cwd: dir });
    const plain = bench(["doctor"], { cwd: dir, env: { ...process.env, NO_COLOR: "1" } });

    expect(forced.stdout).toContain("\x1b[1m");
    expect(plain.stdout).not.toContain("\x1b");
    expect(plain.stdout).toContain(`bench doctor ${dir}`);
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown method", ["--flush-method", "O_DIRCT"], /O_DIRECT/],
    ["an unknown profile", ["--profile", "mysql-9"], /mysql-8\.4/],
    ["a page size that is none", ["--page-size", "3k"], /none of 4k, 8k, 16k, 32k, 64k/],
    ["an unknown color", ["--color", "red"], /auto, always, never/],
    ["an unknown topic", ["--explain", "layer"], /did you mean "layers"/],
    ["an unknown flag", ["--jsn"], /--json/],
    ["two names of one flag", ["--flush-method", "fsync", "--innodb-flush-method=0"], /two names/],
    ["an option that has no meaning here", ["--innodb-io-capacity=5"], /no meaning/],
  ])("%s → exit code 2, a sentence, nothing on stdout", (_, flags, sentence) => {
    const { code, stdout, stderr } = bench(["doctor", dir, ...flags]);

    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain("    at ");
    expect(stdout).toBe("");
  });

  test.each<[string, (at: string) => string, RegExp]>([
    ["a missing directory", (at) => join(at, "none"), /expected a directory, found nothing/],
    ["a file", (at) => join(at, "file"), /expected a directory, found something else/],
  ])("%s → exit code 3, and what to do", (_, path, sentence) => {
    writeFileSync(join(dir, "file"), "");
    const { code, stdout, stderr } = bench(["doctor", path(dir)]);

    expect(code).toBe(3);
    expect(stderr).toMatch(sentence);
    expect(stdout).toBe("");
  });

  test.runIf(canBecomeNobody())(
    "no permission to write (needs root, to become nobody) → facts, exit code 3",
    () => {
      const { code, stdout, stderr } = bench(["doctor", "/", "--json"], { uid: NOBODY });

      const document = JSON.parse(stdout) as DoctorDocument;
      expect(code).toBe(3);
      expect(stderr).toMatch(/EACCES: no file can be created here/);
      expect(document.probe.problem).toMatch(/EACCES/);
      expect(document.sync.grade).toBe("not measured");
      expect(document.layers.length).toBeGreaterThan(0);
    },
  );

  test.runIf(isTmpfs(SHM))("--strict on tmpfs → exit code 3, the report all the same", () => {
    const { code, stdout, stderr } = bench(["doctor", SHM, "--strict"]);

    expect(code).toBe(3);
    expect(stderr).toMatch(/--strict: O_DIRECT is not real in \/dev\/shm/);
    expect(stdout).toContain("O_DIRECT is not real here");
  });

  test.runIf(isTmpfs(SHM))("--strict for fsync on tmpfs → 3: memory keeps no promise", () => {
    const args = ["doctor", SHM, "--strict", "--innodb-flush-method=fsync", "--json"];
    const { code, stdout } = bench(args);

    expect(code).toBe(3);
    expect((JSON.parse(stdout) as DoctorDocument).exit.code).toBe(3);
  });

  test("--strict for a method that needs nothing → exit code 0 on a disk", () => {
    const isDisk = ["ext4", "xfs", "btrfs"].includes(magicOf(dir));
    const { code } = bench(["doctor", dir, "--strict", "--flush-method", "fsync"]);

    expect(code).toBe(isDisk ? 0 : 3);
  });

  test("--explain → text without any probe", () => {
    expect(bench(["doctor", "--explain"]).stdout).toContain("shared-folders");
    expect(bench(["doctor", "--explain", "zfs"]).stdout).toContain("recordsize");
  });
});

describe.skipIf(!existsSync(CLI))("bench doctor: signals", () => {
  test.each([
    ["SIGINT", 1, 130],
    ["SIGINT", 2, 130],
    ["SIGTERM", 1, 143],
  ] as const)(
    "%s, %i times, while it measures → exit code %i.., no file left",
    async (...given) => {
      const [signal, times, expected] = given;

      const { code, stdout } = await interrupted(signal, times);

      expect(code).toBe(expected);
      expect(stdout).toBe("");
      expect(readdirSync(dir)).toEqual([]);
    },
  );

  test("a reader that closes the pipe → exit code 0, no file left", () => {
    const command = `"${process.execPath}" "${CLI}" doctor "${dir}" | head -1; echo "$\{PIPESTATUS[0]}"`;
    const child = spawnSync("bash", ["-c", command], { encoding: "utf8" });

    expect(child.stdout).toMatch(/^tornproof bench doctor .*\n0\n$/);
    expect(readdirSync(dir)).toEqual([]);
  });
});

/** Only root can, and only where the compiled command can be read by everybody. */
function canBecomeNobody(): boolean {
  return process.getuid?.() === 0 && bench(["--version"], { uid: NOBODY }).code === 0;
}

/** Starts a diagnosis and signals it once its probe file is there. */
function interrupted(signal: "SIGINT" | "SIGTERM", times: number): Promise<Outcome> {
  const child = spawn(process.execPath, [CLI, "doctor", dir]);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const watch = setInterval(() => {
    if (readdirSync(dir).length === 0) return;
    clearInterval(watch);
    for (let i = 0; i < times; i++) child.kill(signal);
  }, 5);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code, stdout, stderr });
    });
  });
}

function magicOf(path: string): string {
  return existsSync(path) ? fileSystemName(statfsSync(path).type, null) : "";
}

function isTmpfs(path: string): boolean {
  return magicOf(path) === "tmpfs";
}
