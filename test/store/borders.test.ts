// What a caller hands over at the border of the store is what it must be, or a typed error, at
// every entry point; and every name that is accepted comes back as it was.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../host/store.js";
import type { Tablespace, TransactionSync } from "../../host/transaction.js";
import { bytesOf, errorFrom, newPages, textAt } from "./helpers.js";
import { MemoryPlace, SimPlace } from "./places.js";

let store: Store;
let users: Tablespace;
let page: number;

beforeEach(async () => {
  store = await new MemoryPlace().open();
  const { space, pages } = await newPages(store, "users", 2);
  users = space;
  page = pages[0]!;
});

afterEach(() => store.close());

/** Every call that takes a tablespace. */
function entries(space: Tablespace): Record<string, () => unknown> {
  const bytes = bytesOf("x");
  return {
    "Store.read": () => store.read(space, page, 0, 1),
    "Store.readSync": () => store.readSync(space, page, 0, new Uint8Array(1)),
    "tx.read": () => store.transaction((tx) => tx.read(space, page, 0, 1)),
    "tx.write": () => store.transaction((tx) => tx.write(space, page, 0, bytes)),
    "tx.freePage": () => store.transaction((tx) => tx.freePage(space, page)),
    "tx.allocatePage": () => store.transaction((tx) => tx.allocatePage(space)),
    "sync tx.read": () => store.transactionSync((tx) => tx.read(space, page, 0, 1)),
    "sync tx.write": () => store.transactionSync((tx) => tx.write(space, page, 0, bytes)),
    "sync tx.freePage": () => store.transactionSync((tx) => tx.freePage(space, page)),
    "sync tx.allocatePage": () => store.transactionSync((tx) => tx.allocatePage(space)),
  };
}

/** Calls every entry and returns the codes of what they throw. */
async function codesOf(space: Tablespace): Promise<Record<string, unknown>> {
  const codes: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(entries(space))) {
    codes[name] = (await errorFrom(call)).code;
  }
  return codes;
}

function each(code: string): Record<string, string> {
  return Object.fromEntries(Object.keys(entries(users)).map((name) => [name, code]));
}

describe("borders: tablespaces", () => {
  test("one of another store, one of an earlier opening → BAD_ARGUMENT everywhere", async () => {
    const place = new MemoryPlace();
    const other = await place.open();
    const { space } = await newPages(other, "users", 2);
    expect(space.id).toBe(users.id);
    expect(await codesOf(space)).toEqual(each("BAD_ARGUMENT"));

    await other.close();
    const reopened = await place.open();
    const error = await errorFrom(() => reopened.read(space, page, 0, 1));
    expect(error.code).toBe("BAD_ARGUMENT");
    expect(error.message).toContain('tablespace "users" of another store');
    await reopened.close();
  });

  test("what only looks like one → BAD_ARGUMENT everywhere, nothing is written", async () => {
    const forged: unknown[] = [
      { id: users.id, name: "users", pages: 64 },
      Object.create(users),
      new Proxy(users, {}),
      "users",
      7,
      null,
      undefined,
    ];
    for (const each_ of forged) {
      expect(await codesOf(each_ as Tablespace)).toEqual(each("BAD_ARGUMENT"));
    }
    expect(textAt(store, users, page, 6)).toBe("page 0");
  });

  test("a handle cannot be turned into another tablespace", () => {
    expect(() => Object.assign(users, { id: 1 })).toThrow(TypeError);
  });

  test("one that was dropped → NOT_FOUND everywhere, also under a new one's name", async () => {
    await store.dropTablespace("users");
    expect(await codesOf(users)).toEqual(each("NOT_FOUND"));
    await newPages(store, "users", 2);
    expect(await codesOf(users)).toEqual(each("NOT_FOUND"));
  });
});

describe("borders: bytes", () => {
  const detached = new Uint8Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const wrong: Record<string, unknown> = {
    "a string": "abc",
    "an array": [1, 2, 3],
    Uint16Array: new Uint16Array(4),
    Int8Array: new Int8Array(4),
    Uint8ClampedArray: new Uint8ClampedArray(4),
    "a DataView": new DataView(new ArrayBuffer(4)),
    "an ArrayBuffer": new ArrayBuffer(4),
    "a forged array": Object.create(Uint8Array.prototype) as unknown,
    "a tagged object": { length: 3, [Symbol.toStringTag]: "Uint8Array" },
    "detached bytes": detached,
    null: null,
    undefined: undefined,
  };

  test.each(Object.keys(wrong))(
    "%s → BAD_ARGUMENT everywhere, nothing is written",
    async (name) => {
      const bytes = wrong[name] as Uint8Array;
      for (const call of [
        () => store.transaction((tx) => tx.write(users, page, 0, bytes)),
        () => store.transactionSync((tx) => tx.write(users, page, 0, bytes)),
        () => store.readSync(users, page, 0, bytes),
      ]) {
        const error = await errorFrom(call);
        expect(error.code, `${call}: ${error.stack}`).toBe("BAD_ARGUMENT");
      }
      expect(textAt(store, users, page, 6)).toBe("page 0");
    },
  );

  test("Buffers, shared and resizable memory → copied at the call", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    const resizable = new Uint8Array(Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }]));
    for (const bytes of [Buffer.from("abcd"), shared, resizable]) {
      bytes.set(bytesOf("abcd"));
      await store.transaction((tx) => {
        tx.write(users, page, 0, bytes);
        bytes.fill(0);
      });
      expect(textAt(store, users, page, 6)).toBe("abcd 0");
      store.readSync(users, page, 0, bytes);
      expect(Buffer.from(bytes).toString()).toBe("abcd");
      await store.transaction((tx) => tx.write(users, page, 0, bytesOf("page")));
    }
  });
});

