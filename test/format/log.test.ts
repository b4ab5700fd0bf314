// The redo log's own structures: file header, checkpoint blocks, log blocks.

import { describe, expect, test } from "vitest";
import { SCRATCH as AT, startTestEngine } from "../engine-loader.js";
import { crc32cBitwise } from "./helpers.js";

const engine = await startTestEngine();
const CAPACITY = 1024n * 512n;

describe("log-file: header", () => {
  test("a header written → every field at its offset, checksum at 508", () => {
    writeHeader();

    expect(engine.view.getUint32(AT)).toBe(0x54505231);
    expect(engine.view.getUint32(AT + 4)).toBe(0xcafe1234);
    expect(engine.view.getBigUint64(AT + 8)).toBe(8192n);
    const creator = Buffer.from(engine.bytes.subarray(AT + 16, AT + 48)).toString("latin1");
    expect(creator).toBe("Tornproof 1".padEnd(32, "\0"));
    expect(engine.view.getUint32(AT + 48)).toBe(0);
    expect(engine.view.getUint32(AT + 52)).toBe(16384);
    expect(engine.view.getBigUint64(AT + 56)).toBe(CAPACITY);
    expect(engine.view.getUint32(AT + 508)).toBe(
      crc32cBitwise(engine.bytes.subarray(AT, AT + 508)),
    );
  });

  test("a header written → the getters read it back", () => {
    writeHeader();

    expect(engine.call("headerFormat", AT)).toBe(engine.value("LOG_HEADER_FORMAT_TORNPROOF"));
    expect(engine.call("headerUuid", AT)).toBe(0xcafe1234);
    expect(engine.call64("headerStartLsn", AT)).toBe(8192n);
    expect(engine.call("headerFlags", AT)).toBe(0);
    expect(engine.call("headerPageSize", AT)).toBe(16384);
    expect(engine.call64("headerCapacity", AT)).toBe(CAPACITY);
  });

  test("each byte of a header flipped → not valid", () => {
    writeHeader();
    expectEveryFlipDetected("headerIsValid");
  });

  test.each([
    ["another format", 0, 6],
    ["a start LSN inside a block", 12, 8193],
    ["a start LSN below the first", 12, 512],
    ["page size 5000", 52, 5000],
    ["capacity 0", 60, 0],
    ["a capacity that is no whole number of blocks", 60, 513],
  ])("a header with %s and a right checksum → not valid", (_name, offset, value) => {
    writeHeader();
    engine.view.setUint32(AT + offset, value);
    engine.view.setUint32(AT + 508, crc32cBitwise(engine.bytes.subarray(AT, AT + 508)));

    expect(engine.call("headerIsValid", AT)).toBe(0);
  });
});

describe("log-file: checkpoint", () => {
  test("a checkpoint written → fields at their offsets, read back by the getters", () => {
    engine.call("writeCheckpoint", AT, 0x100000002n, 0x200000000n + 12n, 7);

    expect(engine.view.getBigUint64(AT)).toBe(0x100000002n);
    expect(engine.view.getBigUint64(AT + 8)).toBe(0x20000000cn);
    expect(engine.view.getUint32(AT + 16)).toBe(7);
    expect(engine.call64("checkpointNumber", AT)).toBe(0x100000002n);
    expect(engine.call64("checkpointBlockLsn", AT)).toBe(0x20000000cn);
    expect(engine.call("checkpointEpoch", AT)).toBe(7);
  });

  test("each byte of a checkpoint flipped → not valid", () => {
    engine.call("writeCheckpoint", AT, 3n, 8204n, 1);
    expectEveryFlipDetected("checkpointIsValid");
  });

  test("a block of zeros → no checkpoint", () => {
    engine.bytes.fill(0, AT, AT + 512);

    expect(engine.call("checkpointIsValid", AT)).toBe(0);
  });

  test("checkpoint numbers → alternate between the two blocks", () => {
    const offsets = [0n, 1n, 2n, 3n].map((n) => engine.call("checkpointOffset", n));

    expect(offsets).toEqual([512, 1536, 512, 1536]);
  });

  test("each position in a block as a checkpoint LSN → possible from 12 to 507 only", () => {
    const possible: number[] = [];
    engine.call("writeCheckpoint", AT, 3n, 8204n, 1);
    for (let inBlock = 0; inBlock < 512; inBlock++) {
      engine.view.setBigUint64(AT + 8, BigInt(16384 + inBlock));
      engine.view.setUint32(AT + 508, crc32cBitwise(engine.bytes.subarray(AT, AT + 508)));
      if (engine.call("checkpointIsValid", AT)) possible.push(inBlock);
    }

    expect(possible).toEqual(Array.from({ length: 496 }, (_, i) => 12 + i));
    expect(() => engine.call("writeCheckpoint", AT, 3n, 8192n, 1)).toThrow(
      /a checkpoint lsn points at data/,
    );
  });
});

