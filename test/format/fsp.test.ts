// The space header and the extent descriptors, against bytes decoded from a real InnoDB file.

import { describe, expect, test } from "vitest";
import { SCRATCH as FRAME, startTestEngine } from "../engine-loader.js";
import { PAGE_SIZES } from "./helpers.js";

const engine = await startTestEngine();
const EXTENT_PAGES = new Map([
  [4096, 256],
  [8192, 128],
  [16384, 64],
  [32768, 64],
  [65536, 64],
]);

describe("page-size", () => {
  test("every number up to 131072 → valid exactly for the five powers of two", () => {
    const valid: number[] = [];
    for (let size = 0; size <= 131072; size++)
      if (engine.call("pageSizeIsValid", size)) valid.push(size);

    expect(valid).toEqual([...PAGE_SIZES]);
  });

  test.each(PAGE_SIZES)("%i → the extent InnoDB uses", (size) => {
    expect(engine.call("extentPages", size)).toBe(EXTENT_PAGES.get(size));
  });
});

describe("fsp: header", () => {
  test.each([
    [4096, 0x21 | (3 << 6)],
    [8192, 0x21 | (4 << 6)],
    [16384, 0x21],
    [32768, 0x21 | (6 << 6)],
    [65536, 0x21 | (7 << 6)],
  ])("page size %i → flags %i", (size, flags) => {
    expect(engine.call("fspFlags", size)).toBe(flags);
  });

  test.each(PAGE_SIZES)("page 0 at %i bytes → every field where InnoDB has it", (size) => {
    engine.call("initFspHeader", FRAME, size, 9, 1234);
    const word = (offset: number): number => engine.view.getUint32(FRAME + offset);

    expect(engine.call("pageType", FRAME)).toBe(8);
    expect([word(38), word(46), word(50), word(58)]).toEqual([9, 1234, 0, 0]);
    expect(word(54)).toBe(engine.call("fspFlags", size));
    expect(engine.view.getBigUint64(FRAME + 110)).toBe(1n);
    for (const base of [62, 78, 94, 118, 134]) {
      const list = Buffer.from(engine.bytes.subarray(FRAME + base, FRAME + base + 16));
      expect(list.toString("hex"), `list at ${base}`).toBe("00000000ffffffff0000ffffffff0000");
    }
    const rest = engine.bytes.subarray(FRAME + 150, FRAME + size);
    expect(rest.every((byte) => byte === 0)).toBe(true);
  });

  test("each field set → read back, at its offset", () => {
    engine.call("initFspHeader", FRAME, 16384, 9, 1);
    const fields: [string, string, number][] = [
      ["setFspSize", "fspSize", 46],
      ["setFspFreeLimit", "fspFreeLimit", 50],
      ["setFspSpaceFlags", "fspSpaceFlags", 54],
      ["setFspFragUsed", "fspFragUsed", 58],
    ];

    for (const [set, get, offset] of fields) {
      engine.call(set, FRAME, 0x80000000 + offset);
      expect(engine.call(get, FRAME), get).toBe(0x80000000 + offset);
      expect(engine.view.getUint32(FRAME + offset), set).toBe(0x80000000 + offset);
    }
    engine.call("setFspNextSegmentId", FRAME, 0x8000000000000005n);
    expect(engine.call64("fspNextSegmentId", FRAME)).toBe(0x8000000000000005n);
    expect(engine.view.getBigUint64(FRAME + 110)).toBe(0x8000000000000005n);
  });

  test("a list with one extent, as in a real file → length, first and last", () => {
    const base = FRAME + engine.value("FSP_FREE_FRAG");
    engine.call("initFspHeader", FRAME, 16384, 9, 7);
    engine.call("setListLength", base, 1);
    engine.call("setListEnd", base + engine.value("FLST_FIRST"), 0, 158);
    engine.call("setListEnd", base + engine.value("FLST_LAST"), 0, 158);

    const bytes = Buffer.from(engine.bytes.subarray(base, base + 16)).toString("hex");
    expect(bytes).toBe("0000000100000000009e00000000009e");
    expect(engine.call("listLength", base)).toBe(1);
    expect(engine.call("listEndPage", base + 4)).toBe(0);
    expect(engine.call("listEndOffset", base + 10)).toBe(158);
  });
});

