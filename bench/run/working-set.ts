// The pages a workload works on: one tablespace, allocated once per run. All configurations work on
// the same files, each opening them its own way, so that none of them has the better extents.

import type { BenchStore, BenchTablespace } from "../api.js";
import type { Random } from "../host.js";

const SPACE_NAME = "bench";
const PAGES_PER_TRANSACTION = 32;
/** Enough to make every page a page with content; the rest of it would only cost redo. */
const FILL_BYTES = 256;

export interface WorkingSet {
  readonly space: BenchTablespace;
  readonly pages: Uint32Array;
}

/**
 * Returns the working set of `count` pages, and loads it when the store does not have it: at the
 * start of a run, and after every open of a store that does not persist.
 * `known`: the pages of the working set as loaded before.
 */
export async function ensureWorkingSet(
  store: BenchStore,
  count: number,
  known: Uint32Array | null,
  random: Random,
): Promise<WorkingSet> {
  const existing = store.tablespace(SPACE_NAME);
  if (existing && known) return { space: existing, pages: known };
  const space = existing ?? (await store.createTablespace(SPACE_NAME));
  const pages = new Uint32Array(count);
  const fill = Uint8Array.from({ length: FILL_BYTES }, () => random.below(256));
  for (let done = 0; done < count; done += PAGES_PER_TRANSACTION) {
    await store.transaction(async (tx) => {
      for (let i = done; i < Math.min(count, done + PAGES_PER_TRANSACTION); i++) {
        const page = await tx.allocatePage(space);
        tx.write(space, page, 0, fill);
        pages[i] = page;
      }
    });
  }
  await store.checkpoint();
  return { space, pages };
}
