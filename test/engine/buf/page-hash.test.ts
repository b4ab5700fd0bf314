// Page hash and free list on their own.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import { Disk, Machine } from "../harness.js";

const FRAMES = 256;
/** Offsets in a control block, see engine/buf/control-block.ts. */
const SPACE_AT = 32;
const PAGE_AT = 36;

function bare(): Machine {
  return new Machine({ framesCount: FRAMES }, new Disk());
}

describe("buf: page hash", () => {
  test.each([1, 2, 3])("seed %i: 20000 inserts, finds and removals → as a Map", (seed) => {
    const machine = bare();
    const random = seededRandom(seed);
    const expected = new Map<string, number>();
    const free = Array.from({ length: FRAMES }, (_, i) => Number(machine.call("blockAt", i)));
    for (let step = 0; step < 20_000; step++) {
      // Few distinct ids, close together and far apart, so that chains form.
      const space = Math.floor(random() * 3) * 0x40000000;
      const page = Math.floor(random() * 200) * (random() < 0.5 ? 1 : 4096);
      const key = `${space}:${page}`;
      const block = expected.get(key);
      expect(machine.call("hashFind", space, page), `seed ${seed}, step ${step}, ${key}`).toBe(
        block ?? 0,
      );
      if (block !== undefined) {
        machine.call("hashRemove", block);
        expected.delete(key);
        free.push(block);
      } else if (free.length > 0) {
        const taken = free.pop()!;
        machine.view.setUint32(taken + SPACE_AT, space, true);
        machine.view.setUint32(taken + PAGE_AT, page, true);
        machine.call("hashInsert", taken);
        expected.set(key, taken);
      }
    }
    expect(expected.size).toBeGreaterThan(100);
  });

  test("a page inserted twice → a panic that says so", () => {
    const machine = bare();
    machine.call("hashInsert", machine.call("blockAt", 0));
    expect(() => machine.call("hashInsert", machine.call("blockAt", 1))).toThrow(
      "a page has one frame",
    );
  });
});

describe("buf: free list", () => {
  test("every frame is handed out once, then none; what is given back comes again", () => {
    const machine = bare();
    machine.call("freeListInit");
    const taken = Array.from({ length: FRAMES }, () => Number(machine.call("freeListPop")));
    expect(new Set(taken).size).toBe(FRAMES);
    expect(machine.call("freeListPop")).toBe(0);
    expect(machine.x.poolPagesFree()).toBe(0);
    machine.call("freeListPush", taken[7]!);
    expect(machine.call("freeListPop")).toBe(taken[7]);
  });
});