describe("fsp: extent descriptors", () => {
  test("pages 0 to 4 used in a free extent → bitmap AA FE FF, as in a real file", () => {
    engine.call("initFspHeader", FRAME, 16384, 9, 7);
    const entry = engine.call("xdesEntry", FRAME, 16384, 0);
    engine.call("initXdesEntry", entry, 16384);
    for (let index = 0; index < 5; index++) engine.call("xdesSetFree", entry, index, 0);

    const bitmap = engine.bytes.subarray(entry + 24, entry + 40);
    expect([...bitmap]).toEqual([0xaa, 0xfe, ...Array<number>(14).fill(0xff)]);
    expect(entry - FRAME).toBe(150);
  });

  test.each(PAGE_SIZES)("each page at %i bytes marked used → only its own bit changes", (size) => {
    const pages = EXTENT_PAGES.get(size)!;
    engine.call("initFspHeader", FRAME, size, 9, 7);
    const entry = engine.call("xdesEntry", FRAME, size, 0);
    const entrySize = engine.call("xdesSize", size);
    engine.call("initXdesEntry", entry, size);
    const before = engine.bytes.slice(entry, entry + entrySize);

    for (let index = 0; index < pages; index++) {
      engine.call("xdesSetFree", entry, index, 0);
      const changed = [...before.keys()].filter((i) => engine.bytes[entry + i] !== before[i]);
      const at = engine.call("xdesBitByte", entry, index);
      expect(changed, `page ${index}`).toEqual([at - entry]);
      expect(before[at - entry]! ^ engine.bytes[at]!, `page ${index}`).toBe(1 << ((index % 4) * 2));
      expect(engine.call("xdesIsFree", entry, index), `page ${index}`).toBe(0);
      engine.call("xdesSetFree", entry, index, 1);
    }
    expect(engine.bytes.slice(entry, entry + entrySize)).toEqual(before);
  });

  test.each(PAGE_SIZES)(
    "all descriptors of a page at %i bytes → disjoint and inside it",
    (size) => {
      const pages = EXTENT_PAGES.get(size)!;
      const entrySize = engine.call("xdesSize", size);
      let end = FRAME + 150;

      for (let page = 0; page < size; page += pages) {
        const entry = engine.call("xdesEntry", FRAME, size, page);
        expect(entry, `extent of page ${page}`).toBe(end);
        expect(engine.call("xdesEntry", FRAME, size, page + pages - 1)).toBe(entry);
        end += entrySize;
      }
      expect(end).toBeLessThanOrEqual(FRAME + size - 8);
    },
  );

  test.each(PAGE_SIZES)(
    "a page number at %i bytes → the descriptor page that describes it",
    (size) => {
      for (const page of [0, 1, size - 1, size, size + 1, 3 * size - 1, 0xffffffff]) {
        const expected = Math.floor(page / size) * size;
        expect(engine.call("descriptorPageOf", page, size), `page ${page}`).toBe(expected);
      }
      const later = engine.call("xdesEntry", FRAME, size, 5 * size + 3);
      expect(later).toBe(FRAME + 150);
    },
  );

  test("a descriptor of zeros → state not initialized, every page used", () => {
    engine.call("initXdesPage", FRAME, 16384, 9, 16384);
    const entry = engine.call("xdesEntry", FRAME, 16384, 16384);

    expect(engine.call("pageType", FRAME)).toBe(9);
    expect(engine.call("xdesState", entry)).toBe(0);
    for (let index = 0; index < 64; index++)
      expect(engine.call("xdesIsFree", entry, index), `page ${index}`).toBe(0);
  });

  test("a descriptor made free → state 1, no segment, no neighbors", () => {
    const entry = FRAME + 150;
    engine.bytes.fill(0x55, entry, entry + 41);
    engine.call("initXdesEntry", entry, 16384);

    const head = Buffer.from(engine.bytes.subarray(entry, entry + 24)).toString("hex");
    expect(head).toBe("0000000000000000ffffffff0000ffffffff000000000001");
    expect(engine.bytes[entry + 40], "the byte behind the descriptor").toBe(0x55);
    engine.call("setXdesState", entry, 3);
    expect(engine.call("xdesState", entry)).toBe(3);
  });
});
