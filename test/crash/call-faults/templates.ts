// The stores that the faulted processes start from. Each run gets a copy of its own.
//
//   closed    left, right, right-hand; every slot and plain page holds the number of its page
//   crashed   the same, then a flush batch with copies, newer redo, no shutdown; one page torn

import { cpSync, openSync, readdirSync, rmSync, closeSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Store, type Tablespace } from "../../../host/index.js";
import {
  contentOf,
  FIRST_PLAIN_PAGE,
  optionsFor,
  PLAIN_PAGES,
  SLOTS,
  slotPage,
  SMALL,
  SPACES,
} from "./scenario.js";

/** What a store must hold, by cell. */
export type Cells = ReadonlyMap<string, number>;

export interface Template {
  readonly dir: string;
  readonly cells: Cells;
}

const OPTIONS = optionsFor({ backend: "node-fs", method: "fsync" });

export async function closedTemplate(dir: string): Promise<Template> {
  const store = await Store.open(dir, OPTIONS, SMALL);
  const cells = new Map<string, number>();
  for (const name of SPACES) {
    const space = await store.createTablespace(name);
    const pages = name === "left" ? SLOTS + PLAIN_PAGES : SLOTS;
    for (let n = 0; n < pages; n++) await newPage(store, space);
  }
  await store.createTablespace("right-hand");
  for (const name of [...SPACES, "right-hand"]) cells.set(`space:${name}`, 1);
  for (let slot = 0; slot < SLOTS; slot++) cells.set(`slot:${slot}`, slotPage(slot));
  for (let n = 0; n < PLAIN_PAGES; n++) {
    cells.set(`page:${FIRST_PLAIN_PAGE + n}`, FIRST_PLAIN_PAGE + n);
  }
  await store.close();
  return { dir, cells };
}

async function newPage(store: Store, space: Tablespace): Promise<void> {
  await store.transaction(async (tx) => {
    const page = await tx.allocatePage(space);
    tx.write(space, page, 0, contentOf(page));
  });
}

export async function crashedTemplate(closed: Template, dir: string): Promise<Template> {
  const live = `${dir}-live`;
  cpSync(closed.dir, live, { recursive: true });
  const store = await Store.open(live, OPTIONS, SMALL);
  const cells = new Map(closed.cells);
  for (const round of [1, 2]) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const value = round * 100 + slot;
      await store.transaction((tx) => {
        for (const name of SPACES) {
          tx.write(store.tablespace(name)!, slotPage(slot), 0, contentOf(value));
        }
      });
      cells.set(`slot:${slot}`, value);
    }
    if (round === 1) await store.checkpoint();
  }
  // What a process leaves that is killed now; the lock of a dead process is no obstacle.
  cpSync(live, dir, { recursive: true });
  await store.close();
  rmSync(live, { recursive: true });
  for (const name of readdirSync(dir)) {
    if (name.startsWith("tornproof.lock")) rmSync(join(dir, name));
  }
  tear(join(dir, "space-1.ibd"), slotPage(0));
  return { dir, cells };
}

/** Overwrites the second half of a page, whose copy is in the doublewrite file. */
function tear(path: string, page: number): void {
  const fd = openSync(path, "r+");
  writeSync(fd, new Uint8Array(2048).fill(0xa5), 0, 2048, page * 4096 + 2048);
  closeSync(fd);
}
