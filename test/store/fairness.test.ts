// Transactions that lose conflicts get their turn, and nobody waits for ever.

import { afterEach, beforeEach, expect, test } from "vitest";
import { SpareSets } from "../../host/spare-sets.js";
import type { Store } from "../../host/store.js";
import type { Tablespace, Transaction } from "../../host/transaction.js";
import { WriteSet, WS_WRITE } from "../../host/write-set.js";
import { errorFrom, newPages, numberBytes, numberOf } from "./helpers.js";
import { MemoryPlace } from "./places.js";

let store: Store;
let space: Tablespace;
let pages: number[];

beforeEach(async () => {
  store = await new MemoryPlace().open();
  ({ space, pages } = await newPages(store, "counters", 3));
  for (const page of pages) {
    await store.transaction((tx) => tx.write(space, page, 0, numberBytes(0)));
  }
});

afterEach(() => store.close());

async function increment(tx: Transaction, page: number): Promise<void> {
  const value = numberOf(await tx.read(space, page, 0, 8));
  tx.write(space, page, 0, numberBytes(value + 1));
}

async function valueOf(page: number): Promise<number> {
  return numberOf(await store.read(space, page, 0, 8));
}

function times<T>(count: number, step: (n: number) => Promise<T>): Promise<T>[] {
  return Array.from({ length: count }, (_, n) => step(n));
}

test("fairness: 10,000 increments of one page at once → the sum, 3 bodies each at most", async () => {
  const bodies = new Uint8Array(10_000);
  await Promise.all(
    times(10_000, (n) =>
      store.transaction((tx) => {
        bodies[n]!++;
        return increment(tx, pages[0]!);
      }),
    ),
  );
  expect(await valueOf(pages[0]!)).toBe(10_000);
  expect(Math.max(...bodies)).toBeLessThanOrEqual(3);
});

test("fairness: bodies that wait for passes of the event loop → the sum", async () => {
  await Promise.all(
    times(300, () =>
      store.transaction(async (tx) => {
        const value = numberOf(await tx.read(space, pages[0]!, 0, 8));
        await new Promise((resolve) => setImmediate(resolve));
        tx.write(space, pages[0]!, 0, numberBytes(value + 1));
      }),
    ),
  );
  expect(await valueOf(pages[0]!)).toBe(300);
});

test("fairness: bodies that start transactions inside themselves → no deadlock", async () => {
  const inner = (): Promise<void> => store.transaction((tx) => increment(tx, pages[1]!));
  let runs = 0;
  await Promise.all(
    times(300, () =>
      store.transaction(async (tx) => {
        runs++;
        await increment(tx, pages[0]!);
        await inner();
      }),
    ),
  );
  expect([await valueOf(pages[0]!), await valueOf(pages[1]!)]).toEqual([300, runs]);
});

test("fairness: a turn that waits for a transaction begun elsewhere → its lease ends", async () => {
  let ask = (): void => undefined;
  const asked = new Promise<void>((resolve) => (ask = resolve));
  // Begun outside of every body: nothing shows that the body waits for it.
  const elsewhere = asked.then(() => store.transaction((tx) => increment(tx, pages[2]!)));
  let runs = 0;
  const slow = store.transaction(async (tx) => {
    await increment(tx, pages[0]!);
    if (++runs <= 2) {
      store.transactionSync((other) => other.write(space, pages[0]!, 0, numberBytes(runs)));
      return;
    }
    ask();
    await elsewhere;
  });
  await Promise.all([slow, elsewhere]);
  expect([await valueOf(pages[0]!), await valueOf(pages[2]!), runs]).toEqual([3, 1, 3]);
});

test("fairness: bodies that throw in their turn → the others go on", async () => {
  const runs = new Uint8Array(200);
  const ends = await Promise.allSettled(
    times(200, (n) =>
      store.transaction(async (tx) => {
        await increment(tx, pages[0]!);
        if (++runs[n]! === 3 && n % 2 === 0) throw new Error("in its turn");
      }),
    ),
  );
  const done = ends.filter((end) => end.status === "fulfilled").length;
  expect(done).toBeGreaterThanOrEqual(100);
  expect(done).toBeLessThan(200);
  expect(await valueOf(pages[0]!)).toBe(done);
});

test("fairness: the store closes meanwhile → everybody gets an answer, none a wrong one", async () => {
  const place = new MemoryPlace();
  const own = await place.open();
  const made = await newPages(own, "a", 1);
  await own.transaction((tx) => tx.write(made.space, made.pages[0]!, 0, numberBytes(0)));
  let runs = 0;
  const closing: Promise<void>[] = [];
  const all = times(200, () =>
    own.transaction(async (tx) => {
      if (++runs === 450) closing.push(own.close());
      const value = numberOf(await tx.read(made.space, made.pages[0]!, 0, 8));
      tx.write(made.space, made.pages[0]!, 0, numberBytes(value + 1));
    }),
  );
  const ends = await Promise.allSettled(all);
  await Promise.all(closing);
  expect(closing.length).toBe(1);
  const codes = ends.map((end) => (end.status === "rejected" ? (end.reason as Error) : null));
  for (const error of codes) if (error !== null) expect(error).toMatchObject({ code: "CLOSED" });
  expect((await errorFrom(() => own.transaction(() => 1))).code).toBe("CLOSED");
  const again = await place.open();
  const value = await again.read(again.tablespace("a")!, made.pages[0]!, 0, 8);
  expect(numberOf(value)).toBeGreaterThanOrEqual(codes.filter((error) => error === null).length);
  await again.close();
});

test("spare sets: large ones are given back, small ones are kept, the bytes are bounded", () => {
  const spare = new SpareSets();
  const grown = (bytes: number): WriteSet => {
    const set = new WriteSet();
    const payload = new Uint8Array(4000);
    while (set.length < bytes) set.append(WS_WRITE, 1, 1, 0, payload);
    return set;
  };
  const sets = Array.from({ length: 60 }, () => grown(1_200_000));
  for (const set of sets) spare.give(set);
  expect(spare.bytes).toBe(0);
  for (let n = 0; n < 100; n++) spare.give(grown(500_000));
  expect(spare.bytes).toBeGreaterThan(0);
  expect(spare.bytes).toBeLessThanOrEqual(16 << 20);
  while (spare.bytes > 0) expect(spare.take().length).toBe(0);
  const small = new WriteSet();
  spare.give(small);
  expect(spare.take()).toBe(small);
});
