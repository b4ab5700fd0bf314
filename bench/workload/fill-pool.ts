// Brings the pool to where a long run would have it: full, and most of its pages dirty. Without
// this a short measurement would end before the first page has to be written.

import { Changes, rowOffset } from "./changes.js";
import type { WorkloadContext } from "./workload.js";

const PAGES_PER_TRANSACTION = 32;

/** Changes as many different pages as the pool holds, in few transactions. */
export async function fillPool(context: Omit<WorkloadContext, "window">): Promise<void> {
  const { bufferPoolSize, changeSize, pages, random, space, store } = context;
  const changes = new Changes(changeSize, random);
  const count = Math.min(pages.length, Math.floor(bufferPoolSize / store.pageSize));
  const first = random.below(pages.length);
  for (let done = 0; done < count; done += PAGES_PER_TRANSACTION) {
    await store.transaction((tx) => {
      for (let i = done; i < Math.min(count, done + PAGES_PER_TRANSACTION); i++) {
        const page = pages[(first + i) % pages.length]!;
        tx.write(space, page, rowOffset(random, changeSize, store.pageBodySize), changes.next());
      }
    });
  }
}
