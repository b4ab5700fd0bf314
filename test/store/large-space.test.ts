// A tablespace with more pages than one descriptor page describes, and pages that come and go on
// both sides of that border.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store } from "../../host/store.js";
import type { Tablespace } from "../../host/transaction.js";
import { numberBytes, numberOf } from "./helpers.js";
import { MemoryPlace } from "./places.js";

/** A descriptor page of 4 KiB describes this many pages, itself included. */
const DESCRIBED = 4096;
const COUNT = 5000;

let place: MemoryPlace;
let store: Store;
let space: Tablespace;
const pages: number[] = [];

beforeAll(async () => {
  place = new MemoryPlace();
  store = await place.open({ innodb_flush_log_at_trx_commit: 2 });
  space = await store.createTablespace("large");
  while (pages.length < COUNT) allocate(10);
});

afterAll(() => store.close());

/** Allocates `count` pages in one transaction and writes its number into each. */
function allocate(count: number): void {
  store.transactionSync((tx) => {
    for (let n = 0; n < count; n++) {
      const page = tx.allocatePage(space);
      tx.write(space, page, 0, numberBytes(page));
      pages.push(page);
    }
  });
}

function numberAt(from: Store, page: number): number {
  const bytes = new Uint8Array(8);
  from.readSync(from.tablespace("large")!, page, 0, bytes);
  return numberOf(bytes);
}

test("large: 5000 pages → every one once, in order, the descriptor pages left out", () => {
  const all = Array.from({ length: COUNT + 2 }, (_, page) => page);
  const expected = all.filter((page) => page % DESCRIBED !== 0);

  expect(pages.slice(0, COUNT)).toEqual(expected.slice(0, COUNT));
});

test("large: each page read back → its own number", () => {
  expect(pages.filter((page) => numberAt(store, page) !== page)).toEqual([]);
});

test("large: opened as a crash left it → every page is there, none is handed out twice", async () => {
  const copy = await place.copy().open();
  const large = copy.tablespace("large")!;

  expect(pages.filter((page) => numberAt(copy, page) !== page)).toEqual([]);
  expect(copy.transactionSync((tx) => tx.allocatePage(large))).toBe(COUNT + 2);
  await copy.close();
});

test("large: pages freed on both sides of the border → reused, lowest first", () => {
  const some = [DESCRIBED + 1, DESCRIBED - 1, 17];
  store.transactionSync((tx) => {
    for (const page of some) tx.freePage(space, page);
  });

  const again = store.transactionSync((tx) => some.map(() => tx.allocatePage(space)));

  expect(again).toEqual([17, DESCRIBED - 1, DESCRIBED + 1]);
});
