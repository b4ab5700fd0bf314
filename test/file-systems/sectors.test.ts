// Every directory of a store is probed, not only that of the data files: redo and doublewrite on a
// disk with sectors of 4,096 bytes (a loop device on ext4), and on a tmpfs, which buffers O_DIRECT.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { backendProblem } from "../../host/backend/index.js";
import type { StoreOptions } from "../../host/options.js";
import { probeDirectIo } from "../../host/probe/index.js";
import { Store } from "../../host/store.js";
import { errorFrom } from "../store/helpers.js";
import { loopProblem } from "./loop-disk.js";

const BACKENDS = (["native", "node-fs"] as const).filter((name) => backendProblem(name) === null);
/** Opens redo, data and doublewrite files with O_DIRECT. */
const METHOD = "ALL_O_DIRECT";
const SHM = "/dev/shm";
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

let dir = "";
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "tornproof-sectors-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function optionsOf(backend: string, more: StoreOptions): StoreOptions {
  return {
    backend,
    innodb_flush_method: METHOD,
    innodb_buffer_pool_size: "5M",
    innodb_redo_log_capacity: "8M",
    innodb_doublewrite_pages: 32,
    ...more,
  };
}

/** Creates a store, commits, opens it again and reads; returns what was substituted. */
async function live(options: StoreOptions): Promise<readonly string[]> {
  const first = await Store.open(dir, options);
  const space = await first.createTablespace("t");
  const page = await first.transaction(async (tx) => {
    const taken = await tx.allocatePage(space);
    tx.write(space, taken, 0, Buffer.from("kept"));
    return taken;
  });
  await first.checkpoint();
  await first.close();
  const again = await Store.open(dir, options);
  const bytes = await again.read(again.tablespace("t")!, page, 0, 4);
  const { substitutions } = again.effective;
  await again.close();
  expect(Buffer.from(bytes).toString()).toBe("kept");
  return substitutions;
}

function sectorsProblem(): string | null {
  const problem = loopProblem("ext4");
  if (problem !== null) return problem;
  const help = spawnSync("losetup", ["--help"], { encoding: "utf8" }).stdout;
  return help.includes("--sector-size") ? null : "losetup knows no --sector-size";
}

const problem = sectorsProblem();
if (problem !== null) test.skip(`sectors of 4,096 bytes: ${problem}, nothing is tested`, () => {});

describe.skipIf(problem !== null)("sectors of 4,096 bytes", () => {
  let folder = "";
  let device = "";
  let coarse = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tornproof-4kn-"));
    coarse = join(folder, "mounted");
    mkdirSync(coarse);
    run("truncate", "-s", "128M", join(folder, "image"));
    const image = join(folder, "image");
    device = run("losetup", "--sector-size", "4096", "--find", "--show", image);
    run("mkfs.ext4", "-q", "-F", device);
    run("mount", device, coarse);
  });
  afterAll(() => {
    if (device !== "") {
      spawnSync("umount", [coarse]);
      run("losetup", "--detach", device);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("the disk takes direct writes of 4,096 bytes and no smaller ones", () => {
    expect(probeDirectIo(coarse)).toMatchObject({ real: true, alignment: 4096 });
  });

  test.each(BACKENDS)("%s: redo there → buffered and named, strict refuses", async (backend) => {
    const logDir = join(coarse, `redo-${backend}`);
    const options = optionsOf(backend, { innodb_log_group_home_dir: logDir });
    const refusal = await errorFrom(() => Store.open(dir, { ...options, strict: true }));
    expect(refusal).toMatchObject({ code: "METHOD_UNAVAILABLE" });

    expect(await live(options)).toEqual([
      expect.stringMatching(/^log opened without O_DIRECT: .* need 4096 bytes.* 512$/),
    ]);
  });

  test.each(BACKENDS)("%s: doublewrite there → direct, nothing substituted", async (backend) => {
    const options = optionsOf(backend, { innodb_doublewrite_dir: join(coarse, `dw-${backend}`) });
    const here = await live(optionsOf(backend, {}));
    rmSync(dir, { recursive: true });

    expect(await live(options)).toEqual(here);
  });
});

const isShm = existsSync(SHM) && !probeDirectIo(SHM).real && probeDirectIo(tmpdir()).real;
if (!isShm)
  test.skip(`${SHM} and ${tmpdir()} do not differ in O_DIRECT: nothing to tell`, () => {});

describe.skipIf(!isShm)("a directory that buffers O_DIRECT", () => {
  test.each([
    ["log", "innodb_log_group_home_dir"],
    ["dblwr", "innodb_doublewrite_dir"],
  ] as const)("%s alone there → it alone is substituted", async (file, option) => {
    const other = mkdtempSync(join(SHM, "tornproof-sectors-"));
    try {
      const found = await live(optionsOf(BACKENDS[0]!, { [option]: join(other, "files") }));
      expect(found.map((sentence) => sentence.split(" opened")[0])).toContain(file);
      expect(found.join()).not.toMatch(/data/);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});
