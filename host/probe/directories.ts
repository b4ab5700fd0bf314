// O_DIRECT in every directory of a store. Redo and doublewrite may stand on another disk than the
// tablespaces, with other sectors; each directory is probed once.

import type { Layout } from "../layout.js";
import { probeDirectIo, type DirectIoProbe } from "./direct-io.js";
import type { DirectIoProbes } from "./effective.js";

/** Probes the directories of a layout, which exist. An errno is part of the answer. */
export function probeDirectories(
  layout: Layout,
  probe: (dir: string) => DirectIoProbe = probeDirectIo,
): DirectIoProbes {
  const found = new Map(layout.directories().map((dir) => [dir, probe(dir)]));
  return {
    log: found.get(layout.directoryOf("log"))!,
    data: found.get(layout.directoryOf("data"))!,
    dblwr: found.get(layout.directoryOf("dblwr"))!,
  };
}
