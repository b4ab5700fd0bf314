// Directories of one store on disks with different sectors: redo is written in blocks of 512 bytes,
// which a disk with sectors of 4,096 bytes takes through the page cache only.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreError } from "../../host/errors.js";
import type { StoreOptions } from "../../host/options.js";
import { Store } from "../../host/store.js";
import { errorFrom, newPages, numberBytes, numberOf } from "../store/helpers.js";
import { DISKS, SMALL, SMALL_ENGINE } from "../store/places.js";
import { coarseDisk, loopProblem } from "./loop-disk.js";

const problem = loopProblem("ext4");
if (problem !== null) test.skip(`sectors: ${problem}, so no disk has large ones`, () => {});

/** MariaDB's O_DIRECT opens redo directly as well. */
const DIRECT: StoreOptions = {
  ...SMALL,
  profile: "mariadb-10.11",
  innodb_flush_method: "O_DIRECT",
};
const LOG_IS_BUFFERED =
  "log opened without O_DIRECT: direct writes need 4096 bytes, a log block has 512";

describe.runIf(problem === null).each(DISKS)("sectors of 4096 bytes, %s", (backend) => {
  let disk: ReturnType<typeof coarseDisk>;
  let fine: string;
  beforeEach(() => {
    disk = coarseDisk();
    fine = mkdtempSync(join(tmpdir(), "tornproof-fine-"));
  });
  afterEach(() => {
    disk.unmount();
    rmSync(fine, { recursive: true, force: true });
  });

  const placements: readonly [string, () => [string, StoreOptions], boolean][] = [
    ["redo alone", () => [fine, { innodb_log_group_home_dir: disk.dir }], true],
    ["doublewrite alone", () => [fine, { innodb_doublewrite_dir: disk.dir }], false],
    ["everything", () => [disk.dir, {}], true],
    ["all but redo", () => [disk.dir, { innodb_log_group_home_dir: fine }], false],
  ];

  test.each(placements)("sectors: %s there → created, committed, recovered", async (_, of, log) => {
    const [dir, where] = of();
    const options = { ...DIRECT, backend, innodb_fast_shutdown: 2, ...where } as const;
    const store = await Store.open(dir, options, SMALL_ENGINE);
    const said = store.effective.substitutions.includes(LOG_IS_BUFFERED);
    expect(said, store.effective.substitutions.join("; ")).toBe(log);
    const { space, pages } = await newPages(store, "a", 3);
    await store.transaction((tx) => tx.write(space, pages[0]!, 0, numberBytes(7)));
    await store.checkpoint();
    await store.transaction((tx) => tx.write(space, pages[1]!, 0, numberBytes(8)));
    await store.close();

    const again = await Store.open(dir, options, SMALL_ENGINE);
    const numbers = await Promise.all(
      [0, 1].map((n) => again.read(again.tablespace("a")!, pages[n]!, 0, 8)),
    );
    await again.close();
    expect(numbers.map(numberOf)).toEqual([7, 8]);
  });

  test("sectors: redo there, strict → METHOD_UNAVAILABLE says what is in the way", async () => {
    const options = { ...DIRECT, backend, strict: true, innodb_log_group_home_dir: disk.dir };
    const error = await errorFrom(() => Store.open(fine, options, SMALL_ENGINE));
    expect(error).toBeInstanceOf(StoreError);
    expect(error.message).toContain(LOG_IS_BUFFERED);
  });
});
