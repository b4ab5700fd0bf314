// What every store does on every backend: open, commit, roll back, allocate, free, create, drop,
// close, and find all of it again.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import type { Store } from "../../host/store.js";
import {
  bytesOf,
  errorFrom,
  newPages,
  numberBytes,
  numberOf,
  randomFrom,
  textAt,
  textOf,
} from "./helpers.js";
import { BACKENDS, newPlace, type Place } from "./places.js";

describe.each(BACKENDS)("store on %s", (backend) => {
  let place: Place;
  let store: Store;

  beforeEach(async () => {
    place = newPlace(backend);
    store = await place.open();
  });

  afterEach(async () => {
    await store.close();
    place.clean();
  });

  async function reopen(): Promise<void> {
    await store.close();
    store = await place.open();
  }

  test("open: an empty directory → a store that says what it runs on", () => {
    expect(store.pageSize).toBe(4096);
    expect(store.pageBodySize).toBe(4096 - 38 - 8);
    expect(store.effective.backend).toBe(place.backend);
    expect(store.tablespaces()).toEqual([]);
  });

  test("reopen: after a clean close → the same pages, nothing to recover", async () => {
    const { pages } = await newPages(store, "users", 3);

    await reopen();

    const users = store.tablespace("users")!;
    expect(pages.map((page) => textAt(store, users, page, 6))).toEqual([
      "page 0",
      "page 1",
      "page 2",
    ]);
    expect(store.status()["recv_records_applied"]).toBe(0);
  });

  test("reopen: after innodb_fast_shutdown=2 → the same pages, by recovery", async () => {
    await store.close();
    store = await place.open({ innodb_fast_shutdown: 2 });
    const { pages } = await newPages(store, "users", 3);

    await reopen();

    const users = store.tablespace("users")!;
    expect(textAt(store, users, pages[2]!, 6)).toBe("page 2");
    expect(store.status()["recv_records_applied"]).toBeGreaterThan(0);
  });

  test("transaction: an asynchronous one commits → read by both flavors and by the store", async () => {
    const { space, pages } = await newPages(store, "users", 1);
    const page = pages[0]!;

    const result = await store.transaction(async (tx) => {
      await Promise.resolve();
      tx.write(space, page, 10, bytesOf("red"));
      return "done";
    });

    expect(result).toBe("done");
    expect(textOf(await store.read(space, page, 10, 3))).toBe("red");
    expect(textOf(store.transactionSync((tx) => tx.read(space, page, 10, 3)))).toBe("red");
    expect(textOf(await store.transaction((tx) => tx.read(space, page, 10, 3)))).toBe("red");
  });

  test("transaction: reads its own writes; nobody else does before the commit", async () => {
    const { space, pages } = await newPages(store, "users", 1);
    const page = pages[0]!;

    await store.transaction(async (tx) => {
      tx.write(space, page, 0, bytesOf("PAGE"));
      tx.write(space, page, 2, bytesOf("__"));
      expect(textOf(await tx.read(space, page, 0, 6))).toBe("PA__ 0");
      expect(textOf(await tx.read(space, page, 3, 2))).toBe("_ ");
      expect(textAt(store, space, page, 6)).toBe("page 0");
    });

    expect(textAt(store, space, page, 6)).toBe("PA__ 0");
  });

  test("transaction: a page it allocated → reads zeros and its own writes", async () => {
    const space = await store.createTablespace("users");
    store.transactionSync((tx) => {
      const page = tx.allocatePage(space);
      expect([...tx.read(space, page, 0, 4)]).toEqual([0, 0, 0, 0]);
      tx.write(space, page, 1, bytesOf("ab"));
      expect([...tx.read(space, page, 0, 4)]).toEqual([0, 97, 98, 0]);
    });
  });

  test("rollback: a throw in either flavor → the error comes out, no trace stays", async () => {
    const { space, pages } = await newPages(store, "users", 2);
    const failing = new Error("changed my mind");
    const before = store.status()["Innodb_redo_log_current_lsn"];

    const sync = await errorFrom(() =>
      store.transactionSync((tx) => {
        tx.write(space, pages[0]!, 0, bytesOf("XXXX"));
        tx.freePage(space, pages[1]!);
        throw failing;
      }),
    );
    const asynchronous = await errorFrom(() =>
      store.transaction(async (tx) => {
        tx.write(space, pages[0]!, 0, bytesOf("YYYY"));
        await tx.allocatePage(space);
        throw failing;
      }),
    );

    expect([sync, asynchronous]).toEqual([failing, failing]);
    expect(textAt(store, space, pages[0]!, 6)).toBe("page 0");
    expect(textAt(store, space, pages[1]!, 6)).toBe("page 1");
    expect(store.status()["Innodb_redo_log_current_lsn"]).toBe(before);
    await reopen();
    expect(textAt(store, store.tablespace("users")!, pages[0]!, 6)).toBe("page 0");
  });

  test("rollback: of an allocation → the same page is handed out again", async () => {
    const space = await store.createTablespace("users");
    const tried: number[] = [];
    const attempt = async (): Promise<void> => {
      await store.transaction(async (tx) => {
        tried.push(await tx.allocatePage(space), await tx.allocatePage(space));
        throw new Error("no");
      });
    };
    await errorFrom(attempt);
    await errorFrom(attempt);

    expect(tried.slice(2)).toEqual(tried.slice(0, 2));
    const error = await errorFrom(() => store.read(space, tried[0]!, 0, 1));
    expect(error.code, error.message).toBe("NOT_FOUND");
  });

  test("rollback: while an allocation is still asked for → the page is handed out again", async () => {
    const space = await store.createTablespace("users");
    const first = store.transactionSync((tx) => tx.allocatePage(space));
    let late: Promise<number> | null = null;

    await errorFrom(() =>
      store.transaction((tx) => {
        late = tx.allocatePage(space);
        throw new Error("not waiting for it");
      }),
    );
    await Promise.resolve(late).catch(() => undefined);

    expect(store.transactionSync((tx) => tx.allocatePage(space))).toBe(first + 1);
  });

  test("allocation: concurrent transactions → every page is handed out once", async () => {
    const space = await store.createTablespace("users");
    const taken = await Promise.all(
      Array.from({ length: 40 }, () => store.transaction((tx) => tx.allocatePage(space))),
    );

    expect(new Set(taken).size).toBe(40);
    expect(Math.max(...taken)).toBeLessThan(space.pages);
  });

  test("free: a page → not readable, reused, and starts as zeros again", async () => {
    const { space, pages } = await newPages(store, "users", 5);
    store.transactionSync((tx) => tx.freePage(space, pages[2]!));

    const error = await errorFrom(() => textAt(store, space, pages[2]!, 6));
    expect(error.code, error.message).toBe("NOT_FOUND");
    expect(error.message).toContain(`users page ${pages[2]!}`);

    const again = store.transactionSync((tx) => tx.allocatePage(space));
    expect(again).toBe(pages[2]);
    expect(textAt(store, space, again, 6)).toBe("\0".repeat(6));
  });

  test("free: pages freed and reused many times → the tablespace does not grow", async () => {
    const { space, pages } = await newPages(store, "users", 10);
    const size = space.pages;
    for (let round = 0; round < 50; round++) {
      store.transactionSync((tx) => {
        for (const page of pages) tx.freePage(space, page);
      });
      store.transactionSync((tx) => {
        for (let n = 0; n < pages.length; n++) pages[n] = tx.allocatePage(space);
      });
    }

    expect(space.pages).toBe(size);
  });

  test("tablespaces: several at once → their pages do not mix, and all are found again", async () => {
    const names = ["a", "tables/b", "ü".repeat(32)];
    for (const name of names) {
      const { space, pages } = await newPages(store, name, 2);
      store.transactionSync((tx) => tx.write(space, pages[1]!, 0, bytesOf(name)));
    }

    await reopen();

    expect(store.tablespaces().map((space) => space.name)).toEqual(names);
    for (const name of names) {
      const found = textAt(store, store.tablespace(name)!, 2, bytesOf(name).length);
      expect(found).toBe(name);
    }
  });

  test("tablespaces: an existing name → EXISTS; a missing one → NOT_FOUND, undefined", async () => {
    await store.createTablespace("a");

    expect((await errorFrom(() => store.createTablespace("a"))).code).toBe("EXISTS");
    expect((await errorFrom(() => store.dropTablespace("b"))).code).toBe("NOT_FOUND");
    expect(store.tablespace("b")).toBeUndefined();
  });

  test("drop: a tablespace → its file and its pages are gone, its name is free", async () => {
    const { space, pages } = await newPages(store, "a", 3);
    const file = `space-${space.id}.ibd`;
    expect([...place.files().keys()]).toContain(file);

    await store.dropTablespace("a");

    expect([...place.files().keys()]).not.toContain(file);
    const error = await errorFrom(() => store.read(space, pages[0]!, 0, 1));
    expect(error.code, error.message).toBe("NOT_FOUND");
    const writing = await errorFrom(() =>
      store.transaction((tx) => tx.write(space, pages[0]!, 0, bytesOf("x"))),
    );
    expect(writing.code, writing.message).toBe("NOT_FOUND");
    const again = await store.createTablespace("a");
    expect(again.id).not.toBe(space.id);
    await reopen();
    expect(store.tablespaces().map(({ name, id }) => ({ name, id }))).toEqual([
      { name: "a", id: again.id },
    ]);
  });

  test("drop: while transactions write to it → each commits or gets NOT_FOUND", async () => {
    const { space, pages } = await newPages(store, "a", 4);
    const writing = Array.from({ length: 20 }, (_, n) =>
      store
        .transaction(async (tx) => {
          await tx.read(space, pages[n % 4]!, 0, 1);
          tx.write(space, pages[n % 4]!, 0, bytesOf(`${n}`));
        })
        .then(
          () => "ok",
          (error: { code: string }) => error.code,
        ),
    );
    await store.dropTablespace("a");

    const ends = new Set(await Promise.all(writing));
    expect([...ends].filter((end) => end !== "ok" && end !== "NOT_FOUND")).toEqual([]);
  });

  test("serializable: 64 concurrent increments of one counter → it ends at 64", async () => {
    const { space, pages } = await newPages(store, "counters", 1);
    const page = pages[0]!;
    store.transactionSync((tx) => tx.write(space, page, 0, numberBytes(0)));

    await Promise.all(
      Array.from({ length: 64 }, () =>
        store.transaction(async (tx) => {
          const value = numberOf(await tx.read(space, page, 0, 8));
          await Promise.resolve();
          tx.write(space, page, 0, numberBytes(value + 1));
        }),
      ),
    );

    expect(numberOf(await store.read(space, page, 0, 8))).toBe(64);
    expect(store.status()["trx_conflicts"]).toBeGreaterThan(0);
  });

  test("serializable: transfers between pages → every reader sees the same sum", async () => {
    const { space, pages } = await newPages(store, "accounts", 4);
    for (const page of pages) {
      store.transactionSync((tx) => tx.write(space, page, 0, numberBytes(100)));
    }
    const random = randomFrom(7);
    const transfer = (): Promise<void> =>
      store.transaction(async (tx) => {
        const from = pages[random(4)]!;
        const to = pages[random(4)]!;
        const amount = random(10);
        const a = numberOf(await tx.read(space, from, 0, 8));
        tx.write(space, from, 0, numberBytes(a - amount));
        const b = numberOf(await tx.read(space, to, 0, 8));
        tx.write(space, to, 0, numberBytes(b + amount));
      });
    const sum = (): Promise<number> =>
      store.transaction(async (tx) => {
        let total = 0;
        for (const page of pages) {
          total += numberOf(await tx.read(space, page, 0, 8));
          // Others commit between the reads.
          await new Promise((resolve) => setImmediate(resolve));
        }
        return total;
      });

    const work = Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? sum() : transfer()));
    const sums = (await Promise.all(work)).filter((value) => value !== undefined);

    expect(sums).toEqual(Array.from({ length: 20 }, () => 400));
  });

  test("pool: a working set of ten times the pool → every page reads back, before and after", async () => {
    const { space, pages } = await newPages(store, "large", 640);
    const random = randomFrom(3);
    const expected = pages.map((_, n) => `page ${n}`);
    for (let step = 0; step < 1000; step++) {
      const n = random(pages.length);
      expected[n] = `step ${step}`;
      store.transactionSync((tx) => tx.write(space, pages[n]!, 0, bytesOf(expected[n]!)));
    }
    const all = (): string[] => {
      const large = store.tablespace("large")!;
      return expected.map((text, n) => textAt(store, large, pages[n]!, text.length));
    };

    expect(all()).toEqual(expected);
    expect(store.status()["buffer_pages_evicted"]).toBeGreaterThan(640);
    await reopen();
    expect(all()).toEqual(expected);
  });

  test("checkpoint: after it → no dirty page, and its LSN is the end of the log", async () => {
    await newPages(store, "users", 10);

    await store.checkpoint();

    const status = store.status();
    expect(status["Innodb_buffer_pool_pages_dirty"]).toBe(0);
    expect(status["Innodb_redo_log_checkpoint_lsn"]).toBe(status["Innodb_redo_log_current_lsn"]);
  });

  test("redo: many times its capacity → it wraps, commits go on, nothing is lost", async () => {
    await store.close();
    const small = new Map([[ENGINE_OPTION.redoCapacity, 128 * 1024]]);
    const other = newPlace(backend);
    store = await other.open({}, small);
    const { space, pages } = await newPages(store, "a", 8);
    const body = new Uint8Array(store.pageBodySize);
    for (let round = 0; round < 300; round++) {
      body.fill(round & 255);
      store.transactionSync((tx) => tx.write(space, pages[round % 8]!, 0, body));
    }

    expect(store.status()["Innodb_redo_log_current_lsn"]).toBeGreaterThan(5 * 128 * 1024);
    await store.close();
    store = await other.open({}, small);
    const found = pages.map((page) => {
      const target = new Uint8Array(store.pageBodySize);
      store.readSync(store.tablespace("a")!, page, 0, target);
      return [target[0], target[target.length - 1]];
    });
    const last = [296, 297, 298, 299, 292, 293, 294, 295].map((n) => [n & 255, n & 255]);
    await store.close();
    other.clean();
    store = await place.open();
    expect(found).toEqual(last);
  });
});
