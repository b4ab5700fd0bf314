// load: allocates pages one after the other and fills them, in transactions of a few pages, as a
// bulk insert in key order does. The tablespace grows all the time, so that file extension and
// its syncs are part of what is measured. When it has the size of the working set it is dropped,
// untimed, and the next one begins.

import { Changes } from "./changes.js";
import type { Workload, WorkloadContext } from "./workload.js";

const PAGES_PER_TRANSACTION = 8;
/** A filled page leaves room, as InnoDB does when rows arrive in key order. */
const FILL_SHARE = 15 / 16;

let spacesCreated = 0;

export const load: Workload = {
  name: "load",
  summary: "allocates and fills pages in order, as a bulk insert does; the data file grows",
  unit: "page",
  timed: "commit of 8 pages",
  changeSize: 1024,
  hasCommitters: false,

  async run(context) {
    while (!context.window.isOver(performance.now())) await fillOne(context);
  },
};

async function fillOne(context: WorkloadContext): Promise<void> {
  const { pages, random, store, window } = context;
  const rowSize = Math.min(context.changeSize, store.pageBodySize);
  const changes = new Changes(rowSize, random);
  const rows = Math.max(1, Math.floor((store.pageBodySize * FILL_SHARE) / rowSize));
  const space = await store.createTablespace(`load${++spacesCreated}`);
  window.start();
  let before = performance.now();
  for (let done = 0; done < pages.length && !window.isOver(before);) {
    await store.transaction(async (tx) => {
      for (let i = 0; i < PAGES_PER_TRANSACTION; i++) {
        const page = await tx.allocatePage(space);
        for (let row = 0; row < rows; row++) tx.write(space, page, row * rowSize, changes.next());
      }
    });
    done += PAGES_PER_TRANSACTION;
    const after = performance.now();
    window.add(PAGES_PER_TRANSACTION, PAGES_PER_TRANSACTION * rows * rowSize, after - before);
    before = after;
  }
  window.stop();
  await store.dropTablespace(space.name);
}