describe("log-block", () => {
  test("the published example block → checksum 0xE262DFE3", () => {
    engine.call("initBlock", AT, BigInt(37744) * 512n, 1);
    engine.call("setBlockDataLength", AT, 512);
    engine.call("setBlockFirstRecordGroup", AT, 19);
    for (let j = 0; j < 496; j++) engine.bytes[AT + 12 + j] = j & 255;
    engine.call("stampBlock", AT);

    expect(engine.view.getUint32(AT)).toBe(37745);
    expect(engine.view.getUint16(AT + 4)).toBe(512);
    expect(engine.view.getUint16(AT + 6)).toBe(19);
    expect(engine.view.getUint32(AT + 8)).toBe(1);
    expect(engine.view.getUint32(AT + 508)).toBe(0xe262dfe3);
    expect(engine.call("blockChecksumIsValid", AT)).toBe(1);
  });

  test("a block made empty → header of 12 bytes, no group, the epoch given", () => {
    engine.bytes.fill(0xaa, AT, AT + 513);
    engine.call("initBlock", AT, 8192n, 5);

    expect(engine.call("blockNumber", AT)).toBe(17);
    expect(engine.call("blockDataLength", AT)).toBe(12);
    expect(engine.call("blockFirstRecordGroup", AT)).toBe(0);
    expect(engine.call("blockEpoch", AT)).toBe(5);
    expect(engine.bytes[AT + 512], "the byte behind the block").toBe(0xaa);
    engine.call("setBlockEpoch", AT, 6);
    expect(engine.call("blockEpoch", AT)).toBe(6);
  });

  test("block numbers → count from 1 to 2^30 and start again", () => {
    const wrap = 512n * 2n ** 30n;
    const cases: [bigint, number][] = [
      [0n, 1],
      [511n, 1],
      [512n, 2],
      [wrap - 1n, 2 ** 30],
      [wrap, 1],
      [3n * wrap + 512n, 2],
    ];

    for (const [lsn, number] of cases)
      expect(engine.call("blockNumberOf", lsn), `lsn ${lsn}`).toBe(number);
  });

  test("each byte of a block flipped → checksum not valid", () => {
    engine.call("initBlock", AT, 8192n, 5);
    engine.call("stampBlock", AT);
    expectEveryFlipDetected("blockChecksumIsValid");
  });

  test("a block of zeros → zero, without a valid checksum; any byte set → not zero", () => {
    engine.bytes.fill(0, AT, AT + 512);
    expect(engine.call("blockIsZero", AT)).toBe(1);
    expect(engine.call("blockChecksumIsValid", AT)).toBe(0);

    for (let offset = 0; offset < 512; offset++) {
      engine.bytes[AT + offset] = 1;
      expect(engine.call("blockIsZero", AT), `byte ${offset}`).toBe(0);
      engine.bytes[AT + offset] = 0;
    }
  });

  test("each data length up to 600 → valid from 12 to 507 and at 512", () => {
    const valid = [...Array(600).keys()].filter((n) => engine.call("dataLengthIsValid", n));

    expect(valid).toEqual([...Array.from({ length: 496 }, (_, i) => 12 + i), 512]);
  });
});

function writeHeader(): void {
  engine.call("writeHeader", AT, 0xcafe1234, 8192n, CAPACITY, 16384);
}

/** Flips one bit in each of the 512 bytes; `isValid` must say no every time, and yes without. */
function expectEveryFlipDetected(isValid: string): void {
  expect(engine.call(isValid, AT)).toBe(1);
  for (let offset = 0; offset < 512; offset++) {
    engine.bytes[AT + offset]! ^= 1 << (offset % 8);
    expect(engine.call(isValid, AT), `byte ${offset}`).toBe(0);
    engine.bytes[AT + offset]! ^= 1 << (offset % 8);
  }
  expect(engine.call(isValid, AT)).toBe(1);
}
