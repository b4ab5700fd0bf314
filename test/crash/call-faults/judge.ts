// Opens a store after its process is done with it, and holds it against what was said.

import { readFileSync } from "node:fs";
import { Store, type Tablespace } from "../../../host/index.js";
import {
  contentOf,
  END,
  optionsFor,
  SLOTS,
  slotPage,
  SMALL,
  SPACES,
  valueIn,
  type Setting,
} from "./scenario.js";
import type { Cells } from "./templates.js";

/** Values that a cell may hold: the last acknowledged one, and those tried since. */
export type Expected = ReadonlyMap<string, readonly number[]>;

/** A line that was cut by the end of the process is no acknowledgment. */
export function expectedAfter(before: Cells, said: string): Expected {
  const cells = new Map([...before].map(([cell, value]) => [cell, [value]]));
  for (const line of readFileSync(said, "utf8").split("\n").slice(0, -1)) {
    if (line === END) continue;
    const [word, cell, text] = line.split(" ") as [string, string, string];
    const value = Number(text);
    if (word === "ack") cells.set(cell, [value]);
    else cells.set(cell, [...(cells.get(cell) ?? [0]), value]);
  }
  return cells;
}

/**
 * Errors: Error with every cell that holds something else, is half there or damaged; whatever the
 * store itself reports when it opens, commits once more, and closes.
 */
export async function judge(dir: string, setting: Setting, expected: Expected): Promise<void> {
  const store = await Store.open(dir, optionsFor(setting), SMALL);
  try {
    const wrong: string[] = [];
    for (const [cell, values] of expected) {
      const found = await valuesOf(store, cell).catch((error: Error) => [error.message]);
      const isRight = found.every((value) => value === found[0] && values.includes(Number(value)));
      if (!isRight)
        wrong.push(`${cell}: expected ${values.join(" or ")}, found ${found.join(", ")}`);
    }
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
    await commitEverySlot(store);
  } finally {
    await store.close();
  }
}

/** The values of all the places where a cell stands. */
async function valuesOf(store: Store, cell: string): Promise<number[]> {
  const [kind, name] = cell.split(":") as [string, string];
  if (kind === "space") return [store.tablespace(name) === undefined ? 0 : 1];
  if (kind === "page") return [await valueOf(store, "left", Number(name))];
  return Promise.all(SPACES.map((space) => valueOf(store, space, slotPage(Number(name)))));
}

async function valueOf(store: Store, space: string, page: number): Promise<number> {
  const tablespace = store.tablespace(space);
  if (tablespace === undefined) throw new Error(`no tablespace ${space}`);
  try {
    return valueIn(await store.read(tablespace, page, 0, contentOf(0).length));
  } catch (error) {
    if ((error as { code?: string }).code === "NOT_FOUND") return 0;
    throw error;
  }
}

async function commitEverySlot(store: Store): Promise<void> {
  const spaces = SPACES.map((name) => store.tablespace(name)) as Tablespace[];
  await store.transaction((tx) => {
    for (let slot = 0; slot < SLOTS; slot++) {
      for (const space of spaces) tx.write(space, slotPage(slot), 0, contentOf(7));
    }
  });
}
