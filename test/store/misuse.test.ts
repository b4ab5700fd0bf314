// Calls that cannot mean anything: each gets a StoreError that names the values, and changes
// nothing.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import type { Store } from "../../host/store.js";
import type { Tablespace, Transaction, TransactionSync } from "../../host/transaction.js";
import { bytesOf, errorFrom, newPages, textAt } from "./helpers.js";
import { MemoryPlace } from "./places.js";

let store: Store;
let users: Tablespace;
let page: number;

beforeEach(async () => {
  store = await new MemoryPlace().open();
  const { space, pages } = await newPages(store, "users", 1);
  users = space;
  page = pages[0]!;
});

afterEach(() => store.close());

const BODY = 4096 - 46;

/** A range of a page body that is none: page, offset, length. */
const RANGES: readonly (readonly [number, number, number])[] = [
  [-1, 0, 1],
  [1.5, 0, 1],
  [NaN, 0, 1],
  [2 ** 32, 0, 1],
  [1, -1, 1],
  [1, 0.5, 1],
  [1, BODY, 1],
  [1, BODY - 1, 2],
  [1, 0, BODY + 1],
  [1, 0, 0],
];

describe.each(RANGES)("misuse: page %d, offset %d, length %d", (number, offset, length) => {
  const values = `users page ${number}: offset ${offset}, length ${length}`;

  test("read in any flavor → BAD_ARGUMENT with the values", async () => {
    const errors = await Promise.all([
      errorFrom(() => store.read(users, number, offset, length)),
      errorFrom(() => store.readSync(users, number, offset, new Uint8Array(length))),
      errorFrom(() => store.transactionSync((tx) => tx.read(users, number, offset, length))),
      errorFrom(() => store.transaction((tx) => tx.read(users, number, offset, length))),
    ]);
    for (const error of errors) {
      expect(error.code, error.stack).toBe("BAD_ARGUMENT");
      expect(error.message).toContain(values);
    }
  });

  test("write → BAD_ARGUMENT with the values, and nothing is written", async () => {
    const end = store.status()["Innodb_redo_log_current_lsn"];
    const error = await errorFrom(() =>
      store.transactionSync((tx) => tx.write(users, number, offset, new Uint8Array(length))),
    );

    expect(error.code, error.stack).toBe("BAD_ARGUMENT");
    expect(error.message).toContain(values);
    expect(store.status()["Innodb_redo_log_current_lsn"]).toBe(end);
  });
});

test("misuse: read with a length that no array has → BAD_ARGUMENT", async () => {
  for (const length of [-1, 1.5, NaN]) {
    const error = await errorFrom(() => store.read(users, page, 0, length));
    expect(error.code, `length ${length}: ${error.message}`).toBe("BAD_ARGUMENT");
  }
});

test.each(["", "x".repeat(65), "ü".repeat(33)])(
  "misuse: a tablespace named %j → BAD_ARGUMENT with the size",
  async (name) => {
    const size = Buffer.byteLength(name);
    const creating = store.createTablespace(name);
    const error = await errorFrom(() => creating);

    expect(error.code).toBe("BAD_ARGUMENT");
    expect(error.message).toContain(`expected 1 to 64 bytes, found ${size}`);
    expect(store.tablespaces().map((space) => space.name)).toEqual(["users"]);
  },
);

test("misuse: pages that belong to nobody or to the store itself → NOT_FOUND", async () => {
  for (const number of [0, page + 1, users.pages, 1_000_000]) {
    const reading = await errorFrom(() => store.read(users, number, 0, 1));
    expect(reading.code, `page ${number}: ${reading.message}`).toBe("NOT_FOUND");
    const writing = await errorFrom(() =>
      store.transaction((tx) => tx.write(users, number, 0, bytesOf("x"))),
    );
    expect(writing.code, `page ${number}: ${writing.message}`).toBe("NOT_FOUND");
    const freeing = await errorFrom(() => store.transaction((tx) => tx.freePage(users, number)));
    expect(freeing.code, `page ${number}: ${freeing.message}`).toBe("NOT_FOUND");
  }
});

test("misuse: free a page of the same transaction → BAD_ARGUMENT, the page is given back", async () => {
  const pages = new Set<number>();
  for (let round = 0; round < 2; round++) {
    const error = await errorFrom(() =>
      store.transactionSync((tx) => {
        const own = tx.allocatePage(users);
        pages.add(own);
        tx.freePage(users, own);
      }),
    );
    expect(error.code, error.message).toBe("BAD_ARGUMENT");
  }
  expect(pages.size).toBe(1);
});

