// Fills a store so that its files hold every kind of page: several tablespaces, more than one
// extent, pages written, freed, and taken again, a tablespace that was dropped, and a crash.

import type { StoreOptions } from "../../host/options.js";
import { Store } from "../../host/store.js";
import type { Tablespace } from "../../host/transaction.js";
import { bytesOf, randomFrom } from "../store/helpers.js";

export interface Filled {
  readonly space: Tablespace;
  /** Pages in use, in the order in which they were taken. */
  readonly pages: readonly number[];
}

/** Pages of a transaction; a larger one would not fit into the smallest buffer pool. */
const PAGES_AT_ONCE = 16;

/** Runs the workload in `dir` and closes the store. `count`: pages to allocate in a tablespace. */
export async function fillStore(
  dir: string,
  options: StoreOptions,
  count: number,
): Promise<Filled[]> {
  let store = await Store.open(dir, { ...options, innodb_fast_shutdown: 2 });
  const filled: Filled[] = [];
  for (const [n, name] of ["first", "second", "third"].entries()) {
    filled.push(await fillSpace(store, name, n === 0 ? count : 20, n));
  }
  await store.dropTablespace("second");
  // Closed as after a crash: what is on disk now is the work of recovery.
  await store.close();
  store = await Store.open(dir, options);
  const first = { space: store.tablespace("first")!, pages: filled[0]!.pages };
  await rewrite(store, first, randomFrom(count));
  await store.close();
  return [first, filled[2]!];
}

async function fillSpace(store: Store, name: string, count: number, seed: number): Promise<Filled> {
  const space = await store.createTablespace(name);
  const random = randomFrom(seed);
  const pages: number[] = [];
  while (pages.length < count) {
    pages.push(...(await allocate(store, space, Math.min(PAGES_AT_ONCE, count - pages.length))));
  }
  await store.checkpoint();
  const freed = new Set(pages.filter(() => random(4) === 0));
  for (const page of freed) await store.transaction((tx) => tx.freePage(space, page));
  const again = await allocate(store, space, Math.min(PAGES_AT_ONCE, freed.size));
  const kept = pages.filter((page) => !freed.has(page));
  return { space, pages: [...kept, ...again] };
}

function allocate(store: Store, space: Tablespace, count: number): Promise<number[]> {
  return store.transaction(async (tx) => {
    const pages: number[] = [];
    for (let n = 0; n < count; n++) {
      const page = await tx.allocatePage(space);
      tx.write(space, page, 0, bytesOf(`${space.name} ${page}`));
      tx.write(space, page, store.pageBodySize - 4, bytesOf("last"));
      pages.push(page);
    }
    return pages;
  });
}

/** Changes some pages again, so that old and new images of neighbors are in the file. */
async function rewrite(
  store: Store,
  { space, pages }: Filled,
  random: (below: number) => number,
): Promise<void> {
  for (let n = 0; n < 50; n++) {
    const page = pages[random(pages.length)]!;
    await store.transaction((tx) => {
      tx.write(space, page, random(store.pageBodySize - 8), bytesOf(`turn ${n}`));
    });
    if (n % 20 === 0) await store.checkpoint();
  }
}
