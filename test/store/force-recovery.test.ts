// innodb_force_recovery and tablespaces whose file is damaged: at 0 the open is refused, from 1 on
// the tablespace is left out and the others go on. Its file is not touched.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptionError } from "../../host/errors.js";
import type { StoreOptions } from "../../host/options.js";
import type { Store } from "../../host/store.js";
import { errorFrom, newPages, textAt } from "./helpers.js";
import { MemoryPlace } from "./places.js";

const USERS = "space-1.ibd";
const PAGE = 4096;

type Damage = readonly [label: string, make: (place: MemoryPlace) => void, expected: RegExp];

const DAMAGES: readonly Damage[] = [
  ["missing", (place) => place.remove(USERS), /the file of a tablespace, found no file/],
  ["empty", (place) => place.write(USERS, new Uint8Array(0)), /a file of at least/],
  ["short", (place) => place.write(USERS, place.read(USERS).slice(0, PAGE)), /a file of at least/],
  ["without a header", (place) => place.write(USERS, zeroed(place.read(USERS))), /header/],
];
const ENDS: readonly (readonly [string, StoreOptions])[] = [
  ["closed", {}],
  ["not closed", { innodb_fast_shutdown: 2 }],
];
const CELLS = DAMAGES.flatMap((damage) =>
  ENDS.flatMap(([end, options]) =>
    [1, 6].map((level) => ({ label: damage[0], damage, end, options, level })),
  ),
);

function zeroed(bytes: Uint8Array): Uint8Array {
  return bytes.slice().fill(0, 0, PAGE);
}

async function refusals(store: Store): Promise<Error[]> {
  const users = store.tablespace("users")!;
  return [
    await errorFrom(() => store.read(users, 2, 0, 4)),
    await errorFrom(() => store.transaction((tx) => tx.write(users, 2, 0, Buffer.from("x")))),
    await errorFrom(() => store.transaction((tx) => tx.allocatePage(users))),
    await errorFrom(() => store.dropTablespace("users")),
  ];
}

describe("forced recovery: a tablespace", () => {
  let place: MemoryPlace;
  beforeEach(() => void (place = new MemoryPlace()));
  afterEach(() => place.clean());

  test.each(CELLS)("$label, $end, level $level → left out, the others live", async (cell) => {
    const [, make, expected] = cell.damage;
    const first = await place.open(cell.options);
    await newPages(first, "users", 3);
    const others = await newPages(first, "others", 3);
    await first.close();
    make(place);
    const before = place.files().get(USERS);
    if (cell.end === "closed") {
      expect(await errorFrom(() => place.open())).toBeInstanceOf(CorruptionError);
    }

    const store = await place.open({ innodb_force_recovery: cell.level });
    for (const error of await refusals(store)) {
      expect(error, error.stack).toBeInstanceOf(CorruptionError);
      expect(error.message).toMatch(expected);
    }
    const space = store.tablespace("others")!;
    expect(textAt(store, space, others.pages[1]!, 6)).toBe("page 1");
    await store.createTablespace("new");
    await store.close();

    if (cell.end === "closed") expect(place.files().get(USERS)).toEqual(before);
  });
});
