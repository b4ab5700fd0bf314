// Redo records: encode and parse each type, and survive whatever a crash leaves behind.

import { describe, expect, test } from "vitest";
import { SCRATCH, startTestEngine } from "../engine-loader.js";
import { randomBytes, seededRandom } from "./helpers.js";

const engine = await startTestEngine();
const TRUNCATED = engine.value("PARSE_TRUNCATED");
const MALFORMED = engine.value("PARSE_MALFORMED");
const STRING_AT = SCRATCH + 0x10000;
/** The very end of linear memory: a parser that reads one byte too far traps there. */
const MEMORY_END = engine.bytes.length;

interface Parsed {
  type: number;
  isSingle: boolean;
  space: number;
  page: number;
  offset: number;
  length: number;
  value1: bigint;
  value2: bigint;
}

const EMPTY: Parsed = {
  type: 0,
  isSingle: false,
  space: 0,
  page: 0,
  offset: 0,
  length: 0,
  value1: 0n,
  value2: 0n,
};

/** Every type: its bytes, how the engine encodes it, and what the parser must find. */
const RECORDS: { name: string; hex: string; encode: () => number; parsed: Partial<Parsed> }[] = [
  {
    name: "MLOG_WRITE_STRING",
    hex: "1e 03 80c8 0026 0003 616263",
    encode: () => engine.call("writeStringRecord", SCRATCH, 3, 200, 38, 3, STRING_AT),
    parsed: { type: 30, space: 3, page: 200, offset: 38, length: 3 },
  },
  {
    name: "MLOG_INIT_FILE_PAGE2",
    hex: "3b c04000 f010000000 5450",
    encode: () => engine.call("initPageRecord", SCRATCH, 0x4000, 0x10000000, 0x5450),
    parsed: { type: 59, space: 0x4000, page: 0x10000000, value1: 0x5450n },
  },
  {
    name: "MLOG_FILE_CREATE",
    hex: "21 07 00",
    encode: () => engine.call("fileCreateRecord", SCRATCH, 7),
    parsed: { type: 33, space: 7 },
  },
  {
    name: "MLOG_FILE_DELETE",
    hex: "23 fbff 00",
    encode: () => engine.call("fileDeleteRecord", SCRATCH, 0xffffffff),
    parsed: { type: 35, space: 0xffffffff },
  },
  {
    name: "MLOG_FILE_EXTEND",
    hex: "41 07 00 0000000000000040 0000000000000080",
    encode: () => engine.call("fileExtendRecord", SCRATCH, 7, 64n, 128n),
    parsed: { type: 65, space: 7, value1: 64n, value2: 128n },
  },
  {
    name: "MLOG_FLUSHED_TO",
    hex: "4d 00 00 0000000100001235",
    encode: () => engine.call("flushedToRecord", SCRATCH, 0x100001235n),
    parsed: { type: 77, value1: 0x100001235n },
  },
  {
    name: "MLOG_MULTI_REC_END",
    hex: "1f",
    encode: () => engine.call("multiRecordEnd", SCRATCH),
    parsed: { type: 31 },
  },
  {
    name: "MLOG_DUMMY_RECORD",
    hex: "20",
    encode: () => engine.call("dummyRecord", SCRATCH),
    parsed: { type: 32, isSingle: true },
  },
];

const RECORDS_WITH_HEADER = RECORDS.filter(({ hex }) => hex.length > 2);

