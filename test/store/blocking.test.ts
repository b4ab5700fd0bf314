// Blocking transactions beside asynchronous work that only the event loop can end.

import { afterEach, expect, test } from "vitest";
import type { Store } from "../../host/store.js";
import { errorFrom, newPages, numberBytes, numberOf, textAt } from "./helpers.js";
import { HeldBackend } from "./held-backend.js";
import { MemoryPlace } from "./places.js";

let store: Store | null = null;
let backend: HeldBackend;

async function open(promise: 0 | 1 | 2): Promise<Store> {
  backend = new HeldBackend();
  store = await new MemoryPlace().open({
    backend,
    innodb_flush_log_at_trx_commit: promise,
  });
  return store;
}

afterEach(async () => {
  backend.release();
  await store?.close();
  store = null;
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function untilHeld(): Promise<void> {
  while (backend.held.length === 0) await turn();
}

test.each([1, 2] as const)(
  "blocking: redo of promise %d is on its way → BUSY before the commit, applied once in the end",
  async (promise) => {
    const own = await open(promise);
    const { space, pages } = await newPages(own, "a", 2);
    own.transactionSync((tx) => tx.write(space, pages[0]!, 0, numberBytes(0)));
    const allocated: number[] = [];
    const increment = (): void =>
      own.transactionSync((tx) => {
        const value = numberOf(tx.read(space, pages[0]!, 0, 8));
        tx.write(space, pages[0]!, 0, numberBytes(value + 1));
        allocated.push(tx.allocatePage(space));
      });
    backend.isHolding = true;
    const beside = own.transaction((tx) => tx.write(space, pages[1]!, 0, numberBytes(7)));
    await untilHeld();
    const end = own.status()["Innodb_redo_log_current_lsn"];

    for (let n = 0; n < 3; n++) expect((await errorFrom(increment)).code).toBe("BUSY");
    expect(own.status()["Innodb_redo_log_current_lsn"]).toBe(end);
    backend.release();
    await beside;
    increment();

    const target = new Uint8Array(8);
    own.readSync(space, pages[0]!, 0, target);
    expect(numberOf(target)).toBe(1);
    expect(new Set(allocated).size, "a refused allocation is given back").toBe(1);
  },
);

test.each([0, 1])(
  "blocking: the last clean frame (%d) is wanted twice, writes are held → BUSY, not a hang",
  async (extra) => {
    const own = await open(0);
    const { space, pages } = await newPages(own, "a", 150);
    await own.checkpoint();
    backend.isHolding = true;
    for (const page of pages.slice(110, 140)) {
      own.transactionSync((tx) => tx.write(space, page, 4, numberBytes(1)));
    }
    const cleaning = own.checkpoint();
    await untilHeld();
    if (extra === 1) own.transactionSync((tx) => tx.write(space, pages[149]!, 4, numberBytes(1)));

    const round = (page: number): void =>
      own.transactionSync((tx) => {
        tx.write(space, tx.allocatePage(space), 0, numberBytes(1));
        tx.write(space, page, 5, numberBytes(1));
      });
    let answer = "ok";
    let before = 0;
    for (const page of pages.slice(0, 64)) {
      before = backend.inline;
      try {
        round(page);
      } catch (error) {
        answer = (error as { code: string }).code;
        break;
      }
    }
    expect(answer).toBe("BUSY");
    expect(backend.inline - before, "rounds have a bound").toBeLessThan(500);

    backend.release();
    await cleaning;
    round(pages[70]!);
    expect(textAt(own, space, pages[71]!, 7)).toBe("page 71");
  },
);

test("blocking: the body closes the store → CLOSED, nothing is committed", async () => {
  const own = await open(1);
  const { space, pages } = await newPages(own, "a", 1);
  const end = own.status()["Innodb_redo_log_current_lsn"];
  const closing: Promise<void>[] = [];
  const error = await errorFrom(() =>
    own.transactionSync((tx) => {
      tx.write(space, pages[0]!, 0, numberBytes(1));
      closing.push(own.close());
    }),
  );
  expect(error.code).toBe("CLOSED");
  expect(own.status()["Innodb_redo_log_current_lsn"]).toBe(end);
  await Promise.all(closing);
});
