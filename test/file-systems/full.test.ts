// Real disks that are full: in the file system, where a write says so, and below it, where only the
// sync of what was written can say so, after the kernel has dropped the pages.

import {
  closeSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { IoError, StoreError } from "../../host/errors.js";
import type { Store } from "../../host/store.js";
import { bytesOf, errorFrom, newPages, numberBytes, numberOf, textAt } from "../store/helpers.js";
import { BACKENDS, DiskPlace } from "../store/places.js";
import { FILE_SYSTEMS, loopDisk, loopProblem, thinDisk, type LoopDisk } from "./loop-disk.js";

const OUT_OF_ROOM = /^(ENOSPC|NO_SPACE)$/;
/** What the layers make of a device without room: the write-back fails, ext4 turns read-only. */
const DEVICE_FAILED = /^(EIO|ENOSPC|NO_SPACE|EROFS)$/;
const ROUNDS_MAX = 2000;
const MIB = 1 << 20;

const DISKS = BACKENDS.filter((name) => name !== "memory");
const here = FILE_SYSTEMS.filter((kind) => loopProblem(kind) === null);
const CASES = here.flatMap((kind) => DISKS.map((backend) => ({ kind, backend })));

for (const kind of FILE_SYSTEMS) {
  const problem = loopProblem(kind);
  if (problem !== null) test.skip(`full ${kind}: ${problem}, so nothing is filled`, () => {});
}

/** Counts up in a page that exists and takes new ones until something fails. */
async function growUntilFull(
  store: Store,
  acknowledged: Map<number, number>,
): Promise<Error & { code?: string }> {
  const space = store.tablespace("a")!;
  const first = [...acknowledged.keys()][0]!;
  for (let round = 1; round < ROUNDS_MAX; round++) {
    try {
      await store.transaction((tx) => tx.write(space, first, 0, numberBytes(round)));
      acknowledged.set(first, round);
      const page = await store.transaction(async (tx) => {
        const taken = await tx.allocatePage(space);
        tx.write(space, taken, 0, numberBytes(round));
        return taken;
      });
      acknowledged.set(page, round);
    } catch (error) {
      return error as Error;
    }
  }
  throw new Error(`no error in ${ROUNDS_MAX} rounds: the disk is not full`);
}

/** Fails unless every page holds what was acknowledged; the first may be one commit ahead. */
function expectAll(store: Store, acknowledged: ReadonlyMap<number, number>): void {
  const bytes = new Uint8Array(8);
  const first = [...acknowledged.keys()][0]!;
  for (const [page, value] of acknowledged) {
    store.readSync(store.tablespace("a")!, page, 0, bytes);
    const expected = page === first ? [value, value + 1] : [value];
    expect(expected, `page ${page}`).toContain(numberOf(bytes));
  }
}

async function newStore(place: DiskPlace): Promise<{ store: Store; known: Map<number, number> }> {
  const store = await place.open();
  const { pages } = await newPages(store, "a", 3);
  await store.transaction((tx) => tx.write(store.tablespace("a")!, pages[0]!, 0, numberBytes(0)));
  await store.checkpoint();
  return { store, known: new Map([[pages[0]!, 0]]) };
}

describe.each(CASES)("full $kind, $backend", ({ kind, backend }) => {
  let disk: LoopDisk;
  let place: DiskPlace;
  beforeEach(() => {
    disk = loopDisk(kind);
    place = new DiskPlace(backend, disk.dir);
  });
  afterEach(() => disk.unmount());

  test("a store is created → ENOSPC; created when there is room", async () => {
    disk.fill(200);
    const error = await errorFrom(() => place.open());
    expect(error instanceof IoError || error instanceof StoreError, error.stack).toBe(true);
    expect(error.code, error.message).toMatch(OUT_OF_ROOM);

    disk.drain();
    const store = await place.open();
    const { space, pages } = await newPages(store, "a", 1);
    expect(textAt(store, space, pages[0]!, 6)).toBe("page 0");
    await store.close();
  });

  test("commits that grow a tablespace → an error that says so, nothing acknowledged is lost", async () => {
    const { store, known } = await newStore(place);
    disk.fill(256);

    const error = await growUntilFull(store, known);
    expect(error.code, error.stack).toMatch(OUT_OF_ROOM);
    expect(error.message).toMatch(/space-1\.ibd|ib_logfile0|dblwr/);
    // Pages that exist need no room, but where every write goes to a new place.
    const later = await errorFrom(async () => {
      for (let n = 0; n < 20; n++) {
        await store.transaction((tx) =>
          tx.write(store.tablespace("a")!, [...known.keys()][1]!, 8, bytesOf(`turn ${n}`)),
        );
      }
      await store.checkpoint();
      throw new Error("went on");
    });
    if (kind !== "btrfs") expect(later.message).toBe("went on");
    else expect(later.message === "went on" || OUT_OF_ROOM.test(later.code!)).toBe(true);
    await store.close().catch((late: { code: string }) => expect(late.code).toMatch(OUT_OF_ROOM));

    disk.drain();
    disk.remount();
    const again = await place.open();
    expectAll(again, known);
    for (let n = 0; n < 40; n++) {
      again.transactionSync((tx) => tx.allocatePage(again.tablespace("a")!));
    }
    await again.close();
  });

  test("a tablespace is created → NO_SPACE, and the name is free when there is room", async () => {
    const { store, known } = await newStore(place);
    disk.fill(8);

    const error = await errorFrom(() => store.createTablespace("b"));

    expect(error.code, error.stack).toMatch(OUT_OF_ROOM);
    await store.close().catch((late: { code: string }) => expect(late.code).toMatch(OUT_OF_ROOM));
    disk.drain();
    disk.remount();
    const again = await place.open();
    expectAll(again, known);
    await newPages(again, "b", 3);
    await again.close();
  });
});

function syncCode(fd: number): string {
  try {
    fdatasyncSync(fd);
    return "0";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe.skipIf(!here.includes("ext4"))("full device below ext4", () => {
  let disk: LoopDisk | null = null;
  afterEach(() => {
    disk?.unmount();
    disk = null;
  });

  test("a failed fdatasync that is repeated → succeeds, although the data is lost", () => {
    // Without a journal nothing but the sync itself reports it: what a retry would have believed.
    disk = thinDisk(["-O", "^has_journal"]);
    const path = join(disk.dir, "../file");
    writeFileSync(path, new Uint8Array(0));
    const fd = openSync(path, "r+");
    disk.fill(0);

    for (let n = 0; n < 4; n++) writeSync(fd, new Uint8Array(MIB).fill(7), 0, MIB, n * MIB);
    const codes = [1, 2, 3].map(() => syncCode(fd));
    closeSync(fd);
    disk.drain();
    disk.remount();

    expect(codes[0]).toMatch(/^(EIO|ENOSPC)$/);
    expect(codes.slice(1)).toEqual(["0", "0"]);
    expect(readFileSync(path).filter((byte) => byte === 7).length).toBeLessThan(4 * MIB);
  });

  test.each(DISKS)(
    "%s: write-back fails → poisoned, nothing acknowledged is lost",
    async (backend) => {
      disk = thinDisk([]);
      const place = new DiskPlace(backend, disk.dir);
      const options = { innodb_flush_method: "fsync" };
      const first = await place.open(options);
      const { pages } = await newPages(first, "a", 3);
      const a = first.tablespace("a")!;
      await first.transaction((tx) => tx.write(a, pages[0]!, 0, numberBytes(0)));
      await first.checkpoint();
      const known = new Map([[pages[0]!, 0]]);
      disk.fill(0);

      const error = await growUntilFull(first, known);
      expect(error.code, error.stack).toMatch(DEVICE_FAILED);
      const close = await first.close().then(
        () => null,
        (late: Error) => late,
      );
      expect(close === null || close instanceof IoError, close?.stack).toBe(true);

      disk.drain();
      disk.remount();
      const again = await place.open(options);
      expectAll(again, known);
      await newPages(again, "b", 3);
      await again.close();
    },
  );
});
