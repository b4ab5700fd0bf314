// redo-append: the commit path alone. Every transaction changes a few hundred bytes of one page out
// of a handful that always stay in the pool, so that a commit is one write of redo and its sync.
// It stands for a busy table that fits into memory, and it is the number to hold against a plain
// loop of write and sync: what is missing from that loop's rate is what the store adds.

import { Changes, rowOffset } from "./changes.js";
import { runCommitters } from "./committers.js";
import type { Workload } from "./workload.js";

/** Pages that take the changes; few, so that hardly any page is ever flushed. */
const HOT_PAGES = 16;

export const redoAppend: Workload = {
  name: "redo-append",
  summary: "small commits on pages that stay in memory: redo write and sync, nothing else",
  unit: "commit",
  timed: "commit",
  // With the headers of its records, a change of this size is about one 512-byte block of redo.
  changeSize: 400,
  hasCommitters: true,

  run(context) {
    const { changeSize, pages, space, store } = context;
    return runCommitters(context, (committer) => {
      const random = context.random.fork(committer);
      const changes = new Changes(changeSize, random);
      return (tx) => {
        const page = pages[random.below(Math.min(HOT_PAGES, pages.length))]!;
        const offset = rowOffset(random, changeSize, store.pageBodySize);
        tx.write(space, page, offset, changes.next());
        return changeSize;
      };
    });
  },
};
