// A workload over more pages than recovery reads ahead, and than a small pool holds.

import type { Workload } from "../../../host/sim/workload.js";

const PAGES = 90;
/** Pages allocated by one transaction. */
const AT_ONCE = 5;

export const WIDE: Workload = {
  name: "wide",
  summary: "ninety pages are made and written, with redo for all of them",
  pages: 1,
  isSmall: true,
  run(run) {
    for (let done = 0; done < PAGES; done += AT_ONCE) {
      const pages = Array.from({ length: AT_ONCE }, () => run.reserve());
      const change = run.model.change();
      for (const page of pages) change.allocate(run.space, page);
      run.commit(change);
      run.acknowledged();
    }
    const { exports } = run.machine.engine;
    exports.storeCheckpoint();
    run.until(() => exports.checkpointIsDone() !== 0);
    const pages = [...run.model.last.values()].filter(({ page }) => page > 2);
    for (let from = 0; from < pages.length; from += AT_ONCE) {
      const change = run.model.change();
      for (const { space, page } of pages.slice(from, from + AT_ONCE)) {
        change.write(space, page, 40, new Uint8Array(8).fill(from + 1));
      }
      run.commit(change);
      run.acknowledged();
    }
  },
};
