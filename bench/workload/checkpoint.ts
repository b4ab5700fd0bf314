// checkpoint: dirties half of the pool, untimed, then times a sharp checkpoint, which writes
// every dirty page and syncs. It stands for the stall when redo space runs out, and for shutdown:
// how fast a flush method gets a pile of pages onto the disk.

import { Changes, rowOffset } from "./changes.js";
import type { Workload, WorkloadContext } from "./workload.js";

const POOL_SHARE = 0.5;
const PAGES_PER_TRANSACTION = 16;

export const checkpoint: Workload = {
  name: "checkpoint",
  summary: "dirties half of the buffer pool, then times a sharp checkpoint of all of it",
  unit: "page",
  timed: "checkpoint",
  changeSize: 128,
  hasCommitters: false,

  async run(context) {
    const { pages, store, window } = context;
    const wanted = Math.floor((context.bufferPoolSize / store.pageSize) * POOL_SHARE);
    const count = Math.max(1, Math.min(pages.length, wanted));
    const changes = new Changes(context.changeSize, context.random);
    while (!window.isOver(performance.now())) {
      await dirty(context, changes, count);
      const before = performance.now();
      window.start();
      await store.checkpoint();
      window.stop();
      window.add(count, count * context.changeSize, performance.now() - before);
    }
  },
};

/** Changes `count` different pages; which ones differs from call to call. */
async function dirty(context: WorkloadContext, changes: Changes, count: number): Promise<void> {
  const { pages, random, space, store } = context;
  const first = random.below(pages.length);
  for (let done = 0; done < count; done += PAGES_PER_TRANSACTION) {
    await store.transaction((tx) => {
      for (let i = done; i < Math.min(count, done + PAGES_PER_TRANSACTION); i++) {
        const page = pages[(first + i) % pages.length]!;
        const offset = rowOffset(random, context.changeSize, store.pageBodySize);
        tx.write(space, page, offset, changes.next());
      }
    });
  }
}