test("misuse: a transaction that was used after its end → CLOSED, nothing is written", async () => {
  let kept: Transaction | null = null;
  let keptSync: TransactionSync | null = null;
  await store.transaction((tx) => void (kept = tx));
  store.transactionSync((tx) => void (keptSync = tx));
  const ended = [kept!, keptSync!] as (Transaction & TransactionSync)[];

  for (const tx of ended) {
    for (const use of [
      () => tx.write(users, page, 0, bytesOf("x")),
      () => tx.freePage(users, page),
      () => tx.read(users, page, 0, 1),
      () => tx.allocatePage(users),
    ]) {
      const error = await errorFrom(use);
      expect(error.code, `${use}`).toBe("CLOSED");
    }
  }
  expect(textAt(store, users, page, 6)).toBe("page 0");
});

test("misuse: every call after close → CLOSED", async () => {
  await store.close();

  for (const use of [
    () => store.createTablespace("a"),
    () => store.dropTablespace("users"),
    () => store.transaction(() => 1),
    () => store.transactionSync(() => 1),
    () => store.read(users, page, 0, 1),
    () => store.readSync(users, page, 0, new Uint8Array(1)),
    () => store.checkpoint(),
  ]) {
    const error = await errorFrom(use);
    expect(error.code, `${use}: ${error.message}`).toBe("CLOSED");
  }
  await store.close();
});

test("misuse: a body that goes on after close → its calls and its commit get CLOSED", async () => {
  const { space, pages } = await newPages(store, "large", 100);
  const ends: string[] = [];
  let goOn = (): void => undefined;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const note = (error: { code: string }): number => ends.push(error.code);
  const body = store.transaction(async (tx) => {
    await gate;
    await tx.read(space, pages[0]!, 0, 1).catch(note);
    await tx.allocatePage(space).catch(note);
    tx.write(space, pages[0]!, 0, bytesOf("x"));
  });
  await store.close();
  goOn();
  await body.catch(note);

  expect(ends).toEqual(["CLOSED", "CLOSED", "CLOSED"]);
});

test("too large: a transaction beyond what redo or memory takes → TOO_LARGE, no trace", async () => {
  const end = store.status()["Innodb_redo_log_current_lsn"];
  const body = new Uint8Array(BODY);
  const bytes = await errorFrom(() =>
    store.transactionSync((tx) => {
      for (let n = 0; n < 9; n++) tx.write(users, page, 0, body);
    }),
  );
  const pages = await errorFrom(() =>
    store.transaction(async (tx) => {
      for (let n = 0; n < 17; n++) await tx.allocatePage(users);
    }),
  );

  expect([bytes.code, pages.code]).toEqual(["TOO_LARGE", "TOO_LARGE"]);
  // The tablespace has grown for the pages that were asked for; nothing else is in the log.
  expect(textAt(store, users, page, 6)).toBe("page 0");
  expect(store.transactionSync((tx) => tx.allocatePage(users))).toBe(page + 1);
  expect(store.status()["Innodb_redo_log_current_lsn"]! - end!).toBeLessThan(1024);
});

test("too large: more pages than half the pool → TOO_LARGE; half of it → committed", async () => {
  const other = await new MemoryPlace().open({}, new Map([[ENGINE_OPTION.framesCount, 32]]));
  const { space, pages } = await newPages(other, "a", 32);
  const touch = (count: number, text: string): void =>
    other.transactionSync((tx) => {
      for (const number of pages.slice(0, count)) tx.write(space, number, 0, bytesOf(text));
    });

  touch(16, "half");
  const error = await errorFrom(() => touch(17, "more"));

  expect(error.code).toBe("TOO_LARGE");
  const found = pages.map((number) => textAt(other, space, number, 4));
  expect(found).toEqual(pages.map((_, n) => (n < 16 ? "half" : "page")));
  await other.close();
});

test("misuse: a transaction begun inside a blocking one → BUSY, the outer one commits", async () => {
  const bytes = bytesOf("outer");
  let inner: Promise<unknown> | null = null;

  store.transactionSync((tx) => {
    tx.write(users, page, 0, bytes);
    inner = errorFrom(() => store.transaction((other) => other.write(users, page, 0, bytes)));
    expect(() => store.transactionSync(() => undefined)).toThrow(/blocking transaction/);
  });

  expect(((await inner!) as { code: string }).code).toBe("BUSY");
  expect(await store.read(users, page, 0, 5)).toEqual(bytes);
});
