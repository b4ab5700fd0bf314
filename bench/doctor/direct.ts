// What the probe of direct I/O means on this file system. The pair of writes decides where the
// kernel's own rules hold; a network file system may take any alignment and still be direct, and
// ZFS is asked for its own count.

import type { Findings } from "./findings.js";
import { settingOf, writesTo } from "./findings.js";

export interface DirectVerdict {
  readonly state: "real" | "not real" | "unknown" | "not tried";
  /** One sentence. */
  readonly reason: string;
}

/** Returns whether direct I/O is real here, and how that is known. */
export function judgeDirect(findings: Findings): DirectVerdict {
  const { probes, probeProblem, place } = findings;
  if (probes === null) return { state: "not tried", reason: probeProblem ?? "nothing was tried" };
  const { aligned, misaligned, real, reason } = probes.directIo;
  if (aligned !== "ok") return { state: "not real", reason };
  if (place.fileSystem === "zfs") return judgeZfs(findings);
  if (real) {
    return {
      state: "real",
      reason: "an aligned write works, a misaligned one is refused (EINVAL)",
    };
  }
  const setting = settingOf(findings);
  if (misaligned === "accepted" && ["network", "user space"].includes(setting)) {
    return {
      state: "unknown",
      reason: `${place.fileSystem} takes a write of any alignment, so the two writes prove nothing`,
    };
  }
  if (writesTo(findings, "btrfs")) return judgeBtrfs(findings);
  return { state: "not real", reason: `${reason}${whyAccepted(findings)}` };
}

function whyAccepted(findings: Findings): string {
  if (writesTo(findings, "tmpfs", "ramfs")) return "; there is no device to write to";
  if (findings.place.mount?.options.includes("data=journal") || findings.inode?.journalsData) {
    return "; with data=journal every byte goes through the journal";
  }
  return "";
}

/** btrfs sends a misaligned write through the page cache even where aligned ones are direct. */
function judgeBtrfs({ inode, place }: Findings): DirectVerdict {
  const inPlace = inode?.noCopyOnWrite === true || place.mount?.options.includes("nodatacow");
  if (inPlace === true) {
    return {
      state: "unknown",
      reason:
        "files here have no checksums (NOCOW), so aligned writes can be direct, but btrfs takes " +
        "misaligned ones too, so the two writes prove nothing",
    };
  }
  return {
    state: "not real",
    reason:
      "a misaligned direct write is accepted, and btrfs buffers direct writes to files with " +
      "checksums (from Linux 6.14 or 6.15 on)",
  };
}

/** OpenZFS counts direct writes since 2.3; before, it took the flag and ignored it. */
function judgeZfs({ probes, zfs }: Findings): DirectVerdict {
  const counted = probes?.zfsCountedDirect ?? null;
  if (counted === true) return { state: "real", reason: "the pool counted the write as direct" };
  if (counted === false) {
    return { state: "not real", reason: "the pool did not count the write as direct" };
  }
  if (zfs?.directIoEnabled === null) {
    return { state: "not real", reason: "OpenZFS before 2.3 takes O_DIRECT and writes to the ARC" };
  }
  return { state: "unknown", reason: "the counters of the pool cannot be read" };
}