describe("borders: bodies that return something with a then", () => {
  const later = (value: string, fails = false): PromiseLike<string> => ({
    then: (done, failed) =>
      Promise.resolve()
        .then(() => (fails ? Promise.reject(new Error(value)) : value))
        .then(done, failed),
  });

  test("transaction → awaited, then committed as a whole", async () => {
    let isOver = false;
    const value = await store.transaction((tx) => {
      tx.write(users, page, 0, bytesOf("PAGE"));
      const rest = later("done").then((text) => {
        expect(textAt(store, users, page, 6)).toBe("page 0");
        tx.write(users, page + 1, 0, bytesOf("PAGE"));
        isOver = true;
        return text;
      });
      return { then: rest.then.bind(rest) } as Promise<string>;
    });
    expect([value, isOver]).toEqual(["done", true]);
    expect(textAt(store, users, page, 6)).toBe("PAGE 0");
    expect(textAt(store, users, page + 1, 6)).toBe("PAGE 1");
  });

  test("transaction: it rejects, or its then cannot be had → rolled back", async () => {
    const broken = Object.defineProperty({}, "then", {
      get: () => {
        throw new Error("no then");
      },
    });
    for (const result of [later("refused", true), broken]) {
      const error = await errorFrom(() =>
        store.transaction((tx) => {
          tx.write(users, page, 0, bytesOf("x"));
          return result as Promise<string>;
        }),
      );
      expect(["refused", "no then"]).toContain(error.message);
    }
    expect(textAt(store, users, page, 6)).toBe("page 0");
  });

  test("transactionSync → BAD_ARGUMENT, rolled back, no unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): number => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const ends: string[] = [];
    const pages = new Set<number>();
    const bodies: ((tx: TransactionSync) => unknown)[] = [
      async (tx: TransactionSync) => {
        pages.add(tx.allocatePage(users));
        tx.write(users, page, 0, bytesOf("half"));
        await Promise.resolve();
        ends.push("went on");
        tx.write(users, page, 4, bytesOf("rest"));
      },
      (tx: TransactionSync) => {
        pages.add(tx.allocatePage(users));
        tx.write(users, page, 0, bytesOf("half"));
        return later("never asked");
      },
    ];
    for (const body of bodies) {
      const error = await errorFrom(() => store.transactionSync(body));
      expect(error.code, error.stack).toBe("BAD_ARGUMENT");
      expect(error.message).toContain("nothing was changed");
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);

    expect(ends).toEqual(["went on"]);
    expect(unhandled).toEqual([]);
    expect(pages.size, "the reservation was given back").toBe(1);
    expect(textAt(store, users, page, 6)).toBe("page 0");
  });
});

describe("borders: names", () => {
  const legal = [
    "users",
    "\ufeffusers",
    "users\ufeff",
    "\ufeff",
    "\ufeff\ufeffusers",
    "\u0000",
    "a\u0000b",
    "a",
    "a\u0000",
    "\u00e9", // one letter
    "e\u0301", // the same to the eye, composed
    "\uac00",
    "\u1100\u1161",
    "\ufffd",
    "\u{1f600}",
    "\u{10ffff}",
    "\r\n\t \u001b[31m",
    "/../x",
    "constructor",
    "__proto__",
    "x".repeat(64),
    "\u{1f600}".repeat(16),
    "\ufeff" + "x".repeat(61),
  ];

  test.each([
    ["memory", new MemoryPlace()],
    ["sim", new SimPlace()],
  ] as const)(
    "%s: every legal name → itself after a reopen, with its own pages",
    async (_, place) => {
      const ids = new Map<string, number>();
      const first = await place.open();
      for (const name of legal) {
        const space = await first.createTablespace(name);
        expect(ids.has(name)).toBe(false);
        ids.set(name, space.id);
      }
      await first.close();
      const again = await place.open();
      expect(new Map(again.tablespaces().map((space) => [space.name, space.id]))).toEqual(ids);
      await again.dropTablespace("\ufeffusers");
      expect([again.tablespace("\ufeffusers"), again.tablespace("users")?.id]).toEqual([
        undefined,
        ids.get("users"),
      ]);
      expect((await errorFrom(() => again.createTablespace("users"))).code).toBe("EXISTS");
      await again.close();
    },
  );

  test("half a surrogate pair, or no string → BAD_ARGUMENT, for create and drop", async () => {
    const names: unknown[] = ["\ud800", "a\udc00b", "\udc00\ud800", 7, null, undefined, ["users"]];
    for (const name of names) {
      for (const call of [
        () => store.createTablespace(name as string),
        () => store.dropTablespace(name as string),
      ]) {
        const error = await errorFrom(call);
        expect(error.code, `${String(name)}: ${error.message}`).toBe("BAD_ARGUMENT");
      }
    }
    expect(store.tablespaces().map((space) => space.name)).toEqual(["users"]);
  });
});
