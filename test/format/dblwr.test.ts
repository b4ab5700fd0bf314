// The DETECT_ONLY record: full, empty, damaged.

import { describe, expect, test } from "vitest";
import { SCRATCH as AT, startTestEngine } from "../engine-loader.js";
import { crc32cBitwise, seededRandom } from "./helpers.js";

const engine = await startTestEngine();
const MAX = engine.value("BDBLWR_ENTRIES_MAX");

describe("dblwr: detect-only record", () => {
  test.each([1, 2, 509, 510])("%i pages added → all read back, record valid", (count) => {
    const entries = fill(count);

    expect(engine.call("batchIsValid", AT)).toBe(1);
    expect(engine.call("batchId", AT)).toBe(0x81234567);
    expect(engine.call("entryCount", AT)).toBe(count);
    entries.forEach(({ space, page, lsn }, index) => {
      expect(engine.call("entrySpace", AT, index), `entry ${index}`).toBe(space);
      expect(engine.call("entryPage", AT, index), `entry ${index}`).toBe(page);
      expect(engine.call64("entryLsn", AT, index), `entry ${index}`).toBe(lsn);
    });
  });

  test("one page added → fields at their offsets, CRC-32C of the entry, zeros behind it", () => {
    engine.bytes.fill(0xaa, AT, AT + 8193);
    engine.call("beginBatch", AT, 5);
    engine.call("addEntry", AT, 7, 9, 0x100001235n);
    engine.call("finishBatch", AT);

    const record = Buffer.from(engine.bytes.subarray(AT, AT + 8192));
    expect(record.readUInt32BE(0)).toBe(5);
    expect(record.readUInt32BE(4)).toBe(crc32cBitwise(record.subarray(20, 36)));
    expect(record.subarray(8, 20).toString("hex")).toBe("001001000000000000000000");
    expect(record.subarray(20, 36).toString("hex")).toBe("00000007000000090000000100001235");
    expect(record.subarray(36).every((byte) => byte === 0)).toBe(true);
    expect(engine.bytes[AT + 8192], "the byte behind the record").toBe(0xaa);
  });

  test("each byte flipped that carries meaning, but for the batch id → not valid", () => {
    fill(20);
    const undetected: number[] = [];

    for (let offset = 0; offset < 20 + 20 * 16; offset++) {
      engine.bytes[AT + offset]! ^= 1 << (offset % 8);
      if (engine.call("batchIsValid", AT)) undetected.push(offset);
      engine.bytes[AT + offset]! ^= 1 << (offset % 8);
    }

    // The batch id is for the reader of a dump; bytes 11 to 19 are unused.
    expect(undetected).toEqual([0, 1, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  test("a record whose later sectors were not written → not valid", () => {
    fill(MAX);
    const whole = engine.bytes.slice(AT, AT + 8192);

    for (let cut = 512; cut < 8192; cut += 512) {
      engine.bytes.set(whole, AT);
      engine.bytes.fill(0, AT + cut, AT + 8192);
      expect(engine.call("batchIsValid", AT), `cut at ${cut}`).toBe(0);
    }
  });

  test("each data length → valid only for 1 to 510 whole entries", () => {
    fill(1);
    for (let length = 0; length <= 0xffff; length += 13) {
      if (length === 16) continue;
      engine.view.setUint16(AT + 8, length);
      const end = 20 + length;
      engine.view.setUint32(AT + 4, crc32cBitwise(engine.bytes.subarray(AT + 20, AT + end)));
      const isPossible = length > 0 && length % 16 === 0 && length <= 8160;
      expect(engine.call("batchIsValid", AT), `length ${length}`).toBe(isPossible ? 1 : 0);
    }
  });

  test("8192 bytes of zero → no record", () => {
    engine.bytes.fill(0, AT, AT + 8192);

    expect(engine.call("batchIsValid", AT)).toBe(0);
  });

  test("a page more than fits, or none at all → a panic", () => {
    fill(MAX);
    expect(() => engine.call("addEntry", AT, 1, 1, 1n)).toThrow(/holds at most 510 pages/);

    engine.call("beginBatch", AT, 1);
    expect(() => engine.call("finishBatch", AT)).toThrow(/a batch has at least one page/);
  });
});

function fill(count: number): { space: number; page: number; lsn: bigint }[] {
  const random = seededRandom(count);
  const word = (): number => Math.floor(random() * 2 ** 32);
  engine.call("beginBatch", AT, 0x81234567);
  const entries = Array.from({ length: count }, () => {
    const entry = { space: word(), page: word(), lsn: (BigInt(word()) << 32n) | BigInt(word()) };
    engine.call("addEntry", AT, entry.space, entry.page, entry.lsn);
    return entry;
  });
  engine.call("finishBatch", AT);
  return entries;
}
