// What this directory and its device can do, found by trying it, and what that makes of a method.

export { probeAtomicWrite } from "./atomic-write.js";
export type { AtomicLayer, AtomicWriteAddon, AtomicWriteProbe } from "./atomic-write.js";
export { probeDirectIo, type DirectIoProbe } from "./direct-io.js";
export { fileSystemName, probeDirectory, type DirectoryProbe } from "./directory.js";
export { probeElsewhere } from "./elsewhere.js";
export { effectiveMethod, type EffectiveMethod, type Probes } from "./effective.js";
export { mountOf, parseMountInfo, type Mount } from "./mount.js";
export { PROBE_FILE_PREFIX } from "../housekeeping.js";
export { type BackendChoice, type BackendFacts, backendFacts } from "./backends.js";
export type { BlockDevice, DeviceKind, Partition } from "./block-device.js";
export { DISK_PROBE_BYTES_MAX, type DiskProbes, probeDisk, PROBE_FILE_BYTES } from "./disk.js";
export {
  type InodeFlags,
  inodeFlagsOf,
  type ZfsFacts,
  zfsDirectWrites,
  zfsFactsOf,
} from "./file-system-facts.js";
export { type MachineFiles, type StatFs, thisMachine } from "./machine-files.js";
export { hasVolatileCache, isMemory, type Layer, type Place, placeOf } from "./place.js";
export { type Sharing, type SharingKind, sharingOf } from "./sharing.js";
export { type Hint, type Surroundings, surroundingsOf } from "./surroundings.js";
export type { SyncLatency, SyncWay } from "./sync-latency.js";
