// Numbers that cross from the engine: none arrives signed, whatever it is.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RESULTS, unsigned } from "../../host/engine-border.js";
import { StoreError } from "../../host/errors.js";
import { Store } from "../../host/store.js";
import { errorFrom, newPages, numberBytes, numberOf } from "../store/helpers.js";
import { SMALL, SMALL_ENGINE } from "../store/places.js";

const GIB = 2 ** 30;
const DECLARED: Readonly<Record<string, string>> = {
  u32: "u32",
  usize: "u32",
  bool: "flag",
  f64: "f64",
  void: "none",
};

describe("border: the exports of the engine", () => {
  test("the table says of every export what engine/index.ts declares", () => {
    const source = readFileSync("engine/index.ts", "utf8");
    const found = source.matchAll(/^export function (\w+)\([^)]*\): (\w+)/gm);
    const pairs = [...found].map(([, name, type]): [string, string] => [name!, DECLARED[type!]!]);
    const declared: Record<string, string> = Object.fromEntries(pairs);
    const imported = { stateSave: "none", stateLoad: "none", stateBytes: "u32" };
    expect({ ...declared, ...imported }).toEqual(RESULTS);
  });

  test("nobody but the border takes the exports of an instance", () => {
    const names = readdirSync("host", { recursive: true, encoding: "utf8" });
    const sources = names.filter((name) => name.endsWith(".ts")).map((name) => `host/${name}`);
    const users = sources.filter((path) => {
      return /\binstance\.exports\b|\.exports as /.test(readFileSync(path, "utf8"));
    });
    expect(users).toEqual(["host/engine.ts"]);
    const uses = readFileSync("host/engine.ts", "utf8").match(/.*instance\.exports.*/g);
    expect(uses?.map((line) => line.trim())).toEqual([
      "this.exports = unsigned(instance.exports);",
    ]);
  });

  test("every 32-bit result with the top bit set → positive", () => {
    const instance = Object.fromEntries(Object.keys(RESULTS).map((name) => [name, () => -2]));
    const exports = unsigned(instance);
    for (const [name, result] of Object.entries(RESULTS)) {
      const call = (exports as unknown as Record<string, () => number>)[name]!;
      expect(call(), name).toBe(result === "u32" ? 2 ** 32 - 2 : -2);
    }
  });
});

describe("border: addresses from 2^31 on", () => {
  /** The frames stand behind the log buffer: from 2^31 on in both cases. */
  test.each(["2200M", "3G"])("a log buffer of %s → every page reads back", async (size) => {
    const options = { ...SMALL, backend: "memory", innodb_log_buffer_size: size };
    const store = await Store.open("large", options, SMALL_ENGINE);
    const { space, pages } = await newPages(store, "a", 100);
    for (const [n, page] of pages.entries()) {
      await store.transaction((tx) => tx.write(space, page, 0, numberBytes(n + 1)));
    }
    await store.checkpoint();
    const target = new Uint8Array(8);
    for (const [n, page] of pages.entries()) {
      expect(numberOf(await store.read(space, page, 0, 8)), `page ${page}`).toBe(n + 1);
      store.readSync(space, page, 0, target);
      expect(numberOf(target), `page ${page}, blocking`).toBe(n + 1);
      const next = await store.transaction(async (tx) => {
        const before = numberOf(await tx.read(space, page, 0, 8));
        tx.write(space, page, 8, numberBytes(before));
        return before;
      });
      expect(next, `page ${page}, in a transaction`).toBe(n + 1);
    }
    await store.close();
  });

  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2])(
    "page number %i → NOT_FOUND names it",
    async (n) => {
      const store = await Store.open("numbers", { ...SMALL, backend: "memory" }, SMALL_ENGINE);
      const { space } = await newPages(store, "a", 1);
      const errors = [
        await errorFrom(() => store.read(space, n, 0, 1)),
        await errorFrom(() => store.readSync(space, n, 0, new Uint8Array(1))),
        await errorFrom(() => store.transaction((tx) => tx.write(space, n, 0, new Uint8Array(1)))),
      ];
      for (const error of errors) expect(error).toMatchObject({ code: "NOT_FOUND" });
      expect(errors[0]!.message).toContain(String(n));
      await store.close();
    },
  );

  test("options that need more than 4 GiB together → BAD_OPTION says so", async () => {
    const copies = { innodb_doublewrite_files: 8, innodb_doublewrite_pages: 512 };
    const pool = { innodb_page_size: 65536, innodb_buffer_pool_size: 3 * GIB };
    const sizes = { ...pool, ...copies, innodb_log_buffer_size: "768M" };
    const error = await errorFrom(() => Store.open("huge", { ...sizes, backend: "memory" }));
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "BAD_OPTION" });
    expect(error.message).toMatch(
      /innodb_buffer_pool_size.* at most 4096 MiB .*found [45]\d\d\d MiB/,
    );
  });
});
