// The addon's checksums against published vectors, and its implementations against each other.

import { describe, expect, test } from "vitest";
import { loadAddon } from "../../native/index.js";
import { seeded } from "./lab.js";

const addon = loadAddon();

type Implementation = "table" | undefined;
const crc32c = (bytes: Uint8Array, seed?: number, which?: Implementation) =>
  addon!.crc32c(bytes, seed, which);
const pageChecksum = (page: Uint8Array, which?: Implementation) => addon!.pageChecksum(page, which);

function samplePage(): Uint8Array {
  const page = new Uint8Array(16384);
  const view = new DataView(page.buffer);
  view.setUint32(4, 1); // page number
  view.setUint32(8, 0xffffffff);
  view.setUint32(12, 0xffffffff);
  view.setUint32(16, 1); // LSN 0x0000000100001235
  view.setUint32(20, 0x1235);
  view.setUint16(24, 5); // page type
  view.setUint32(34, 7); // space id
  for (let j = 0; j < 200; j++) page[38 + j] = (37 + j) & 255;
  view.setUint32(16384 - 4, 0x1235);
  return page;
}

function sampleLogBlock(): Uint8Array {
  const block = new Uint8Array(512);
  const view = new DataView(block.buffer);
  view.setUint32(0, 37745);
  view.setUint16(4, 512);
  view.setUint16(6, 19);
  view.setUint32(8, 1);
  for (let j = 0; j < 496; j++) block[12 + j] = j & 255;
  return block;
}

describe.skipIf(addon === null)("native checksum", () => {
  const implementations = [undefined, "table"] as const;

  test.each(implementations)("crc32c: published vectors, implementation %s → equal", (which) => {
    const digits = new TextEncoder().encode("123456789");

    expect(crc32c(digits, 0, which)).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32), 0, which)).toBe(0x8a9136aa);
    expect(crc32c(sampleLogBlock().subarray(0, 508), 0, which)).toBe(0xe262dfe3);
  });

  test.each(implementations)("page: sample page, implementation %s → 0x970ee1cb", (which) => {
    expect(pageChecksum(samplePage(), which)).toBe(0x970ee1cb);
  });

  test("crc32c: random lengths and alignments → hardware equals table", () => {
    const seed = 20240607;
    const random = seeded(seed);
    const bytes = Uint8Array.from({ length: 70_000 }, () => random(256));
    for (let round = 0; round < 2000; round++) {
      const from = random(64);
      const length = random(round % 4 === 0 ? 69_000 : 600);
      const part = bytes.subarray(from, from + length);
      const start = random(0xffffffff);
      const where = `seed ${seed} round ${round}: from ${from}, length ${length}`;
      expect(crc32c(part, start), where).toBe(crc32c(part, start, "table"));
    }
  });

  test("crc32c: two parts, the second seeded with the first → sum of the whole", () => {
    const random = seeded(7);
    const bytes = Uint8Array.from({ length: 20_000 }, () => random(256));
    for (let cut = 0; cut <= bytes.length; cut += 997) {
      const joined = crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)));
      expect(joined, `cut at ${cut}`).toBe(crc32c(bytes));
    }
  });

  test.each([4096, 8192, 16384, 32768, 65536])("page: size %i → hardware equals table", (size) => {
    const random = seeded(size);
    const page = Uint8Array.from({ length: size }, () => random(256));

    expect(pageChecksum(page)).toBe(pageChecksum(page, "table"));
  });

  test("page: a changed byte → another checksum, unless InnoDB leaves that byte out", () => {
    const page = samplePage();
    const whole = pageChecksum(page);
    const left = new Set<number>();
    for (let at = 0; at < page.length; at++) {
      page[at]! ^= 0x55;
      if (pageChecksum(page) === whole) left.add(at);
      page[at]! ^= 0x55;
    }
    const expected = [0, 1, 2, 3, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37];
    for (let at = page.length - 8; at < page.length; at++) expected.push(at);

    expect([...left]).toEqual(expected);
  });
});
