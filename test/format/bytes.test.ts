// Byte order: what DataView calls big-endian is what the engine stores.

import { expect, test } from "vitest";
import { SCRATCH, startTestEngine } from "../engine-loader.js";

const engine = await startTestEngine();

test("bytes: every width at every alignment → most significant byte first", () => {
  for (let at = SCRATCH; at < SCRATCH + 8; at++) {
    engine.call("storeU8", at, 0x81);
    expect(engine.view.getUint8(at)).toBe(0x81);
    expect(engine.call("loadU8", at)).toBe(0x81);

    engine.call("storeU16", at, 0x8123);
    expect(engine.view.getUint16(at)).toBe(0x8123);
    expect(engine.call("loadU16", at)).toBe(0x8123);

    engine.call("storeU32", at, 0x81234567);
    expect(engine.view.getUint32(at)).toBe(0x81234567);
    expect(engine.call("loadU32", at)).toBe(0x81234567);

    engine.call("storeU64", at, 0x8123456789abcdefn);
    expect(engine.view.getBigUint64(at)).toBe(0x8123456789abcdefn);
    expect(engine.call64("loadU64", at)).toBe(0x8123456789abcdefn);
  }
});

test("bytes: a value too large for its field → a panic, not a silent cut", () => {
  expect(() => engine.call("storeU8", SCRATCH, 256)).toThrow(/bytes: the value fits one byte/);
  expect(() => engine.call("storeU16", SCRATCH, 65536)).toThrow(/bytes: the value fits two bytes/);
});
