// The page header and trailer: InnoDB's checksum, what it covers, and what a torn page looks like.

import { describe, expect, test } from "vitest";
import { SCRATCH as FRAME, startTestEngine } from "../engine-loader.js";
import { crc32cBitwise, PAGE_SIZES, randomBytes, seededRandom } from "./helpers.js";

const engine = await startTestEngine();
const FIL_NULL = 0xffffffff;
const PAGE_TYPE_DATA = engine.value("FIL_PAGE_TORNPROOF_DATA");

describe("fil: checksum", () => {
  test("the published example page → 0x970EE1CB, in both fields", () => {
    engine.call("initPage", FRAME, 16384, 7, 1, 5);
    for (let j = 0; j < 200; j++) engine.view.setUint8(FRAME + 38 + j, (37 + j) & 255);
    engine.call("stampLsn", FRAME, 16384, 0x0000000100001235n);
    engine.call("stampChecksum", FRAME, 16384);

    expect(engine.call("pageChecksum", FRAME, 16384)).toBe(0x970ee1cb);
    expect(engine.view.getUint32(FRAME)).toBe(0x970ee1cb);
    expect(engine.view.getUint32(FRAME + 16384 - 8)).toBe(0x970ee1cb);
    expect(engine.view.getUint32(FRAME + 16384 - 4)).toBe(0x00001235);
  });

  test.each(PAGE_SIZES)("%i-byte page of random bytes → two CRCs by definition, xored", (size) => {
    const page = randomPage(size, 1);
    const header = crc32cBitwise(page.subarray(4, 26));
    const body = crc32cBitwise(page.subarray(38, size - 8));

    expect(engine.call("pageChecksum", FRAME, size)).toBe((header ^ body) >>> 0);
  });

  test("each byte flipped → detected, but for flush_lsn, space_id and trailer LSN", () => {
    const size = 4096;
    const page = randomPage(size, 2);
    const undetected: number[] = [];

    for (let offset = 0; offset < size; offset++) {
      const mask = 1 << (offset % 8);
      engine.bytes[FRAME + offset] = page[offset]! ^ mask;
      if (engine.call("checksumIsValid", FRAME, size)) undetected.push(offset);
      engine.bytes[FRAME + offset] = page[offset]!;
    }

    const trailerLsn = [4092, 4093, 4094, 4095];
    expect(undetected).toEqual([26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, ...trailerLsn]);
    expect(engine.call("checksumIsValid", FRAME, size)).toBe(1);
  });

  test("each byte of the trailer LSN flipped → the LSN halves disagree", () => {
    const size = 4096;
    randomPage(size, 3);

    for (let offset = size - 4; offset < size; offset++) {
      engine.bytes[FRAME + offset]! ^= 0x10;
      expect(engine.call("lsnHalvesAgree", FRAME, size), `byte ${offset}`).toBe(0);
      engine.bytes[FRAME + offset]! ^= 0x10;
    }
  });

  test.each(PAGE_SIZES)("%i-byte page of zeros → zero, and not valid", (size) => {
    engine.bytes.fill(0, FRAME, FRAME + size);

    expect(engine.call("isZeroPage", FRAME, size)).toBe(1);
    expect(engine.call("checksumIsValid", FRAME, size)).toBe(0);
  });

  test("a page with one byte set anywhere → not zero", () => {
    engine.bytes.fill(0, FRAME, FRAME + 4096);

    for (let offset = 0; offset < 4096; offset++) {
      engine.bytes[FRAME + offset] = 1;
      expect(engine.call("isZeroPage", FRAME, 4096), `byte ${offset}`).toBe(0);
      engine.bytes[FRAME + offset] = 0;
    }
  });
});

describe("fil: torn pages", () => {
  test.each(PAGE_SIZES)("%i-byte page cut at any sector, LSNs differ → torn", (size) => {
    const before = randomPage(size, 4, 1000n);
    const after = randomPage(size, 5, 2000n);

    for (let cut = 512; cut < size; cut += 512) {
      engine.bytes.set(after.subarray(0, cut), FRAME);
      engine.bytes.set(before.subarray(cut), FRAME + cut);
      expect(engine.call("lsnHalvesAgree", FRAME, size), `cut at ${cut}`).toBe(0);
      expect(engine.call("checksumIsValid", FRAME, size), `cut at ${cut}`).toBe(0);
    }
  });

  test("any subset of sectors written, low LSN halves equal → checksum detects it", () => {
    const size = 4096;
    const before = randomPage(size, 6, 0x1_0000_2000n);
    const after = randomPage(size, 7, 0x2_0000_2000n);

    for (let written = 1; written < 255; written++) {
      for (let sector = 0; sector < 8; sector++) {
        const source = written & (1 << sector) ? after : before;
        const start = sector * 512;
        engine.bytes.set(source.subarray(start, start + 512), FRAME + start);
      }
      const sectors = written.toString(2);
      expect(engine.call("lsnHalvesAgree", FRAME, size), `sectors ${sectors}`).toBe(1);
      expect(engine.call("checksumIsValid", FRAME, size), `sectors ${sectors}`).toBe(0);
    }
  });
});

