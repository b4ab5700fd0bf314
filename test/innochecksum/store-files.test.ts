// An independent witness for whole files: InnoDB's own checksum tool reads a store's data files.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { backendProblem } from "../../host/backend/index.js";
import type { StoreOptions } from "../../host/options.js";
import { fillStore, type Filled } from "./workload.js";

const isInstalled = spawnSync("innochecksum", ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "tornproof-innochecksum-"));
afterAll(() => rmSync(folder, { recursive: true }));

const BACKENDS = (["native", "node-fs"] as const).filter((name) => backendProblem(name) === null);
const PAGE_SIZES = [4096, 8192, 16384, 32768, 65536];
const CASES = PAGE_SIZES.flatMap((pageSize) => BACKENDS.map((backend) => ({ pageSize, backend })));

if (!isInstalled) test.skip("innochecksum is not installed: no file is checked", () => {});

describe.runIf(isInstalled).each(CASES)(
  "innochecksum: $pageSize-byte pages, $backend",
  ({ pageSize, backend }) => {
    const dir = join(folder, `${backend}-${pageSize}`);
    let filled: readonly Filled[] = [];

    test("a store after a mixed workload and a recovery → every data file is accepted", async () => {
      filled = await fillStore(dir, optionsOf(pageSize, backend), pagesFor(pageSize));
      const files = dataFiles(dir);

      expect(files).toEqual(["ibdata1", "space-1.ibd", "space-3.ibd"]);
      expect(statSync(join(dir, "space-1.ibd")).size).toBeGreaterThan(extent(pageSize) * pageSize);
      expect(files.filter((file) => verdict(join(dir, file)) !== 0)).toEqual([]);
    });

    test("a byte flipped in a page that is in use → the file is refused", () => {
      const [first, third] = filled;
      const places = [
        ["ibdata1", 0, 38],
        ["ibdata1", 1, 60],
        ["space-1.ibd", 0, 40],
        ...secondDescriptor(pageSize),
        ["space-1.ibd", first!.pages[0]!, 38],
        ["space-1.ibd", first!.pages.at(-1)!, pageSize >> 1],
        ["space-3.ibd", third!.pages[0]!, pageSize - 9],
        ["space-3.ibd", third!.pages.at(-1)!, 20],
      ] as const;
      const accepted = places.filter(
        ([file, page, offset]) => flipped(join(dir, file), page * pageSize + offset) !== 1,
      );

      expect(accepted).toEqual([]);
      expect(verdict(join(dir, "space-1.ibd")), "after the bytes were put back").toBe(0);
    });
  },
);

function optionsOf(pageSize: number, backend: string): StoreOptions {
  return {
    backend,
    innodb_page_size: pageSize,
    innodb_buffer_pool_size: "10M",
    innodb_redo_log_capacity: "8M",
    innodb_log_buffer_size: "4M",
    innodb_doublewrite_pages: 32,
  };
}

/** Pages of an extent: 1 MiB, or 64 pages where that is more. */
function extent(pageSize: number): number {
  return Math.max(64, 2 ** 20 / pageSize);
}

/** More than an extent; with 4 KiB pages, so many that there is a second descriptor page. */
function pagesFor(pageSize: number): number {
  return pageSize === 4096 ? 4096 + 100 : extent(pageSize) + 20;
}

/** The second descriptor page, which describes the pages from its own number on. */
function secondDescriptor(pageSize: number): ["space-1.ibd", number, number][] {
  return pageSize === 4096 ? [["space-1.ibd", 4096, 150]] : [];
}

function dataFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name === "ibdata1" || name.endsWith(".ibd"))
    .sort();
}

/** Exit code of the tool: 0 accepted, 1 refused. */
function verdict(path: string): number | null {
  return spawnSync("innochecksum", [path]).status;
}

/** The tool's exit code for a copy of the file with one byte changed. */
function flipped(path: string, at: number): number | null {
  const bytes = readFileSync(path);
  bytes[at]! ^= 0x10;
  writeFileSync(join(folder, "flipped.ibd"), bytes);
  return verdict(join(folder, "flipped.ibd"));
}
