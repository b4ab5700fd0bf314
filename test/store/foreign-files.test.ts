// Files in a store's directory that are not what they seem: a marker beside a store in use, files
// in the way of new tablespaces, links that lead elsewhere, and what file systems leave there.

import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { IoError, StoreError } from "../../host/errors.js";
import { identify } from "../../host/layout.js";
import type { StoreOptions } from "../../host/options.js";
import { bytesOf, errorFrom, newPages, textAt } from "./helpers.js";
import { difference, DiskPlace, DISKS } from "./places.js";

const MARKER = "tornproof.creating";

describe.each(DISKS)("foreign files on %s", (backend) => {
  let place: DiskPlace;
  let outside: string;
  beforeEach(() => {
    place = new DiskPlace(backend);
    outside = fs.mkdtempSync(join(tmpdir(), "tornproof-outside-"));
  });
  afterEach(() => {
    place.clean();
    fs.rmSync(outside, { recursive: true, force: true });
  });

  async function makeStore(names: readonly string[], options: StoreOptions = {}): Promise<void> {
    const store = await place.open(options);
    for (const name of names) {
      const { space, pages } = await newPages(store, name, 2);
      await store.transaction((tx) => tx.write(space, pages[0]!, 0, bytesOf(name)));
    }
    await store.close();
  }

  async function refusal(): Promise<Error & { code?: string }> {
    const before = place.files();
    const error = await errorFrom(() => place.open());
    expect(difference(before, place.files()), error.stack).toBeNull();
    return error;
  }

  test.each([
    ["with a tablespace", ["users"], "the tablespace space-1.ibd"],
    ["whose last one was dropped", [], "checkpoint"],
  ])(
    "foreign: a marker beside a store %s → refused, nothing is removed",
    async (_, names, sign) => {
      await makeStore([...names, "dropped"]);
      const dropping = await place.open();
      await dropping.dropTablespace("dropped");
      await dropping.close();
      place.write(MARKER, new Uint8Array(0));

      const error = await refusal();

      expect(error).toBeInstanceOf(StoreError);
      expect(error.code).toBe("NOT_A_STORE");
      expect(error.message).toContain(sign);
      expect(error.message).toContain("remove the marker");
      place.remove(MARKER);
      const store = await place.open();
      for (const name of names) expect(textAt(store, store.tablespace(name)!, 1, 5)).toBe(name);
      await store.close();
    },
  );

  test("foreign: a file in the way of a new tablespace → kept, the next number is taken", async () => {
    await makeStore(["users"]);
    const store = await place.open();
    const theirs = bytesOf("not a tablespace of this store");
    place.write("space-2.ibd", theirs);
    place.write("space-3.ibd", theirs);

    const space = await store.createTablespace("more");

    expect(space.id).toBe(4);
    expect(place.read("space-2.ibd")).toEqual(new Uint8Array(theirs));
    expect(place.read("space-3.ibd")).toEqual(new Uint8Array(theirs));
    expect((await store.createTablespace("last")).id).toBe(5);
    await store.close();
  });

  test.each(["space-4294967295.ibd", "space-4294967297.ibd", "space-9999999999.ibd"])(
    "foreign: %s → no space's file; the store opens, the file stays",
    async (name) => {
      expect(identify(name)).toBe(null);
      await makeStore(["users"]);
      place.write(name, bytesOf("theirs"));
      const store = await place.open();
      expect(textAt(store, store.tablespace("users")!, 1, 5)).toBe("users");
      await store.close();
      expect(place.read(name)).toEqual(new Uint8Array(bytesOf("theirs")));
    },
  );

  test.each(["ibdata1", "ib_logfile0", "space-1.ibd", "#ib_4096_0.dblwr"])(
    "foreign: a link in the place of %s → ELOOP with advice, its target untouched",
    async (name) => {
      await makeStore(["users"]);
      const target = join(outside, "target");
      fs.renameSync(join(place.dir, name), target);
      fs.symlinkSync(target, join(place.dir, name));
      const before = fs.readFileSync(target);

      const error = await errorFrom(() => place.open());

      expect(error).toBeInstanceOf(IoError);
      expect(error.code).toBe("ELOOP");
      expect(error.message).toContain("symbolic link");
      expect(error.message).toContain("innodb_doublewrite_dir");
      expect(fs.readFileSync(target).equals(before)).toBe(true);
    },
  );

  test("foreign: more tablespace files than a store can have → TOO_LARGE, all kept", async () => {
    await makeStore(["users"]);
    for (let n = 0; n < 1100; n++) place.write(`space-${1000 + n}.ibd`, new Uint8Array(0));
    const error = await refusal();
    expect(error).toMatchObject({ code: "TOO_LARGE" });
    expect(error.message).toContain("1024 tablespaces");
    for (let n = 0; n < 1100; n++) place.remove(`space-${1000 + n}.ibd`);
    const store = await place.open();
    expect(textAt(store, store.tablespace("users")!, 1, 5)).toBe("users");
    await store.close();
  });

  test("foreign: a directory named by an option may be reached by a link", async () => {
    const link = join(outside, "link");
    fs.mkdirSync(join(outside, "redo"));
    fs.symlinkSync(join(outside, "redo"), link);
    await makeStore(["users"], { innodb_log_group_home_dir: link });
    expect(fs.readdirSync(join(outside, "redo"))).toContain("ib_logfile0");
  });

  test("foreign: what mkfs, FUSE and NFS leave → a store is created beside it", async () => {
    fs.mkdirSync(join(place.dir, "lost+found"));
    place.write(".fuse_hidden0000000100000002", new Uint8Array(3));
    place.write(".nfs000000000001", new Uint8Array(3));
    await makeStore(["users"]);
    await (await place.open()).close();
  });

  test("foreign: anything else in a new directory → NOT_A_STORE that names a way out", async () => {
    place.write("notes.txt", new Uint8Array(3));
    expect((await refusal()).message).toContain("Use a subdirectory");
  });

  const problem = bindfsProblem();
  if (problem !== null) test.skip(`foreign: ${problem}, so no FUSE file system`, () => {});

  test.runIf(problem === null)("foreign: bindfs → created, used, opened again", async () => {
    const mounted = join(outside, "mounted");
    fs.mkdirSync(join(outside, "below"));
    fs.mkdirSync(mounted);
    execFileSync("bindfs", [join(outside, "below"), mounted]);
    try {
      const there = new DiskPlace(backend, join(mounted, "store"));
      const store = await there.open();
      const { space, pages } = await newPages(store, "users", 1);
      await store.transaction((tx) => tx.write(space, pages[0]!, 0, bytesOf("users")));
      await store.close();
      const again = await there.open();
      expect(textAt(again, again.tablespace("users")!, pages[0]!, 5)).toBe("users");
      await again.close();
    } finally {
      execFileSync("umount", ["-l", mounted]);
    }
  });
});

/** Why no bindfs can be mounted here, or null. */
function bindfsProblem(): string | null {
  if (process.getuid?.() !== 0) return "not root";
  return spawnSync("bindfs", ["--version"]).error === undefined ? null : "bindfs is not installed";
}
