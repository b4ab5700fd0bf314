// A store's whole life on real file systems, each mounted from an image: what was asked for and
// what it got, a mixed workload with recovery, SIGKILL, and InnoDB's own tool as the witness.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { backendProblem } from "../../host/backend/index.js";
import type { StoreError } from "../../host/errors.js";
import type { StoreOptions } from "../../host/options.js";
import { Store } from "../../host/store.js";
import { judge, liveAndDie, merge, NOTHING_YET } from "../crash/kill-9/judge.js";
import type { Scenario } from "../crash/kill-9/scenario.js";
import { fillStore } from "../innochecksum/workload.js";
import { errorFrom, textAt } from "../store/helpers.js";
import { FILE_SYSTEMS, loopDisk, loopProblem, type LoopDisk } from "./loop-disk.js";

const hasInnochecksum = spawnSync("innochecksum", ["--version"]).error === undefined;
const BACKENDS = (["native", "node-fs"] as const).filter((name) => backendProblem(name) === null);
const METHODS = ["fsync", "fdatasync", "O_DSYNC", "O_DIRECT", "O_DIRECT_NO_FSYNC", "ALL_O_DIRECT"];
/** Methods and backends take turns: every one of both, not every pair. */
const LIVES = METHODS.map((method, n) => ({ method, backend: BACKENDS[n % BACKENDS.length]! }));
const KILLS = LIVES.filter(({ method }) => ["fsync", "O_DSYNC", "O_DIRECT"].includes(method));
/** More pages than an extent has with 16 KiB pages, so that the tablespace grows twice. */
const PAGES = 100;

for (const kind of FILE_SYSTEMS) {
  const problem = loopProblem(kind);
  if (problem !== null) test.skip(`store on ${kind}: ${problem}, so nothing is tested`, () => {});
}
if (!hasInnochecksum) test.skip("innochecksum is not installed: no file is checked", () => {});

const here = FILE_SYSTEMS.filter((kind) => loopProblem(kind) === null);

describe.each(here)("store on %s", (kind) => {
  let disk: LoopDisk;
  beforeAll(() => {
    disk = loopDisk(kind);
  });
  afterEach(() => rmSync(disk.dir, { recursive: true, force: true }));
  afterAll(() => disk.unmount());

  const optionsOf = (backend: string, method: string): StoreOptions => ({
    backend,
    innodb_flush_method: method,
    innodb_buffer_pool_size: "5M",
    innodb_redo_log_capacity: "8M",
    innodb_log_buffer_size: "256K",
    innodb_doublewrite_pages: 32,
  });

  test.each(METHODS)(
    "%s: what was asked for → what the file system makes of it",
    async (method) => {
      const options = optionsOf(BACKENDS[0]!, method);
      const { dir } = disk;
      const store = await Store.open(dir, options);
      const { requested, effective, substitutions, durability } = store.effective;
      await store.close();

      expect(requested).toBe(method);
      // btrfs accepts O_DIRECT and buffers what does not fit; the store does not call that direct.
      const isBuffered = kind === "btrfs" && method.includes("O_DIRECT");
      expect(substitutions).toEqual(isBuffered ? [expect.stringMatching(/without O_DIRECT/)] : []);
      if (!isBuffered) expect(effective).toBe(method);
      if (isBuffered) expect(durability).toBe("power-loss");
      const strict = Store.open(dir, { ...options, strict: true });
      if (!isBuffered) return (await strict).close();
      const error = (await errorFrom(() => strict)) as StoreError;
      expect(error.code, error.stack).toBe("METHOD_UNAVAILABLE");
    },
  );

  test.each(LIVES)("$method, $backend: a whole life → every page as written", async (one) => {
    const { dir } = disk;
    const options = optionsOf(one.backend, one.method);

    const filled = await fillStore(dir, options, PAGES);

    disk.remount();
    const store = await Store.open(dir, options);
    expect(store.tablespaces().map(({ name }) => name)).toEqual(["first", "third"]);
    for (const { space, pages } of filled) {
      const found = store.tablespace(space.name)!;
      for (const page of pages) {
        const words = textAt(store, found, page, store.pageBodySize);
        expect(words.slice(-4), `${space.name} page ${page}`).toBe("last");
      }
    }
    await store.close();
    if (hasInnochecksum) expect(refused(dir)).toEqual([]);
  });

  test.each(KILLS)("$method, $backend: SIGKILL → nothing acknowledged is lost", async (one) => {
    const { dir } = disk;
    const scenario: Scenario = {
      name: `${kind}, ${one.backend}, ${one.method}`,
      options: {
        ...{ backend: one.backend, innodb_flush_method: one.method },
        ...{ innodb_page_size: 4096, innodb_doublewrite_pages: 8 },
      },
      committers: 4,
      blocking: false,
    };
    let known = NOTHING_YET;
    let commits = 0;
    for (const ms of [40, 80, 300, 1000]) {
      if (commits > 0 && ms > 80) break;
      const life = await liveAndDie(dir, scenario, { after: "ready", ms });
      known = await judge(dir, scenario, merge(known, life));
      commits += life.commits;
    }
    expect(commits).toBeGreaterThan(0);
  });
});

/** Data files that InnoDB's tool does not accept. */
function refused(dir: string): string[] {
  const files = readdirSync(dir).filter((name) => name === "ibdata1" || name.endsWith(".ibd"));
  return files.filter((name) => spawnSync("innochecksum", [join(dir, name)]).status !== 0);
}
