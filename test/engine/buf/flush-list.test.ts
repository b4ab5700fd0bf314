// The flush list: order by first change, links in both directions.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import { Disk, Machine } from "../harness.js";

describe("buf: flush list", () => {
  test("5000 seeded additions and removals → as an array, oldest at the tail", () => {
    const machine = new Machine({ framesCount: 128 }, new Disk());
    const random = seededRandom(9);
    const expected: number[] = [];
    let lsn = 8204n;
    for (let step = 0; step < 5000; step++) {
      const block = Number(machine.call("blockAt", Math.floor(random() * 128)));
      if (expected.includes(block)) {
        machine.call("flushListRemove", block);
        expected.splice(expected.indexOf(block), 1);
      } else {
        lsn += BigInt(Math.floor(random() * 3));
        machine.call("flushListAdd", block, lsn);
        expected.push(block);
      }
      expect(machine.call("flushListTail")).toBe(expected[0] ?? 0);
      if (step % 25 !== 0) continue;
      machine.x.checkInvariants();
      expect(chain(machine), `step ${step}`).toEqual(expected);
    }
    expect(machine.x.poolPagesDirty()).toBe(expected.length);
  });

  test("an addition with an older LSN than the head's → a panic that says so", () => {
    const machine = new Machine({}, new Disk());
    machine.call("flushListAdd", machine.call("blockAt", 0), 9000n);
    expect(() => machine.call("flushListAdd", machine.call("blockAt", 1), 8999n)).toThrow(
      "oldest modifications are ordered",
    );
  });
});

/** From the tail to the head. */
function chain(machine: Machine): number[] {
  const found: number[] = [];
  let at = Number(machine.call("flushListTail"));
  while (at !== 0) {
    found.push(at);
    at = Number(machine.call("flushListNewer", at));
  }
  return found;
}
