// A directory that cannot be opened as asked: each case is a typed error that says what was
// expected and found, and not one byte in the directory has changed.

import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptionError, IoError, StoreError } from "../../host/errors.js";
import type { StoreOptions } from "../../host/options.js";
import { Store } from "../../host/store.js";
import { startChild } from "../host/run-in-child.js";
import {
  mysqlLogHeader,
  setU32,
  stampLogBlock,
  stampPage,
  STORE_VERSION_OFFSET,
} from "./format-bytes.js";
import { bytesOf, errorFrom, newPages } from "./helpers.js";
import { DiskPlace, difference, SMALL, SMALL_ENGINE } from "./places.js";
import { writeScript } from "./script.js";

let place: DiskPlace;

beforeEach(() => {
  place = new DiskPlace("node-fs");
});

afterEach(() => place.clean());

/** The error of opening the store; fails when a byte of the directory has changed. */
async function refusal(options: StoreOptions = {}): Promise<Error & { code?: string }> {
  const before = place.files();
  const error = await errorFrom(() => place.open(options));
  expect(difference(before, place.files()), error.stack).toBeNull();
  return error;
}

async function makeStore(): Promise<void> {
  const store = await place.open();
  await newPages(store, "users", 3);
  await store.close();
}

describe("options", () => {
  test.each([
    [{ innodb_pagesize: "4k" }, "innodb_pagesize: no such option; did you mean innodb_page_size?"],
    [{ innodb_page_size: 5000 }, "innodb_page_size"],
    [{ innodb_buffer_pool_size: "1MiB" }, "innodb_buffer_pool_size"],
    [{ innodb_redo_log_capacity: "1MiB" }, "innodb_redo_log_capacity"],
    [{ innodb_flush_log_at_trx_commit: 3 }, "innodb_flush_log_at_trx_commit"],
    [{ innodb_flush_method: "O_DIRCT" }, "O_DIRECT"],
    [{ backend: "uring" }, "backend"],
  ])("bad input: options %j → BAD_OPTION, nothing is created", async (options, words) => {
    const error = await refusal(options as StoreOptions);

    expect(error).toBeInstanceOf(StoreError);
    expect(error.code, error.message).toBe("BAD_OPTION");
    expect(error.message).toContain(words);
    expect(place.files().size).toBe(0);
  });

  test("bad input: another page size than the store's → FORMAT_MISMATCH with both", async () => {
    await makeStore();

    const error = await refusal({ innodb_page_size: "16k", innodb_buffer_pool_size: "8MiB" });

    expect(error.code, error.message).toBe("FORMAT_MISMATCH");
    expect(error.message).toContain("ib_logfile0: expected page size 4096");
    expect(error.message).toContain("found 16384");
  });
});

describe("places", () => {
  test("bad input: create=false without a directory → NO_SUCH_STORE, none is made", async () => {
    const dir = join(place.dir, "missing", "store");
    const options = { ...SMALL, backend: "node-fs", create: false };
    const error = await errorFrom(() => Store.open(dir, options, SMALL_ENGINE));

    expect(error.code, error.message).toBe("NO_SUCH_STORE");
    expect(error.message).toContain(dir);
    expect(existsSync(join(place.dir, "missing"))).toBe(false);
  });

  test("bad input: create=false in an empty directory → NO_SUCH_STORE, it stays empty", async () => {
    const error = await refusal({ create: false });

    expect(error.code, error.message).toBe("NO_SUCH_STORE");
    expect(readdirSync(place.dir)).toEqual([]);
  });

  test("bad input: the directory is a file → ENOTDIR with its path", async () => {
    place.write("file", bytesOf("something"));
    const path = join(place.dir, "file");
    const error = await errorFrom(() =>
      Store.open(path, { ...SMALL, backend: "node-fs" }, SMALL_ENGINE),
    );

    expect(error).toBeInstanceOf(IoError);
    expect(error.code, error.message).toBe("ENOTDIR");
    expect(error.message).toContain(path);
    expect(place.read("file")).toEqual(bytesOf("something"));
  });

  test("bad input: a directory where a file of the store belongs → EISDIR with its path", async () => {
    mkdirSync(join(place.dir, "ibdata1"));
    place.write("ib_logfile0", new Uint8Array(4096));
    const error = await refusal();

    expect(error.code, error.message).toBe("EISDIR");
    expect(error.message).toContain("ibdata1");
  });

  test("bad input: files of others → NOT_A_STORE naming some, nothing is touched", async () => {
    place.write("thesis.tex", bytesOf("irreplaceable"));
    place.write("photos/cat.jpg", bytesOf("meow"));
    for (const n of [1, 2, 3]) place.write(`notes-${n}.txt`, bytesOf("note"));

    const error = await refusal();

    expect(error.code, error.message).toBe("NOT_A_STORE");
    expect(error.message).toContain("found notes-1.txt, notes-2.txt, notes-3.txt and 2 more");
  });

  test("bad input: a link to a directory that is gone → typed, the link stays", async () => {
    symlinkSync(join(place.dir, "gone"), join(place.dir, "link"));
    const error = await errorFrom(() =>
      Store.open(join(place.dir, "link"), { ...SMALL, backend: "node-fs" }, SMALL_ENGINE),
    );

    expect(error, error.stack).toBeInstanceOf(IoError);
    expect(readdirSync(place.dir)).toEqual(["link"]);
  });
});