describe("fil: header", () => {
  test.each(PAGE_SIZES)("%i-byte page made empty → ids, no neighbors, LSN 0, zero body", (size) => {
    engine.bytes.fill(0xaa, FRAME, FRAME + size + 1);
    engine.call("initPage", FRAME, size, 3, 77, PAGE_TYPE_DATA);

    expect(engine.call("spaceId", FRAME)).toBe(3);
    expect(engine.call("pageNo", FRAME)).toBe(77);
    expect(engine.call("pageType", FRAME)).toBe(PAGE_TYPE_DATA);
    expect(engine.call("pagePrev", FRAME)).toBe(FIL_NULL);
    expect(engine.call("pageNext", FRAME)).toBe(FIL_NULL);
    expect(engine.call64("pageLsn", FRAME)).toBe(0n);
    const body = engine.bytes.subarray(FRAME + 38, FRAME + size);
    expect(body.every((byte) => byte === 0)).toBe(true);
    expect(engine.bytes[FRAME + size], "the byte behind the frame").toBe(0xaa);
  });

  test("each field set → read back, and no other byte changed", () => {
    const fields: [string, string, number, number, number][] = [
      ["setPageNo", "pageNo", 4, 4, 0x81020304],
      ["setPagePrev", "pagePrev", 8, 4, 0x82020304],
      ["setPageNext", "pageNext", 12, 4, 0x83020304],
      ["setPageType", "pageType", 24, 2, 0x8405],
      ["setSpaceId", "spaceId", 34, 4, 0x85020304],
    ];

    for (const [set, get, offset, size, value] of fields) {
      const before = randomPage(4096, 8);
      engine.call(set, FRAME, value);
      expect(engine.call(get, FRAME), get).toBe(value);
      const changed = [...before.keys()].filter((i) => engine.bytes[FRAME + i] !== before[i]);
      expect(
        changed.every((i) => i >= offset && i < offset + size),
        `${set} changed ${changed.join(" ")}`,
      ).toBe(true);
    }
  });

  test("an LSN above 2^32 → whole in the header, its low half in the trailer", () => {
    engine.call("initPage", FRAME, 4096, 1, 1, PAGE_TYPE_DATA);
    engine.call("stampLsn", FRAME, 4096, 0x0123456789abcdefn);

    expect(engine.view.getBigUint64(FRAME + 16)).toBe(0x0123456789abcdefn);
    expect(engine.view.getUint32(FRAME + 4092)).toBe(0x89abcdef);
    expect(engine.call64("pageLsn", FRAME)).toBe(0x0123456789abcdefn);
  });

  test("a page LSN that goes backwards → a panic with the sentence, file and line", () => {
    engine.call("initPage", FRAME, 4096, 1, 1, PAGE_TYPE_DATA);
    engine.call("stampLsn", FRAME, 4096, 200n);

    expect(() => engine.call("stampLsn", FRAME, 4096, 199n)).toThrow(
      /^fil: page_lsn never goes backwards \(engine\/format\/fil\.ts:\d+\)$/,
    );
  });

  test("the page types of ours → none that InnoDB or MariaDB uses", () => {
    const taken = [...Array(30).keys(), 17853, 17854, 17855, 34354, 37401, 51344];
    const ours = ["DATA", "DICT", "STORE"].map((n) => engine.value(`FIL_PAGE_TORNPROOF_${n}`));

    expect(ours.filter((type) => taken.includes(type))).toEqual([]);
    expect(new Set(ours).size).toBe(3);
  });
});

/** Puts a valid page of random bytes into the frame and returns a copy of it. */
function randomPage(size: number, seed: number, lsn = 5000n): Uint8Array {
  const random = seededRandom(seed);
  engine.call("initPage", FRAME, size, 3, 77, PAGE_TYPE_DATA);
  engine.bytes.set(randomBytes(random, size - 46), FRAME + 38);
  engine.call("stampLsn", FRAME, size, lsn);
  engine.call("stampChecksum", FRAME, size);
  return engine.bytes.slice(FRAME, FRAME + size);
}
