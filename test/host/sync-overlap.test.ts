// Two syncs of one file at the same time: the error that the system reports to one of them is that
// of both.

import { describe, expect, test } from "vitest";
import type { OpenFile } from "../../host/files.js";
import { SyncOverlap } from "../../host/sync-overlap.js";

const FILE = { path: "ib_logfile0" } as OpenFile;
const OTHER = { path: "ibdata1" } as OpenFile;

/** "flight=result" for every outcome that is certain. */
function ended(overlap: SyncOverlap, flight: number, result: number, file = FILE): string {
  const outcomes = overlap.ended(file, { flight, result, nanoseconds: 1 });
  return outcomes.map((each) => `${each.flight}=${each.result}`).join(" ");
}

describe("driver: overlapping syncs of a file", () => {
  test("one alone → its own result, at once", () => {
    const overlap = new SyncOverlap();

    for (const result of [0, -5, -28]) {
      overlap.began(FILE, 1);
      expect(ended(overlap, 1, result)).toBe(`1=${result}`);
    }
  });

  test("the first ends well → it is held until the second has ended well", () => {
    const overlap = new SyncOverlap();
    overlap.began(FILE, 1);
    overlap.began(FILE, 2);

    expect(ended(overlap, 1, 0)).toBe("");
    expect(ended(overlap, 2, 0)).toBe("2=0 1=0");
  });

  test("the second fails → the first, which was told 0, has failed as well", () => {
    const overlap = new SyncOverlap();
    overlap.began(FILE, 1);
    overlap.began(FILE, 2);

    expect(ended(overlap, 1, 0)).toBe("");
    expect(ended(overlap, 2, -5)).toBe("2=-5 1=-5");
  });

  test("the first fails → a success of the second is none", () => {
    const overlap = new SyncOverlap();
    overlap.began(FILE, 1);
    overlap.began(FILE, 2);

    expect(ended(overlap, 1, -28)).toBe("1=-28");
    expect(ended(overlap, 2, 0)).toBe("2=-5");
  });

  test("a sync that begins after one has ended does not hold it back", () => {
    const overlap = new SyncOverlap();
    overlap.began(FILE, 1);
    overlap.began(FILE, 2);
    expect(ended(overlap, 1, 0)).toBe("");
    overlap.began(FILE, 3);

    expect(ended(overlap, 2, 0)).toBe("1=0");
    expect(ended(overlap, 3, 0)).toBe("3=0 2=0");
  });

  test("another file's error is its own", () => {
    const overlap = new SyncOverlap();
    overlap.began(FILE, 1);
    overlap.began(OTHER, 2);

    expect(ended(overlap, 2, -5, OTHER)).toBe("2=-5");
    expect(ended(overlap, 1, 0)).toBe("1=0");
  });

  test("every order of three syncs, each failing or not → nobody succeeds beside a failure", () => {
    const orders = [
      [1, 2, 3],
      [1, 3, 2],
      [2, 1, 3],
      [2, 3, 1],
      [3, 1, 2],
      [3, 2, 1],
    ];
    for (const order of orders) {
      for (let failing = 0; failing < 8; failing++) {
        const overlap = new SyncOverlap();
        for (const flight of [1, 2, 3]) overlap.began(FILE, flight);
        const found = order
          .map((flight) => ended(overlap, flight, (failing >> (flight - 1)) & 1 ? -5 : 0))
          .filter((text) => text !== "")
          .join(" ");
        const results = found.split(" ").map((text) => Number(text.split("=")[1]));
        expect(results.length, `${order.join()} failing ${failing}: ${found}`).toBe(3);
        expect(new Set(results), `${order.join()} failing ${failing}: ${found}`).toEqual(
          new Set([failing === 0 ? 0 : -5]),
        );
      }
    }
  });
});
