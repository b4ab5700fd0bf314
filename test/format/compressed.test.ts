// Compressed integers: every boundary of the encoding, and nothing but the shortest form.

import { describe, expect, test } from "vitest";
import { SCRATCH, startTestEngine } from "../engine-loader.js";
import { randomBytes, seededRandom } from "./helpers.js";

const engine = await startTestEngine();
const TRUNCATED = engine.value("READ_TRUNCATED");
const MALFORMED = engine.value("READ_MALFORMED");

/** First value of every row of the format table, and the bytes it takes. */
const ROWS: [number, number[]][] = [
  [0, [0x00]],
  [0x80, [0x80, 0x80]],
  [0x4000, [0xc0, 0x40, 0x00]],
  [0x200000, [0xe0, 0x20, 0x00, 0x00]],
  [0x10000000, [0xf0, 0x10, 0x00, 0x00, 0x00]],
  [0xff000000, [0xfe, 0x00, 0x00, 0x00]],
  [0xfffe0000, [0xfc, 0x00, 0x00]],
  [0xfffffc00, [0xf8, 0x00]],
];

/** Last value of every row. */
const ROW_ENDS: [number, number[]][] = [
  [0x7f, [0x7f]],
  [0x3fff, [0xbf, 0xff]],
  [0x1fffff, [0xdf, 0xff, 0xff]],
  [0xfffffff, [0xef, 0xff, 0xff, 0xff]],
  [0xfeffffff, [0xf0, 0xfe, 0xff, 0xff, 0xff]],
  [0xfffdffff, [0xfe, 0xfd, 0xff, 0xff]],
  [0xfffffbff, [0xfd, 0xfb, 0xff]],
  [0xffffffff, [0xfb, 0xff]],
];

describe("compressed", () => {
  test.each([...ROWS, ...ROW_ENDS])("%i → the bytes of the format table", (value, bytes) => {
    expect(encode(value)).toEqual(bytes);
  });

  test("each boundary, its neighbors and random values → read back, in the size announced", () => {
    const random = seededRandom(1);
    const near = [...ROWS, ...ROW_ENDS].flatMap(([v]) => [v - 1, v, v + 1]);
    const values = near.filter((v) => v >= 0 && v <= 0xffffffff);
    for (let i = 0; i < 2000; i++) values.push(Math.floor(random() * 2 ** (1 + (i % 32))));

    for (const value of values) {
      const bytes = encode(value);
      expect(engine.call("compressedSize", value), `size of ${value}`).toBe(bytes.length);
      expect(decode(bytes), `value ${value}`).toEqual({ value, size: bytes.length });
    }
  });

  test("input that ends inside an integer → truncated", () => {
    for (const [value, bytes] of [...ROWS, ...ROW_ENDS]) {
      for (let length = 0; length < bytes.length; length++) {
        const part = bytes.slice(0, length);
        expect(decode(part).size, `${length} bytes of ${value}`).toBe(TRUNCATED);
      }
    }
  });

  test("first bytes that start no integer → malformed, whatever follows", () => {
    for (const first of [0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xff]) {
      expect(decode([first]).size, `first byte ${first}`).toBe(MALFORMED);
      expect(decode([first, 0, 0, 0, 0]).size, `first byte ${first}`).toBe(MALFORMED);
    }
  });

  test("any bytes → either malformed, or exactly the bytes a writer makes of that value", () => {
    const random = seededRandom(2);
    for (let i = 0; i < 20_000; i++) {
      const bytes = [...randomBytes(random, 5)];
      if (i % 2 === 0) bytes[0] = 0xf0 | ((i / 2) % 16);
      if (i % 3 === 0) bytes[1] = 0;
      const { value, size } = decode(bytes);
      if (size === MALFORMED) continue;
      expect(encode(value), `bytes ${bytes.join(" ")}`).toEqual(bytes.slice(0, size));
    }
  });

  test.each([
    ["0x7F in two bytes", [0x80, 0x7f]],
    ["0x3FFF in three bytes", [0xc0, 0x3f, 0xff]],
    ["0x1FFFFF in four bytes", [0xe0, 0x1f, 0xff, 0xff]],
    ["0xFFFFFFF in five bytes", [0xf0, 0x0f, 0xff, 0xff, 0xff]],
    ["0xFFFFFFFF in five bytes", [0xf0, 0xff, 0xff, 0xff, 0xff]],
    ["0xFFFFFFFF in four bytes", [0xfe, 0xff, 0xff, 0xff]],
    ["0xFFFFFFFF in three bytes", [0xfd, 0xff, 0xff]],
  ])("%s → malformed", (_name, bytes) => {
    expect(decode(bytes).size).toBe(MALFORMED);
  });
});

function encode(value: number): number[] {
  const size = engine.call("writeCompressed", SCRATCH, value);
  return [...engine.bytes.subarray(SCRATCH, SCRATCH + size)];
}

/** Reads the integer with nothing behind the given bytes but bytes that would betray a read. */
function decode(bytes: number[]): { value: number; size: number } {
  engine.bytes.fill(0xaa, SCRATCH, SCRATCH + 16);
  engine.bytes.set(bytes, SCRATCH);
  engine.call("readCompressed", SCRATCH, SCRATCH + bytes.length);
  return { value: engine.value("readValue"), size: engine.value("readSize") };
}
