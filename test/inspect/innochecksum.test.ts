// Against strangers: files a real MariaDB wrote, good and damaged, judged by us and innochecksum.
//
// Differences that are by design, and therefore left out of the comparison or stated here:
//   - a file that ends inside a page, or before its header's size: a problem of the file for us,
//     not a damaged page; innochecksum fails the first and accepts the second
//   - the doublewrite area of a system tablespace of 64 KiB pages: `forInnochecksum`
//   - checksums of the algorithms `innodb` and `none`: accepted here, as MySQL does; MariaDB's tool
//     refuses them in a crc32 file (test/inspect/verdicts.test.ts)

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  hasInnochecksum,
  innochecksumAccepts,
  innochecksumVerdicts,
  runServer,
  SERVER,
  tablespacesIn,
  type ServerShape,
} from "./mariadb.js";
import { inspectBytes, seeded, startInspector } from "./support.js";

const SHAPES: readonly ServerShape[] = [
  { pageSize: 16384, algorithm: "full_crc32", rows: 300 },
  { pageSize: 16384, algorithm: "crc32", rows: 300 },
  { pageSize: 4096, algorithm: "crc32", rows: 100 },
  { pageSize: 8192, algorithm: "full_crc32", rows: 150 },
  { pageSize: 65536, algorithm: "crc32", rows: 600 },
];
const DAMAGED_FILES = 1000;
/** The start of a file: every page type is there, and innochecksum is run over it very often. */
const PAGES_USED = 12;
const SEED = 20261126;

const canRun = SERVER !== undefined && hasInnochecksum;
if (!canRun)
  test.skip("mariadbd or innochecksum is missing: no stranger's file is judged", () => {});

const inspector = await startInspector();
const folder = mkdtempSync(join(tmpdir(), "tornproof-strangers-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(canRun)("inspect: files of MariaDB", () => {
  const bases: { name: string; bytes: Buffer; pageBytes: number }[] = [];

  test.each(SHAPES)(
    "$pageSize-byte pages, $algorithm → good, as for innochecksum",
    async (shape) => {
      const name = `${shape.pageSize}-${shape.algorithm}`;
      const data = runServer(join(folder, name), shape);

      const wrong: string[] = [];
      for (const path of tablespacesIn(data)) {
        const bytes = readFileSync(path);
        const { report } = await inspectBytes(inspector, bytes);
        const theirs = forInnochecksum(bytes, basename(path), shape.pageSize);
        const accepted = innochecksumAccepts(join(folder, "good.ibd"), theirs);
        const where = `${name}/${basename(path)}`;
        if (report.kind !== "tablespace") wrong.push(`${where}: taken for ${report.kind}`);
        if (report.verdict !== "good")
          wrong.push(`${where}: ${JSON.stringify([report.problems, report.damaged[0]])}`);
        if (!accepted) wrong.push(`${where}: refused by innochecksum`);
        const pageBytes = Number(report.shape["physical_page_size"]);
        bases.push({ name: where, bytes: bytes.subarray(0, PAGES_USED * pageBytes), pageBytes });
      }

      expect(wrong).toEqual([]);
    },
  );

  test(`${DAMAGED_FILES} damaged files → the verdict of innochecksum, file by file`, async () => {
    const random = seeded(SEED);
    const place = mkdtempSync(join(folder, "damaged-"));
    const ours: { isGood: boolean; what: string }[] = [];
    for (let n = 0; n < DAMAGED_FILES; n++) {
      const base = bases[n % bases.length]!;
      const { bytes, what } = damage(base.bytes, base.pageBytes, random);
      const { report } = await inspectBytes(inspector, bytes);
      const isGood = report.kind === "tablespace" && report.damaged_count === 0;
      ours.push({ isGood, what: `${base.name} ${what}` });
      writeFileSync(join(place, String(n)), bytes);
    }
    const theirs = innochecksumVerdicts(place, DAMAGED_FILES);
    const differences = ours.flatMap(({ isGood, what }, n) =>
      isGood === theirs[n] ? [] : [`${n} ${what}: ours ${isGood}, innochecksum ${theirs[n]}`],
    );

    expect(differences, `seed ${SEED}`).toEqual([]);
    expect(theirs.length).toBe(DAMAGED_FILES);
    expect(theirs.filter((accepted) => !accepted).length).toBeGreaterThan(DAMAGED_FILES / 3);
  }, 240_000);
});

/**
 * innochecksum skips the doublewrite area of a system tablespace, but not when its pages are of
 * 64 KiB: it then takes the copies for misplaced pages. We give it zeros there.
 */
function forInnochecksum(bytes: Uint8Array, name: string, pageSize: number): Uint8Array {
  if (name !== "ibdata1" || pageSize !== 65536) return bytes;
  return bytes.slice().fill(0, 64 * pageSize, 192 * pageSize);
}

type Damage = (page: Uint8Array, random: (limit: number) => number) => string;

const DAMAGES: readonly Damage[] = [
  (page, random) => {
    const at = random(page.length);
    page[at]! ^= 1 << random(8);
    return `bit flipped in byte ${at}`;
  },
  (page, random) => {
    const at = 512 * (1 + random(page.length / 512 - 1));
    page.fill(0, at);
    return `zeros from ${at}`;
  },
  (page, random) => {
    const at = 512 * (1 + random(page.length / 512 - 1));
    page.fill(0, 0, at);
    return `zeros to ${at}`;
  },
  (page, random) => {
    const [at, length] = [random(page.length), 1 + random(64)];
    for (let i = at; i < Math.min(page.length, at + length); i++) page[i] = random(256);
    return `random bytes at ${at}`;
  },
  (page, random) => {
    const at = [0, 4, 16, 20, 24, 26, 34, page.length - 8, page.length - 4][random(9)]!;
    page.fill([0, 0xff, 0x55][random(3)]!, at, at + 4);
    return `field at ${at} overwritten`;
  },
  (page) => {
    page.fill(0);
    return "page of zeros";
  },
];

/** A copy with one page damaged; the page's number is never 0, whose flags decide everything. */
function damage(
  bytes: Uint8Array,
  pageBytes: number,
  random: (limit: number) => number,
): { bytes: Uint8Array; what: string } {
  const copy = bytes.slice();
  const pages = Math.floor(copy.length / pageBytes);
  const number = 1 + random(pages - 1);
  const page = copy.subarray(number * pageBytes, (number + 1) * pageBytes);
  const what = DAMAGES[random(DAMAGES.length)]!(page, random);
  return { bytes: copy, what: `page ${number}: ${what}` };
}
