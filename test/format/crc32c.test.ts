// CRC-32C against published vectors and against the plainest implementation there is.

import { expect, test } from "vitest";
import { SCRATCH, startTestEngine } from "../engine-loader.js";
import { crc32cBitwise, randomBytes, seededRandom } from "./helpers.js";

const engine = await startTestEngine();

function engineCrc(data: Uint8Array, at = SCRATCH): number {
  engine.bytes.set(data, at);
  return engine.call("crc32c", at, data.length);
}

test.each([
  ["the nine digits", new TextEncoder().encode("123456789"), 0xe3069283],
  ["32 bytes of zero", new Uint8Array(32), 0x8a9136aa],
  ["32 bytes of 0xFF", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["0 to 31", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["31 to 0", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ["nothing", new Uint8Array(0), 0],
])("crc32c: %s → the published value", (_name, data, expected) => {
  expect(engineCrc(data)).toBe(expected);
});

test("crc32c: the first call of a fresh instance → already right", async () => {
  const fresh = await startTestEngine();
  fresh.bytes.set(new TextEncoder().encode("123456789"), SCRATCH);

  expect(fresh.call("crc32c", SCRATCH, 9)).toBe(0xe3069283);
});

test("crc32c: every length from 0 to 1100 → equal to the bitwise reference", () => {
  const data = randomBytes(seededRandom(1), 1100);

  for (let length = 0; length <= data.length; length++) {
    const part = data.subarray(0, length);
    expect(engineCrc(part), `length ${length}`).toBe(crc32cBitwise(part));
  }
});

test("crc32c: lengths around every switch of streams → equal to the reference", () => {
  const data = randomBytes(seededRandom(2), 20_000);
  const switches = [448, 896, 4032, 4032 + 448, 8064, 8064 + 448, 16128, 16128 + 448];

  for (const length of switches.flatMap((n) => [n - 9, n - 8, n - 1, n, n + 1, n + 8, n + 9])) {
    const part = data.subarray(0, length);
    expect(engineCrc(part), `length ${length}`).toBe(crc32cBitwise(part));
  }
});

test("crc32c: random lengths at random alignments → equal to the reference", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const data = randomBytes(random, Math.floor(random() * 9000));
    const at = SCRATCH + Math.floor(random() * 64);
    const context = `seed ${seed}, length ${data.length}, address ${at}`;
    expect(engineCrc(data, at), context).toBe(crc32cBitwise(data));
  }
});

test("crc32c: input cut in two anywhere → continuing gives the value of the whole", () => {
  const data = randomBytes(seededRandom(3), 5000);
  const whole = engineCrc(data);

  for (let cut = 0; cut <= data.length; cut += 7) {
    const first = engine.call("crc32c", SCRATCH, cut);
    const both = engine.call("crc32cUpdate", first, SCRATCH + cut, data.length - cut);
    expect(both, `cut at ${cut}`).toBe(whole);
  }
});
