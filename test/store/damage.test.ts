// Files of a store that were damaged while it was closed: what is refused, with which words, what
// is repaired, and that nothing damaged is ever served.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptionError } from "../../host/errors.js";
import type { StoreOptions } from "../../host/options.js";
import { CHECKPOINT_OFFSETS, LOG_BLOCK_SIZE, LOG_FILE_HEADER_SIZE } from "./format-bytes.js";
import { bytesOf, errorFrom, newPages, textAt } from "./helpers.js";
import { BACKENDS, difference, newPlace, type Place } from "./places.js";

const PAGE = 4096;
const LOG = "ib_logfile0";
const SYSTEM = "ibdata1";
const USERS = "space-1.ibd";
const COPIES = ["#ib_4096_0.dblwr", "#ib_4096_1.dblwr"];

describe.each(BACKENDS.filter((name) => name !== "node-fs"))("damage on %s", (backend) => {
  let place: Place;
  let pages: number[];

  beforeEach(() => {
    place = newPlace(backend);
  });

  afterEach(() => place.clean());

  /** A closed store with the tablespace "users" of `count` pages that hold "page <n>". */
  async function makeStore(count = 3, options: StoreOptions = {}): Promise<void> {
    const store = await place.open(options);
    pages = (await newPages(store, "users", count)).pages;
    await store.close();
  }

  /** A store that ended without closing: its redo from the start is still needed. */
  async function makeUnclosed(): Promise<void> {
    await makeStore(20, { innodb_fast_shutdown: 2 });
  }

  /** Changes `count` bytes of a file. */
  function damage(name: string, offset: number, count = 1): void {
    const bytes = place.read(name);
    for (let i = 0; i < count; i++) bytes[offset + i]! ^= 0x10;
    place.write(name, bytes);
  }

  function cut(name: string, length: number): void {
    place.write(name, place.read(name).slice(0, length));
  }

  /** The error of opening the store; fails when a byte of the directory has changed. */
  async function refusal(options: StoreOptions = {}): Promise<CorruptionError> {
    const before = place.files();
    const error = await errorFrom(() => place.open(options));
    expect(difference(before, place.files()), error.stack).toBeNull();
    expect(error, error.stack).toBeInstanceOf(CorruptionError);
    return error as CorruptionError;
  }

  describe("missing files", () => {
    test.each([
      [LOG, "the redo log"],
      [SYSTEM, "the system tablespace"],
    ])("damage: %s is missing → refused, expected %s", async (name, expected) => {
      await makeStore();
      place.remove(name);

      const error = await refusal();

      expect([error.file, error.expected, error.found]).toEqual([
        expect.stringContaining(name),
        expected,
        "no file",
      ]);
    });

    test("damage: the file of a tablespace is missing → refused with its name", async () => {
      await makeStore();
      place.remove(USERS);

      const error = (await errorFrom(() => place.open())) as CorruptionError;

      expect(error, error.stack).toBeInstanceOf(CorruptionError);
      expect(error.file).toContain(USERS);
      expect([error.expected, error.found]).toEqual(["the file of a tablespace", "no file"]);
    });

    test.each([
      ["missing", (name: string) => place.remove(name)],
      ["empty", (name: string) => cut(name, 0)],
      ["truncated", (name: string) => cut(name, PAGE + 100)],
      ["too long", (name: string) => place.write(name, new Uint8Array(300 * 1024))],
    ])("damage: the doublewrite files are %s → recreated in full size", async (_, spoil) => {
      await makeStore();
      const sizes = COPIES.map((name) => place.read(name).length);
      for (const name of COPIES) spoil(name);

      const store = await place.open();

      expect(textAt(store, store.tablespace("users")!, pages[2]!, 6)).toBe("page 2");
      expect(COPIES.map((name) => place.read(name).length)).toEqual(sizes);
      await store.close();
    });
  });

  describe("truncated files", () => {
    test.each([USERS, SYSTEM])(
      "damage: %s lost its end → refused with both sizes",
      async (name) => {
        await makeStore();
        const size = place.read(name).length;
        cut(name, size - PAGE);

        const error = (await errorFrom(() => place.open())) as CorruptionError;

        expect(error, error.stack).toBeInstanceOf(CorruptionError);
        expect(error.file).toContain(name);
        expect(error.expected).toBe(`a file of at least ${size / PAGE} pages`);
        expect(error.found).toBe(`${size / PAGE - 1} pages`);
      },
    );

    test.each([USERS, SYSTEM])("damage: %s is empty → refused with its name", async (name) => {
      await makeStore();
      cut(name, 0);
      for (const copies of COPIES) place.remove(copies);

      const error = (await errorFrom(() => place.open())) as CorruptionError;

      expect(error, error.stack).toBeInstanceOf(CorruptionError);
      expect(error.file).toContain(name);
    });

    test.each([0, 1000, LOG_FILE_HEADER_SIZE, 100_000])(
      "damage: the redo log has %i bytes only → refused with both sizes",
      async (length) => {
        await makeUnclosed();
        const size = place.read(LOG).length;
        cut(LOG, length);

        const error = await refusal();

        expect(error.file).toContain(LOG);
        // Without the header nobody knows how long it was.
        const least = length < LOG_FILE_HEADER_SIZE ? LOG_FILE_HEADER_SIZE : size;
        expect(error.expected).toBe(`a file of at least ${least} bytes`);
        expect(error.found).toBe(`${length} bytes`);
      },
    );
  });

  describe("pages", () => {
    /** A closed store whose doublewrite files hold no copy of its pages. */
    async function makeWithoutCopies(): Promise<void> {
      await makeStore(20);
      for (const name of COPIES) place.remove(name);
    }

    test.each([38, 1000, PAGE - 9])(
      "damage: byte %i of a page → its read is refused; other pages are served",
      async (offset) => {
        await makeWithoutCopies();
        damage(USERS, pages[5]! * PAGE + offset);
        const store = await place.open();
        const users = store.tablespace("users")!;

        for (const read of [
          () => textAt(store, users, pages[5]!, 6),
          () => store.read(users, pages[5]!, 0, 6),
          () => store.transaction((tx) => tx.read(users, pages[5]!, 0, 6)),
          () => store.transaction((tx) => tx.write(users, pages[5]!, 0, bytesOf("new"))),
        ]) {
          const error = (await errorFrom(read)) as CorruptionError;
          expect(error, error.stack).toBeInstanceOf(CorruptionError);
          expect(error.file).toContain(USERS);
          expect(error.page).toBe(pages[5]);
          expect(error.expected).toMatch(/^checksum 0x[0-9a-f]+$/);
          expect(error.found).toMatch(/^0x[0-9a-f]+$/);
        }
        const others = pages.filter((page) => page !== pages[5]);
        for (const page of others) textAt(store, users, page, 6);
        store.transactionSync((tx) => tx.write(users, pages[6]!, 0, bytesOf("new")));
        await store.close();
      },
    );

    test("damage: a page stands where another belongs → its read names both numbers", async () => {
      await makeWithoutCopies();
      const bytes = place.read(USERS);
      bytes.copyWithin(pages[5]! * PAGE, pages[7]! * PAGE, pages[7]! * PAGE + PAGE);
      place.write(USERS, bytes);
      const store = await place.open();

      const error = await errorFrom(() => textAt(store, store.tablespace("users")!, pages[5]!, 6));

      expect(error.message).toContain(`expected page number ${pages[5]!}`);
      expect(error.message).toContain(`found page number ${pages[7]!}`);
      await store.close();
    });

    test("damage: a used page became zeros → damage, not a free page", async () => {
      await makeWithoutCopies();
      const bytes = place.read(USERS);
      bytes.fill(0, pages[5]! * PAGE, pages[5]! * PAGE + PAGE);
      place.write(USERS, bytes);
      const store = await place.open();

      const error = await errorFrom(() => textAt(store, store.tablespace("users")!, pages[5]!, 6));

      expect(error, error.stack).toBeInstanceOf(CorruptionError);
      expect(error.message).toContain("expected a page that was written, found zeros");
      await store.close();
    });

    test("damage: a page whose copy is current → repaired on disk and served", async () => {
      await makeStore(3);
      const sound = place.read(USERS);
      damage(USERS, pages[1]! * PAGE + 1000, 500);

      const store = await place.open();

      expect(textAt(store, store.tablespace("users")!, pages[1]!, 6)).toBe("page 1");
      expect(store.status()["recv_pages_restored"]).toBe(1);
      await store.close();
      expect(place.read(USERS)).toEqual(sound);
    });

    test("damage: a page whose copy is older → refused, the old content is not served", async () => {
      await makeStore(3);
      const store = await place.open({ innodb_doublewrite: "OFF" });
      store.transactionSync((tx) =>
        tx.write(store.tablespace("users")!, pages[1]!, 0, bytesOf("newer")),
      );
      await store.close();
      damage(USERS, pages[1]! * PAGE + 1000);

      const again = await place.open();

      const error = await errorFrom(() => textAt(again, again.tablespace("users")!, pages[1]!, 6));
      expect(error, error.stack).toBeInstanceOf(CorruptionError);
      await again.close();
    });
  });

  describe("redo log", () => {
    test("damage: the header → refused with both checksums", async () => {
      await makeStore();
      damage(LOG, 60);

      const error = await refusal();

      expect(error.file).toContain(LOG);
      expect(error.expected).toMatch(/^a redo log header with checksum 0x[0-9a-f]+$/);
    });

    test("damage: one checkpoint block → the other serves", async () => {
      for (const offset of CHECKPOINT_OFFSETS) {
        place.clean();
        place = newPlace(backend);
        await makeUnclosed();
        // Opening wrote the block of the second checkpoint; closing leaves redo behind both.
        await (await place.open({ innodb_fast_shutdown: 2 })).close();
        damage(LOG, offset + 3);
        const store = await place.open();
        expect(textAt(store, store.tablespace("users")!, pages[2]!, 6)).toBe("page 2");
        await store.close();
      }
    });

    test("damage: both checkpoint blocks → refused", async () => {
      await makeStore();
      for (const offset of CHECKPOINT_OFFSETS) damage(LOG, offset + 3);

      const error = await refusal();

      expect([error.expected, error.found]).toEqual(["a valid checkpoint block", "none"]);
    });

    test("damage: a block before the end → refused; innodb_force_recovery=1 cuts there", async () => {
      await makeUnclosed();
      damage(LOG, LOG_FILE_HEADER_SIZE + LOG_BLOCK_SIZE + 100);

      const error = await refusal();
      expect(error.file).toContain(LOG);
      expect(error.expected).toMatch(/^(a valid log block at LSN 8704|redo up to LSN \d+)/);

      const forced = await place.open({ innodb_force_recovery: 1 });
      const status = forced.status();
      const from = status["recv_dropped_from_lsn"]!;
      expect(from).toBeGreaterThan(8192);
      expect(from).toBeLessThanOrEqual(8704 + 12);
      expect(status["recv_dropped_to_lsn"]).toBeGreaterThan(8704);
      const users = forced.tablespace("users")!;
      const page = forced.transactionSync((tx) => tx.allocatePage(users));
      forced.transactionSync((tx) => tx.write(users, page, 0, bytesOf("goes on")));
      await forced.close();

      const again = await place.open();
      expect(textAt(again, again.tablespace("users")!, page, 7)).toBe("goes on");
      expect(again.status()["recv_dropped_to_lsn"]).toBe(0);
      await again.close();
    });

    test("damage: redo from its start became zeros → refused", async () => {
      await makeUnclosed();
      const log = place.read(LOG);
      log.fill(0, LOG_FILE_HEADER_SIZE, LOG_FILE_HEADER_SIZE + 2 * LOG_BLOCK_SIZE);
      place.write(LOG, log);

      const error = await refusal();

      expect(error.expected).toMatch(/^redo up to LSN \d+, which was durable$/);
    });
  });
});
