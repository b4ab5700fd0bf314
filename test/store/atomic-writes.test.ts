// RWF_ATOMIC for real: xfs on a recent kernel writes whole pages or nothing, in software, so a loop
// mount is enough. Elsewhere the method is refused, and the message names the layer that refuses.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendProblem } from "../../host/backend/index.js";
import { probeAtomicWrite } from "../../host/probe/index.js";
import { Store } from "../../host/store.js";
import { errorFrom } from "./helpers.js";

const SMALL = {
  backend: "native",
  innodb_flush_method: "RWF_ATOMIC",
  innodb_doublewrite: "OFF",
  innodb_buffer_pool_size: "5M",
  innodb_redo_log_capacity: "8M",
  innodb_doublewrite_pages: 32,
} as const;
const PAGES = 200;

const folder = mkdtempSync(join(tmpdir(), "tornproof-atomic-"));
const mountPoint = mkdtempSync(join(folder, "xfs-"));
const mounted = backendProblem("native") === null && mountXfs();
const isAtomic = mounted && probeAtomicWrite(mountPoint, 16384).available;

afterAll(() => {
  if (mounted) execFileSync("umount", [mountPoint]);
  rmSync(folder, { recursive: true });
});

/** False where this is not root, or has no mkfs.xfs or loop device. */
function mountXfs(): boolean {
  if (process.getuid?.() !== 0) return false;
  const image = join(folder, "xfs.image");
  const run = (command: string, ...args: string[]): boolean =>
    spawnSync(command, args, { stdio: "ignore" }).status === 0;
  const isMade = run("truncate", "-s", "400M", image) && run("mkfs.xfs", "-q", image);
  return isMade && run("mount", "-o", "loop", image, mountPoint);
}

describe.skipIf(!isAtomic)("RWF_ATOMIC on xfs (needs root, mkfs.xfs and Linux 6.16)", () => {
  let store: Store;
  beforeAll(async () => {
    store = await Store.open(join(mountPoint, "store"), SMALL);
  });

  test("doublewrite OFF → power-loss safe, pages written whole and read back", async () => {
    expect(store.effective).toMatchObject({
      effective: "RWF_ATOMIC",
      substitutions: [],
      durability: "power-loss",
    });
    const space = await store.createTablespace("atomic");
    const pages: number[] = [];
    for (let i = 0; i < PAGES; i++) {
      await store.transaction(async (tx) => {
        const page = await tx.allocatePage(space);
        tx.write(space, page, 0, new Uint8Array(1000).fill(i));
        pages.push(page);
      });
    }
    await store.checkpoint();
    const status = store.status();
    await store.close();

    expect(status["Innodb_pages_written"]).toBeGreaterThanOrEqual(PAGES);
    expect(status["Innodb_dblwr_pages_written"]).toBe(0);
    const again = await Store.open(join(mountPoint, "store"), SMALL);
    const found = again.tablespace("atomic")!;
    for (const [i, page] of pages.entries()) {
      expect(await again.read(found, page, 999, 1), `page ${page}`).toEqual(Uint8Array.of(i));
    }
    await again.close();
  });
});

const isExt4 = statSync(tmpdir()).isDirectory() && !probeAtomicWrite(folder, 16384).available;

test.skipIf(!isExt4)(
  "RWF_ATOMIC where a layer refuses it → METHOD_UNAVAILABLE names it",
  async () => {
    const error = await errorFrom(() => Store.open(join(folder, "refused"), SMALL));

    expect(error.code).toMatch(/METHOD_UNAVAILABLE|UNAVAILABLE/);
    expect(error.message).toMatch(/addon|kernel|file system|device/);
  },
);
