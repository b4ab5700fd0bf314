// Can this directory write a whole page or nothing (RWF_ATOMIC)? Four layers must agree: the addon
// makes the call, the kernel knows the flag, the file system passes it on, and the device carries
// the page (or the file system does, in software). The probe names the layer that refuses.

import { constants, statfsSync } from "node:fs";
import { release } from "node:os";
import { getSystemErrorName } from "node:util";
import { type Addon, addonProblem, loadAddon } from "../../native/index.js";
import { fileSystemName } from "./directory.js";
import { alignedMemory, errnoOf, withProbeFile } from "./probe-file.js";

/** "alignment": where the partition starts; "extents": how the file system places a file. */
export type AtomicLayer = "addon" | "kernel" | "file system" | "extents" | "alignment" | "device";

export interface AtomicWriteProbe {
  readonly available: boolean;
  /** The layer that refuses; null when none does. */
  readonly refusedBy: AtomicLayer | null;
  /** One sentence that says why. */
  readonly reason: string;
  /** Bytes, as statx reports them; 0 when it reports none. */
  readonly unitMin: number;
  readonly unitMax: number;
}

/** The part of the native addon that the probe needs. */
export type AtomicWriteAddon = Pick<Addon, "fileFacts" | "tryPwriteAtomic">;

/** File systems that pass atomic writes to a device that has them. */
const PASS_THROUGH = ["ext4", "xfs"];

/**
 * Probes a directory with one real atomic write of a page, opened O_DIRECT as a store would.
 * Errors: none; a refusal is part of the answer.
 */
export function probeAtomicWrite(
  dir: string,
  pageSize: number,
  addon: AtomicWriteAddon | null = loadAddon(),
): AtomicWriteProbe {
  if (addon === null) return atomicWithoutAddon();
  const direct = (constants as { O_DIRECT?: number }).O_DIRECT ?? 0;
  try {
    const fileSystem = fileSystemName(statfsSync(dir).type, null);
    return withProbeFile(dir, direct, (fd) => probeAtomicFile(fd, pageSize, addon, fileSystem));
  } catch (error) {
    return atomicOpenRefused(errnoOf(error));
  }
}

/** The answer where there is no addon to ask with. */
export function atomicWithoutAddon(): AtomicWriteProbe {
  const reason = addonProblem() ?? "the probe was given no addon";
  return { available: false, refusedBy: "addon", reason, unitMin: 0, unitMax: 0 };
}

/** What an open with O_DIRECT that failed with `code` means. */
export function atomicOpenRefused(code: string): AtomicWriteProbe {
  const reason = `a probe file cannot be opened here: ${code}`;
  return { available: false, refusedBy: "file system", reason, unitMin: 0, unitMax: 0 };
}

/** Probes a file that is open with O_DIRECT; its first page is overwritten. */
export function probeAtomicFile(
  fd: number,
  pageSize: number,
  addon: AtomicWriteAddon,
  fileSystem: string,
): AtomicWriteProbe {
  const { atomicUnitMin, atomicUnitMax } = addon.fileFacts(fd);
  const result = addon.tryPwriteAtomic(fd, alignedMemory().subarray(0, pageSize), 0);
  const unitMin = atomicUnitMin ?? 0;
  const unitMax = atomicUnitMax ?? 0;
  const fits = unitMax > 0 && unitMin <= pageSize && pageSize <= unitMax;
  if (result === pageSize && fits) {
    const reason = `atomic writes of ${unitMin} to ${unitMax} bytes`;
    return { available: true, refusedBy: null, reason, unitMin, unitMax };
  }
  // A kernel that ignores the flag accepts anything: success without limits proves nothing.
  const outcome = result < 0 ? getSystemErrorName(result) : `${result} bytes written`;
  const [refusedBy, fact] = refusal(atomicUnitMax, pageSize, fileSystem);
  return {
    available: false,
    refusedBy,
    reason: `${fact} (RWF_ATOMIC of ${pageSize} bytes: ${outcome})`,
    unitMin,
    unitMax,
  };
}

function refusal(
  unitMax: number | null,
  pageSize: number,
  fileSystem: string,
): [AtomicLayer, string] {
  if (unitMax === null) {
    // ext4 and xfs always report limits where the kernel knows them, if only zeros.
    const isSilent = !PASS_THROUGH.includes(fileSystem) && kernelHasAtomicWrites(release());
    if (isSilent) return ["file system", `${fileSystem} has no atomic writes`];
    return ["kernel", `the kernel reports no atomic write limits for ${fileSystem}`];
  }
  if (unitMax > 0) {
    const fact = unitMax < pageSize ? `atomic writes end at ${unitMax} bytes` : "the write failed";
    return ["device", fact];
  }
  if (PASS_THROUGH.includes(fileSystem)) {
    return ["device", `the device below ${fileSystem} offers no atomic writes`];
  }
  return ["file system", `${fileSystem} has no atomic writes`];
}

/** RWF_ATOMIC came with Linux 6.11. */
export function kernelHasAtomicWrites(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 11);
}
