// innodb_flush_method: the cheapest method whose promise can be kept here. Direct I/O is preferred
// where it is real, because pages are then not cached twice; but a method that leaves copies or
// pages in the drive's cache is only as good as that cache.

import { hasVolatileCache, methodNames, resolveMethod } from "../host.js";
import { judgeDirect } from "./direct.js";
import { type Findings, settingOf, writesTo } from "./findings.js";
import type { Advice } from "./advice.js";

const VARIABLE = "innodb_flush_method";

/** Returns the method to use, always with the reason. */
export function methodAdvice(findings: Findings): Advice {
  return settingAdvice(findings) ?? fileSystemAdvice(findings) ?? directAdvice(findings);
}

function fsyncBecause(reason: string, unless: string): Advice {
  return { variable: VARIABLE, value: "fsync", reason, unless };
}

function settingAdvice(findings: Findings): Advice | null {
  const setting = settingOf(findings);
  if (setting === "shared folder") {
    return fsyncBecause(
      "no method can promise anything through a shared folder; fsync at least depends on nothing else",
      "the data moves to a disk of this machine",
    );
  }
  if (setting === "memory") {
    return fsyncBecause(
      "the bytes end in memory, and no method makes memory survive",
      "the data moves to a disk",
    );
  }
  if (setting === "user space") {
    return fsyncBecause(
      "what the daemon does with a direct write is unknown, and fsync is what it must implement",
      "the data moves to a file system of the kernel",
    );
  }
  if (setting === "network" && judgeDirect(findings).state !== "real") {
    return fsyncBecause(
      "whether a direct write is direct cannot be told over a network, and a sync is a round trip anyway",
      "measured otherwise: bench run --flush-method fsync,O_DIRECT",
    );
  }
  return null;
}

function fileSystemAdvice(findings: Findings): Advice | null {
  const { state } = judgeDirect(findings);
  if (findings.place.fileSystem === "zfs") {
    const why =
      state === "real"
        ? "direct I/O is real, but young here: panics were reported under MySQL (openzfs #16642)"
        : "writes go through the ARC whatever the method, so O_DIRECT gains nothing";
    return fsyncBecause(why, "you have tested the direct I/O of this OpenZFS under load");
  }
  if (writesTo(findings, "btrfs")) {
    const why = state === "unknown" ? "it may or may not be direct" : "it is buffered";
    return fsyncBecause(
      `O_DIRECT gains nothing to rely on here (${why}); never O_DIRECT_NO_FSYNC on btrfs`,
      "the data moves to ext4 or xfs",
    );
  }
  return null;
}

const WITHOUT_DIRECT = {
  "not real": ["direct I/O is not real", "the data moves to where it is, such as ext4 or xfs"],
  unknown: ["whether direct I/O is real is unknown", "the data moves to ext4 or xfs"],
} as const;

function directAdvice(findings: Findings): Advice {
  const direct = judgeDirect(findings);
  if (direct.state !== "real") {
    if (direct.state === "not tried") {
      return fsyncBecause("nothing could be tried", "a probe shows that direct I/O is real");
    }
    if (findings.platform === "darwin") {
      return fsyncBecause(
        "macOS has no O_DIRECT, and InnoDB's O_DIRECT methods are buffered there",
        "the server runs on Linux",
      );
    }
    const [why, unless] = WITHOUT_DIRECT[direct.state];
    return fsyncBecause(`${why}: ${direct.reason}`, unless);
  }
  const { profile } = findings.request;
  const { durability } = resolveMethod("O_DIRECT", { profile });
  if (durability === "power-loss") {
    const reason = `direct I/O is real here, and ${profile} syncs copies and pages after it`;
    return { variable: VARIABLE, value: "O_DIRECT", reason, unless: "" };
  }
  return cacheAdvice(findings);
}

/** Under this profile O_DIRECT does not sync the doublewrite copies before the pages. */
function cacheAdvice({ place, request }: Findings): Advice {
  const cache = hasVolatileCache(place);
  if (cache === false) {
    return {
      variable: VARIABLE,
      value: "O_DIRECT",
      reason:
        'direct I/O is real here, and the device says "write through": copies that ' +
        `${request.profile} does not sync are not in a volatile cache`,
      unless: "the cache is volatile after all: then fsync",
    };
  }
  const cached = cache === true ? "the device reports a volatile cache" : "the cache is unknown";
  return fsyncBecause(
    `direct I/O is real here, but ${request.profile} does not sync doublewrite copies under ` +
      `O_DIRECT, and ${cached}: a power cut can tear a page and its only copy`,
    "the drive has power-loss protection, or the server syncs the copies (MariaDB): then O_DIRECT",
  );
}

/** Returns the methods whose promise holds only if the drive's cache survives a power cut. */
export function needsProtection(profile: string): string[] {
  return methodNames(profile).filter(
    (name) => resolveMethod(name, { profile }).durability === "protected-cache",
  );
}