describe("mlog", () => {
  test.each(RECORDS)("$name encoded → these bytes", ({ hex, encode }) => {
    expect(encoded(encode)).toEqual(bytesOf(hex));
  });

  test.each(RECORDS)("$name parsed → its length and its fields", ({ hex, parsed }) => {
    const bytes = bytesOf(hex);

    expect(parse(bytes)).toBe(bytes.length);
    expect(fields()).toEqual({ ...EMPTY, ...parsed });
  });

  test.each(RECORDS_WITH_HEADER)("$name marked as a whole group → parsed so", ({ encode, hex }) => {
    const bytes = encoded(encode, true);

    expect(bytes[0]).toBe(bytesOf(hex)[0]! | 0x80);
    expect(parse(bytes)).toBe(bytes.length);
    expect(fields().isSingle).toBe(true);
    expect(fields().type).toBe(bytesOf(hex)[0]);
  });

  test.each(RECORDS)("$name cut after any number of bytes → truncated", ({ hex }) => {
    const bytes = bytesOf(hex);

    for (let length = 0; length < bytes.length; length++)
      expect(parse(bytes.subarray(0, length)), `${length} bytes`).toBe(TRUNCATED);
  });

  test("a string record → the parser points at the string, inside the input", () => {
    const bytes = bytesOf("1e 03 80c8 0026 0003 616263");
    parse(bytes);

    const at = engine.value("recDataAt");
    expect(Buffer.from(engine.bytes.subarray(at, at + 3)).toString()).toBe("abc");
    expect(at).toBe(MEMORY_END - 3);
  });

  test("the longest string, at the end of the largest page → encoded and parsed", () => {
    const length = 0xffff;
    const data = randomBytes(seededRandom(1), length);
    engine.bytes.set(data, STRING_AT);
    const args = [0xf0000000, 0xf0000000, 1, length, STRING_AT];
    const size = engine.call("writeStringRecord", SCRATCH, ...args);

    expect(size).toBe(length + engine.value("MLOG_STRING_OVERHEAD_MAX"));
    expect(engine.call("parseRecord", SCRATCH, SCRATCH + size)).toBe(size);
    const at = engine.value("recDataAt");
    expect(Buffer.compare(engine.bytes.slice(at, at + length), data)).toBe(0);
  });

  test("each first byte that is no record of ours → malformed", () => {
    const known = new Set([30, 31, 32, 33, 35, 59, 65, 77]);
    const flagged = new Set([30, 33, 35, 59, 65, 77].map((type) => type | 0x80));

    for (let first = 0; first < 256; first++) {
      if (known.has(first) || flagged.has(first)) continue;
      expect(parse(Uint8Array.of(first)), `type ${first}`).toBe(MALFORMED);
    }
  });

  test.each([
    ["a string of no bytes", "1e 03 04 0026 0000"],
    ["a string beyond byte 65536", "1e 03 04 ffff 0002 6161"],
    ["a page number that is not the shortest form", "1e 03 8004 0026 0001 61"],
    ["a file creation with a page number", "21 07 01"],
    ["a file deletion with a page number", "23 07 01"],
    ["an extension with a page number", "41 07 01 0000000000000040 0000000000000080"],
    ["an extension by no pages", "41 07 00 0000000000000040 0000000000000000"],
    ["an extension beyond the last page number", "41 07 00 00000000ffffffff 0000000000000001"],
    ["an extension that overflows 64 bits", "41 07 00 ffffffffffffffff 0000000000000001"],
    ["a flushed-to record with a space", "4d 01 00 0000000100001235"],
    ["a page of an unknown type", "3b 03 04 1234"],
  ])("%s → malformed", (_name, hex) => {
    expect(parse(bytesOf(hex))).toBe(MALFORMED);
  });

  test.each([
    ["a string of no bytes", ["writeStringRecord", SCRATCH, 1, 1, 38, 0, STRING_AT]],
    ["a string beyond byte 65536", ["writeStringRecord", SCRATCH, 1, 1, 65535, 2, STRING_AT]],
    ["an extension by no pages", ["fileExtendRecord", SCRATCH, 1, 64n, 0n]],
    ["a page of an unknown type", ["initPageRecord", SCRATCH, 1, 1, 0x1234]],
  ] as [string, [string, ...(number | bigint)[]]][])(
    "%s → never encoded",
    (_name, [fn, ...args]) => {
      expect(() => engine.call(fn, ...args)).toThrow(/^mlog: /);
    },
  );

  test("random bytes at the end of memory → a result within the input, never a trap", () => {
    for (let seed = 1; seed <= 20_000; seed++) {
      const bytes = suspect(seed);
      const context = `seed ${seed}: ${Buffer.from(bytes).toString("hex")}`;
      const result = parse(bytes, context);
      if (result === TRUNCATED || result === MALFORMED) continue;
      expect(result, context).toBeLessThanOrEqual(bytes.length);
      // A record never depends on what follows it.
      expect(parse(bytes.subarray(0, result), context), context).toBe(result);
      expect(parse(bytes.subarray(0, result - 1), context), context).toBe(TRUNCATED);
    }
  });

  test("truncated input → more of it never turns into a shorter record", () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const bytes = suspect(seed);
      for (let length = 0; length < bytes.length; length++) {
        if (parse(bytes.subarray(0, length)) !== TRUNCATED) break;
        const longer = parse(bytes.subarray(0, length + 1));
        const isLater = longer === TRUNCATED || longer === MALFORMED || longer === length + 1;
        expect(isLater, `seed ${seed}, length ${length}, result ${longer}`).toBe(true);
      }
    }
  });
});

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

function encoded(encode: () => number, asGroup = false): Uint8Array {
  engine.bytes.set(Buffer.from("abc"), STRING_AT);
  const size = encode();
  if (asGroup) engine.call("markSingleRecord", SCRATCH);
  return engine.bytes.slice(SCRATCH, SCRATCH + size);
}

/** Parses the bytes placed so that they end where linear memory ends. */
function parse(bytes: Uint8Array, context = ""): number {
  const at = MEMORY_END - bytes.length;
  engine.bytes.set(bytes, at);
  try {
    return engine.call("parseRecord", at, MEMORY_END);
  } catch (error) {
    throw new Error(`the parser trapped ${context}`, { cause: error });
  }
}

function fields(): Parsed {
  return {
    type: engine.value("recType"),
    isSingle: engine.value("recIsSingle") === 1,
    space: engine.value("recSpace"),
    page: engine.value("recPage"),
    offset: engine.value("recOffset"),
    length: engine.value("recLength"),
    value1: engine.value64("recValue1"),
    value2: engine.value64("recValue2"),
  };
}

/** Random bytes that start with a known type, small ids and a small length more often than not. */
function suspect(seed: number): Uint8Array {
  const random = seededRandom(seed);
  const bytes = randomBytes(random, 1 + Math.floor(random() * 40));
  const types = [30, 33, 35, 59, 65, 77];
  if (random() < 0.9) bytes[0] = types[seed % types.length]! | (random() < 0.5 ? 0x80 : 0);
  if (random() < 0.7) bytes.fill(seed % 3 === 0 ? 0 : 1, 1, 3);
  if (random() < 0.7)
    bytes.set(
      [0, 38, 0, 1 + Math.floor(random() * 20)].slice(0, Math.max(0, bytes.length - 3)),
      Math.min(3, bytes.length),
    );
  return bytes;
}
