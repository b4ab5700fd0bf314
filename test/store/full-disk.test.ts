// A disk without room, and one that cannot be written: typed outcomes, and a store that goes on
// with whatever needs no room.

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { IoError, StoreError } from "../../host/errors.js";
import type { Store } from "../../host/store.js";
import type { Tablespace } from "../../host/transaction.js";
import { bytesOf, errorFrom, newPages, textAt } from "./helpers.js";
import { difference, DiskPlace, DISKS } from "./places.js";
import { smallDisk, smallDiskProblem, type SmallDisk } from "./small-disk.js";

describe.skipIf(smallDiskProblem() !== null).each(DISKS)("full disk on %s", (backend) => {
  let disk: SmallDisk;
  let place: DiskPlace;

  beforeEach(() => {
    disk = smallDisk(4096)!;
    mkdirSync(disk.dir);
    place = new DiskPlace(backend, disk.dir);
  });

  afterEach(() => disk.unmount());

  /** Allocates pages until there is no room; returns the error. */
  function fillSpace(store: Store, space: Tablespace): Error & { code?: string } {
    for (;;) {
      try {
        store.transactionSync((tx) => tx.allocatePage(space));
      } catch (error) {
        return error as Error;
      }
    }
  }

  test.each([8, 100, 200, 400, 500])(
    "full disk: a store is created with %i KiB free → ENOSPC; created when there is room",
    async (kib) => {
      disk.fill(kib);
      const error = await errorFrom(() => place.open());
      const isTyped = error instanceof IoError || error instanceof StoreError;
      expect(isTyped, error.stack).toBe(true);
      expect(error.code, error.message).toMatch(/^(ENOSPC|NO_SPACE)$/);

      disk.drain();
      const store = await place.open();
      const { space, pages } = await newPages(store, "a", 1);
      expect(textAt(store, space, pages[0]!, 6)).toBe("page 0");
      await store.close();
    },
  );

  test("full disk: a tablespace cannot grow → NO_SPACE with its file; the store goes on", async () => {
    const store = await place.open();
    const { space, pages } = await newPages(store, "a", 8);
    disk.fill(100);

    const error = fillSpace(store, space);

    expect(error.code, error.stack).toBe("NO_SPACE");
    expect(error.message).toContain("space-1.ibd cannot grow: ENOSPC");
    const later = await errorFrom(() => store.transaction((tx) => tx.allocatePage(space)));
    expect(later.code, later.message).toBe("NO_SPACE");
    // Pages that exist are read, written, committed and cleaned as before.
    await store.transaction((tx) => tx.write(space, pages[0]!, 0, bytesOf("after")));
    await store.checkpoint();
    expect(textAt(store, space, pages[0]!, 6)).toBe("after0");
    await store.close();

    disk.drain();
    const again = await place.open();
    const found = again.tablespace("a")!;
    expect(textAt(again, found, pages[0]!, 6)).toBe("after0");
    expect(textAt(again, found, pages[7]!, 6)).toBe("page 7");
    for (let n = 0; n < 40; n++) again.transactionSync((tx) => tx.allocatePage(found));
    await again.close();
  });

  test("full disk: room comes back → the same store grows again", async () => {
    const store = await place.open();
    const { space } = await newPages(store, "a", 1);
    disk.fill(100);
    expect(fillSpace(store, space).code).toBe("NO_SPACE");
    const full = space.pages;

    disk.drain();
    for (let n = 0; n < 40; n++) store.transactionSync((tx) => tx.allocatePage(space));

    expect(space.pages).toBeGreaterThan(full);
    await store.close();
  });

  test("full disk: no tablespace can be created → NO_SPACE, no file stays, the name is free", async () => {
    const store = await place.open();
    const { space, pages } = await newPages(store, "a", 1);
    disk.fill(20);
    const before = readdirSync(disk.dir);

    const error = await errorFrom(() => store.createTablespace("b"));

    expect(error.code, error.stack).toBe("NO_SPACE");
    expect(readdirSync(disk.dir)).toEqual(before);
    expect(store.tablespace("b")).toBeUndefined();
    expect(textAt(store, space, pages[0]!, 6)).toBe("page 0");
    disk.drain();
    await newPages(store, "b", 3);
    await store.close();
    const again = await place.open();
    expect(again.tablespaces().map(({ name }) => name)).toEqual(["a", "b"]);
    await again.close();
  });

  test("full disk: an existing store is opened and used → it needs no room", async () => {
    const first = await place.open();
    const { pages } = await newPages(first, "a", 3);
    await first.close();
    disk.fill(8);

    const store = await place.open();

    const a = store.tablespace("a")!;
    store.transactionSync((tx) => tx.write(a, pages[0]!, 0, bytesOf("full")));
    expect(textAt(store, a, pages[0]!, 6)).toBe("full 0");
    await store.close();
  });

  test("read-only: an existing store → EROFS, nothing has changed", async () => {
    const first = await place.open();
    await newPages(first, "a", 3);
    await first.close();
    const before = place.files();
    disk.readOnly(true);

    const error = await errorFrom(() => place.open());

    expect(error, error.stack).toBeInstanceOf(IoError);
    expect(error.code, error.message).toBe("EROFS");
    expect(difference(before, place.files())).toBeNull();
    disk.readOnly(false);
    await (await place.open()).close();
  });

  test("read-only: a new store → EROFS, no directory is made", async () => {
    disk.readOnly(true);
    const other = new DiskPlace(backend, `${disk.dir}/new`);

    const error = await errorFrom(() => other.open());

    expect(error.code, error.stack).toBe("EROFS");
    expect(existsSync(other.dir)).toBe(false);
  });
});
