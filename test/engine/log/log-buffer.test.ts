// LSN arithmetic and the log buffer, against an encoder of the tests' own.

import { describe, expect, test } from "vitest";
import { randomBytes, seededRandom } from "../../format/helpers.js";
import { createStore, Machine, Disk } from "../harness.js";
import { BLOCK, BLOCK_DATA, encodeGroups, FIRST_LSN, lsnAfterSlowly } from "../redo.js";

/** An engine with its memory laid out and nothing else started. */
function bareMachine(): Machine {
  return new Machine({}, new Disk());
}

/** Appends a group at `scratch` and returns where it starts. */
function append(machine: Machine, group: Uint8Array): number {
  const scratch = machine.x.exchangeAddress();
  machine.bytes.set(group, scratch);
  return Number(machine.call("logAppendGroup", scratch, group.length));
}

describe("log: LSN arithmetic", () => {
  test("every start in two blocks, payloads to three blocks → as counted byte by byte", () => {
    const machine = bareMachine();
    for (let start = 8192; start < 8192 + 2 * BLOCK; start += 3) {
      const inBlock = start % BLOCK;
      if (inBlock < 12 || inBlock >= 508) continue;
      for (let payload = 0; payload < 3 * BLOCK; payload += 31) {
        const fast = Number(machine.call("lsnAfter", BigInt(start), BigInt(payload)));
        expect(fast, `${start} + ${payload}`).toBe(lsnAfterSlowly(start, payload));
      }
    }
  });

  test("every payload up to 5 blocks → the bytes it can take are never underestimated", () => {
    const machine = bareMachine();
    for (let payload = 1; payload < 5 * BLOCK; payload += 7) {
      const bound = Number(machine.call("logBytesFor", payload));
      for (const start of [12, 13, 300, 507]) {
        const taken = lsnAfterSlowly(8192 + start, payload) - (8192 + start);
        expect(bound, `${payload} bytes from ${start}`).toBeGreaterThanOrEqual(taken);
      }
    }
  });

  test("file offsets → the first byte behind the header, and again after every lap", () => {
    const machine = bareMachine();
    const lap = Number(machine.call("logDataSize"));
    expect(lap).toBe(65536 - 2048);
    for (const turn of [0, 1, 7, 1000]) {
      for (const at of [0, 12, 511, 512, lap - 1]) {
        const offset = Number(machine.call("logFileOffset", BigInt(8192 + turn * lap + at)));
        expect(offset).toBe(2048 + at);
      }
    }
  });
});

describe("log: the log buffer", () => {
  test.each([
    ["one byte", [1]],
    ["a block less one byte", [BLOCK_DATA - 1]],
    ["exactly a block", [BLOCK_DATA]],
    ["a block and one byte", [BLOCK_DATA + 1]],
    ["three blocks, then one byte", [3 * BLOCK_DATA, 1]],
    ["many small ones", [100, 200, 195, 1, 496, 7, 1000, 488, 1]],
  ])("groups of %s → byte for byte what the tests' own encoder makes", (_, lengths) => {
    const machine = createStore();
    const random = seededRandom(lengths.length);
    const groups = lengths.map((length) => randomBytes(random, length));

    for (const group of groups) append(machine, group);
    machine.flush();

    const expected = encodeGroups(FIRST_LSN, groups, 1);
    const found = machine.disk.file("log").subarray(2048, 2048 + expected.length);
    expect(Buffer.compare(found, expected)).toBe(0);
    expect(machine.x.lsn()).toBe(lsnAfterSlowly(FIRST_LSN, sum(lengths)));
  });

  test("seeded groups around the ring and the file → every byte as encoded", () => {
    const machine = createStore({ redoCapacity: 2048 + 100 * BLOCK, logBufferSize: 32768 });
    const random = seededRandom(5);
    const groups: Uint8Array[] = [];
    while (machine.x.lsn() < FIRST_LSN + 250 * BLOCK) {
      const group = randomBytes(random, 1 + Math.floor(random() * 1500));
      groups.push(group);
      expect(append(machine, group)).toBe(lsnAfterSlowly(FIRST_LSN, sum(lengthsOf(groups, -1))));
      if (random() < 0.5) machine.flush();
    }
    machine.flush();

    const all = encodeGroups(FIRST_LSN, groups, 1);
    for (let at = all.length - 99 * BLOCK; at < all.length; at += BLOCK) {
      const offset = 2048 + (at % (100 * BLOCK));
      const found = machine.disk.file("log").subarray(offset, offset + BLOCK);
      expect(Buffer.compare(found, all.subarray(at, at + BLOCK)), `block ${at / BLOCK}`).toBe(0);
    }
  });
});

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}

function lengthsOf(groups: readonly Uint8Array[], last: number): number[] {
  return groups.slice(0, last).map((group) => group.length);
}
