// The host's canaries themselves: each table differs from a sound one where it says, and a store on
// each backend lives as usual while nothing fails, so that only a fault can give it away.

import { describe, expect, test } from "vitest";
import { MemoryDisk } from "../../host/backend/memory-disk.js";
import { createMemoryBackend } from "../../host/backend/memory.js";
import { callFor, resolveMethod, type FlushMethod } from "../../host/flush/index.js";
import { POINTS_OF } from "../../host/flush/table.js";
import { FILE_KINDS } from "../../host/abi.js";
import { Store } from "../../host/store.js";
import { bytesOf, newPages, textAt } from "../store/helpers.js";
import { SMALL, SMALL_ENGINE } from "../store/places.js";
import { HOST_CANARIES, without } from "./host-canaries.js";

const sound = resolveMethod("O_DIRECT");

/** Every decision of a table, as "kind point → call". */
function decisions(method: FlushMethod): string[] {
  return FILE_KINDS.flatMap((kind) =>
    POINTS_OF[kind].map((point) => `${kind} ${point} → ${callFor(method, kind, point).call}`),
  );
}

const tables = HOST_CANARIES.filter(({ method }) => method !== undefined);
const backends = HOST_CANARIES.filter(({ backend }) => backend !== undefined);
/** What these do needs no fault to be seen. */
const PLAIN = ["backend: short writes taken for whole", "backend: writes at a wrong offset"];

describe("host canaries: tables", () => {
  test.each(tables.map((canary) => [canary.name, canary] as const))(
    "%s: differs from a sound table in syncs left out, and in nothing else",
    (_name, canary) => {
      const broken = decisions(canary.method!(sound));
      const changed = broken.filter((decision) => !decisions(sound).includes(decision));

      expect(changed).not.toEqual([]);
      expect(changed.filter((decision) => !decision.endsWith("→ null"))).toEqual([]);
      expect(changed.length).toBeLessThanOrEqual(2);
    },
  );

  test("a sync that is not made anyway → cannot be left out", () => {
    expect(() => without(resolveMethod("none"), "log", "log-commit")).toThrow(/has no log sync/);
  });
});

/** Runs a store through commits, checkpoints and a restart; returns what a page then reads as. */
async function life(canary: (typeof backends)[number]): Promise<string> {
  const disk = new MemoryDisk();
  const open = (): Promise<Store> => {
    const backend = canary.backend!(createMemoryBackend(disk));
    return Store.open("/canary", { ...SMALL, backend }, SMALL_ENGINE);
  };
  const first = await open();
  const { space, pages } = await newPages(first, "birds", 8);
  await first.checkpoint();
  await first.transaction((tx) => tx.write(space, pages[7]!, 0, bytesOf("canary")));
  await first.checkpoint();
  await first.close();
  const second = await open();
  try {
    const birds = second.tablespaces().find(({ name }) => name === "birds")!;
    return pages.map((page) => textAt(second, birds, page, 6)).join(", ");
  } finally {
    await second.close();
  }
}

describe("host canaries: backends", () => {
  const names = backends.filter(({ name }) => !PLAIN.includes(name));

  test.each(names.map((canary) => [canary.name, canary] as const))(
    "%s: nothing fails → a store lives as usual",
    async (_name, canary) => {
      const read = "page 0, page 1, page 2, page 3, page 4, page 5, page 6, canary";

      expect(await life(canary)).toBe(read);
    },
  );

  test.each(PLAIN)("%s → a store is damaged even without a fault", async (name) => {
    const canary = backends.find((each) => each.name === name)!;

    await expect(life(canary)).rejects.toThrow();
  });
});
