// Which layer refuses RWF_ATOMIC. The probe sees the call fail; the device's own limits and the
// start of the partition tell whether the device, the placement of extents, or the partition is the
// cause.

import type { AtomicWriteProbe } from "../host.js";
import { formatBytes } from "../units.js";
import type { Findings } from "./findings.js";

export interface AtomicVerdict {
  readonly state: "works" | "refused" | "not tried";
  /** The layer that refuses; null when none does. */
  readonly refusedBy: AtomicWriteProbe["refusedBy"];
  readonly reason: string;
  /** What would change it; empty when nothing is to be done. */
  readonly remedy: string;
}

/** Returns whether a whole page can be written or nothing, and if not, who refuses. */
export function judgeAtomic(findings: Findings): AtomicVerdict {
  const { probes, probeProblem } = findings;
  if (probes === null) {
    const reason = probeProblem ?? "nothing was tried";
    return { state: "not tried", refusedBy: null, reason, remedy: "" };
  }
  const { atomicWrite } = probes;
  if (atomicWrite.available) {
    return { state: "works", refusedBy: null, reason: atomicWrite.reason, remedy: "" };
  }
  if (probes.facts?.dioMemAlign === 0) {
    const reason = "atomic writes need direct I/O, and statx says that files here have none";
    const remedy = "a file system and mount options with direct I/O";
    return { state: "refused", refusedBy: "file system", reason, remedy };
  }
  const cause = causeBelow(findings, atomicWrite);
  if (cause !== null) return { state: "refused", ...cause };
  const { refusedBy, reason } = atomicWrite;
  return { state: "refused", refusedBy, reason, remedy: REMEDIES[refusedBy ?? "device"] };
}

type Cause = Omit<AtomicVerdict, "state">;

/** The causes that only the device's limits reveal. */
function causeBelow(findings: Findings, probe: AtomicWriteProbe): Cause | null {
  if (probe.refusedBy !== "device") return null;
  const { device, partition, fileSystem } = findings.place;
  const deviceMax = device?.atomicUnitMaxBytes ?? 0;
  const { pageSize } = findings.request;
  if (deviceMax < pageSize) return null;
  const line = Math.max(device?.atomicUnitMinBytes ?? 0, device?.atomicBoundaryBytes ?? 0);
  const start = partition?.startBytes ?? 0;
  if (line > 0 && start % line !== 0) {
    const reason =
      `the device writes up to ${formatBytes(deviceMax)} atomically, but ${partition?.name} starts ` +
      `at ${start} bytes, which is no multiple of ${formatBytes(line)}`;
    return { refusedBy: "alignment", reason, remedy: REMEDIES.alignment };
  }
  const limit = probe.unitMax === 0 ? "none" : `only ${formatBytes(probe.unitMax)}`;
  const reason =
    `the device writes up to ${formatBytes(deviceMax)} atomically, ${fileSystem} passes on ` +
    `${limit}: its extents are not bound to start at multiples of a page`;
  return { refusedBy: "extents", reason, remedy: REMEDIES.extents };
}

const REMEDIES: Readonly<Record<NonNullable<AtomicWriteProbe["refusedBy"]>, string>> = {
  addon: "the addon (npm run build builds it, on Linux)",
  kernel: "Linux 6.11 or newer, 6.13 or newer for files of ext4 and xfs",
  "file system": "ext4 on a device with atomic writes, or xfs on Linux 6.16 or newer",
  extents: "ext4 with bigalloc and clusters of a page, or xfs, on Linux 6.16 or newer",
  alignment: "a partition that starts at a multiple of 1 MiB",
  device: "a device with atomic writes, or xfs with reflink on Linux 6.16 or newer",
};
