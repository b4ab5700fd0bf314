// oltp-write: the default. Every transaction changes four rows: three in the hot twentieth of the
// working set, which fits into the pool, and one anywhere. It stands for an ordinary application's
// writes: most pages are at hand, some must be read, and dirty pages leave the pool all the time,
// so that redo, doublewrite and data files are all at work together.

import { Changes, rowOffset } from "./changes.js";
import { runCommitters } from "./committers.js";
import { fillPool } from "./fill-pool.js";
import type { Workload } from "./workload.js";

const HOT_ROWS = 3;
const COLD_ROWS = 1;
const HOT_SHARE = 0.05;

export const oltpWrite: Workload = {
  name: "oltp-write",
  summary: "transactions of four row updates, three in a hot twentieth, one anywhere",
  unit: "commit",
  timed: "commit",
  changeSize: 128,
  hasCommitters: true,
  prepare: fillPool,

  run(context) {
    const { changeSize, pages, space, store } = context;
    const hotPages = Math.max(1, Math.floor(pages.length * HOT_SHARE));
    return runCommitters(context, (committer) => {
      const random = context.random.fork(committer);
      const changes = new Changes(changeSize, random);
      return (tx) => {
        for (let row = 0; row < HOT_ROWS + COLD_ROWS; row++) {
          const page = pages[random.below(row < HOT_ROWS ? hotPages : pages.length)]!;
          const offset = rowOffset(random, changeSize, store.pageBodySize);
          tx.write(space, page, offset, changes.next());
        }
        return changeSize * (HOT_ROWS + COLD_ROWS);
      };
    });
  },
};
