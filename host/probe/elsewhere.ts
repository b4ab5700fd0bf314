// Is O_DIRECT real where redo and the doublewrite files are? They may be on other disks than the
// data files, with other sectors.

import type { Layout } from "../layout.js";
import type { MethodFile } from "../flush/method.js";
import { probeDirectIo, type DirectIoProbe } from "./direct-io.js";

/** Probes every directory of the store but the data's, each once. Errors: none. */
export function probeElsewhere(layout: Layout): Partial<Record<MethodFile, DirectIoProbe>> {
  const probes = new Map<string, DirectIoProbe>();
  const found: Partial<Record<MethodFile, DirectIoProbe>> = {};
  for (const file of ["log", "dblwr"] as const) {
    const dir = layout.directoryOf(file);
    if (dir === layout.dir) continue;
    const probe = probes.get(dir) ?? probeDirectIo(dir);
    probes.set(dir, probe);
    found[file] = probe;
  }
  return found;
}
