// What this directory and its device can do, found by trying it, and what that makes of a method.

export { probeAtomicWrite } from "./atomic-write.js";
export type { AtomicLayer, AtomicWriteAddon, AtomicWriteProbe } from "./atomic-write.js";
export { probeDirectIo, type DirectIoProbe } from "./direct-io.js";
export { fileSystemName, probeDirectory, type DirectoryProbe } from "./directory.js";
export { effectiveMethod, type EffectiveMethod, type Probes } from "./effective.js";
export { mountOf, parseMountInfo, type Mount } from "./mount.js";
export { PROBE_FILE_PREFIX } from "../housekeeping.js";