describe("MySQL", () => {
  const PAGE = new Uint8Array(16384).fill(7);

  test("bad input: a data directory of MySQL 8.0.30 → NOT_A_STORE, nothing is touched", async () => {
    for (const name of ["ibdata1", "mysql.ibd", "undo_001", "undo_002", "ibtmp1"]) {
      place.write(name, PAGE);
    }
    for (const name of ["auto.cnf", "ib_buffer_pool", "ca.pem", "binlog.000001", "t/t1.ibd"]) {
      place.write(name, bytesOf("mysql"));
    }
    place.write("#ib_16384_0.dblwr", PAGE);
    place.write("#innodb_redo/#ib_redo10", mysqlLogHeader());

    const error = await refusal();

    expect(error.code, error.message).toBe("NOT_A_STORE");
  });

  test("bad input: an older one, with ib_logfile0 → FORMAT_VERSION", async () => {
    for (const name of ["ibdata1", "mysql.ibd", "ib_logfile1"]) place.write(name, PAGE);
    place.write("ib_logfile0", mysqlLogHeader());

    const error = await refusal();

    expect(error.code, error.message).toBe("FORMAT_VERSION");
  });

  test("bad input: nothing but ibdata1 and ib_logfile0 of MySQL → FORMAT_VERSION", async () => {
    place.write("ibdata1", PAGE);
    place.write("ib_logfile0", mysqlLogHeader());

    const error = await refusal();

    expect(error.code, error.message).toBe("FORMAT_VERSION");
    expect(error.message).toContain('ib_logfile0: expected format "TPR1", found 6');
  });
});

describe("format", () => {
  test("bad input: a redo log of a newer format → FORMAT_VERSION with both", async () => {
    await makeStore();
    const log = place.read("ib_logfile0");
    log.set(bytesOf("TPR2"));
    stampLogBlock(log, 0);
    place.write("ib_logfile0", log);

    const error = await refusal();

    expect(error.code, error.message).toBe("FORMAT_VERSION");
    expect(error.message).toContain('ib_logfile0: expected format "TPR1", found "TPR2"');
  });

  test("bad input: a system tablespace of a newer version → FORMAT_VERSION with both", async () => {
    await makeStore();
    const data = place.read("ibdata1");
    setU32(data, 4096 + STORE_VERSION_OFFSET, 2);
    stampPage(data.subarray(4096, 8192));
    place.write("ibdata1", data);
    place.remove("#ib_4096_0.dblwr");
    place.remove("#ib_4096_1.dblwr");

    // Recovery has run by then, so the log and the doublewrite files may have changed.
    const error = await errorFrom(() => place.open());

    expect(error.code, error.message).toBe("FORMAT_VERSION");
    expect(error.message).toContain("ibdata1: expected format 1, found 2");
    expect(place.read("ibdata1")).toEqual(data);
  });

  test("bad input: the store page holds something else → CorruptionError with its page", async () => {
    await makeStore();
    const data = place.read("ibdata1");
    data.fill(0x20, 4096 + 38, 4096 + 54);
    stampPage(data.subarray(4096, 8192));
    place.write("ibdata1", data);

    const error = await errorFrom(() => place.open());

    expect(error, error.stack).toBeInstanceOf(CorruptionError);
    expect(error.message).toContain("ibdata1 page 1: expected the store page");
  });
});

test.skipIf(!existsSync("/proc/self/fd"))(
  "bad input: a store that is refused twenty times → no descriptor stays open",
  async () => {
    await makeStore();
    const data = place.read("ibdata1");
    data.fill(0x20, 4096 + 38, 4096 + 54);
    stampPage(data.subarray(4096, 8192));
    place.write("ibdata1", data);
    const openFiles = (): number => readdirSync("/proc/self/fd").length;
    await errorFrom(() => place.open());
    const before = openFiles();

    for (let n = 0; n < 20; n++) await errorFrom(() => place.open());

    expect(openFiles()).toBeLessThan(before + 10);
  },
);

describe("second opener", () => {
  test("bad input: of the same process → IN_USE; the first goes on", async () => {
    const store = await place.open();
    const { space, pages } = await newPages(store, "users", 1);

    const error = await errorFrom(() => place.open());

    expect(error.code, error.message).toBe("IN_USE");
    expect(error.message).toContain(`this process (${process.pid})`);
    store.transactionSync((tx) => tx.write(space, pages[0]!, 0, bytesOf("still here")));
    await store.close();
    await (await place.open()).close();
  });

  test("bad input: of another process → IN_USE naming the owner; free again after close", async () => {
    const store = await place.open();
    const code = `
      const outcome = await place.open().then(async (store) => {
        await store.close();
        return "opened";
      }, (error) => error.code + " " + error.message);
      console.log(outcome);
    `;
    const other = (): Promise<string> =>
      startChild(writeScript("node-fs", place.dir, code), []).line();

    expect(await other()).toMatch(
      new RegExp(`^IN_USE .* is in use by process ${process.pid} on host `),
    );
    await store.close();
    expect(await other()).toBe("opened");
  });

  test("bad input: a lock file that is none → IN_USE that says what to do", async () => {
    await makeStore();
    writeFileSync(join(place.dir, "tornproof.lock"), "hello");

    const error = await refusal();

    expect(error.code, error.message).toBe("IN_USE");
    expect(error.message).toContain("remove that file");
  });
});
