// page-update: every transaction changes a row of one page, chosen evenly from a working set larger
// than the pool. Nearly every commit has to read its page and, sooner or later, push a dirty one
// out. It stands for random updates of a table that does not fit into memory: the load under which
// doublewrite and the way data files are opened cost the most.

import { Changes, rowOffset } from "./changes.js";
import { runCommitters } from "./committers.js";
import { fillPool } from "./fill-pool.js";
import type { Workload } from "./workload.js";

export const pageUpdate: Workload = {
  name: "page-update",
  summary: "updates of single pages, evenly over a working set larger than the buffer pool",
  unit: "commit",
  timed: "commit",
  changeSize: 128,
  hasCommitters: true,
  prepare: fillPool,

  run(context) {
    const { changeSize, pages, space, store } = context;
    return runCommitters(context, (committer) => {
      const random = context.random.fork(committer);
      const changes = new Changes(changeSize, random);
      return (tx) => {
        const page = pages[random.below(pages.length)]!;
        const offset = rowOffset(random, changeSize, store.pageBodySize);
        tx.write(space, page, offset, changes.next());
        return changeSize;
      };
    });
  },
};
