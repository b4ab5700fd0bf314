// innodb_doublewrite: ON, unless something else makes a page write all or nothing. What that would
// take is named, because "it has been fine without" is how torn pages are found.

import { judgeAtomic } from "./atomic.js";
import { type Findings, settingOf, writesTo } from "./findings.js";
import type { Advice } from "./advice.js";

/** Returns ON, with the reason; no place makes OFF safe for MySQL by itself. */
export function doublewriteAdvice(findings: Findings): Advice {
  const [reason, unless] = reasonFor(findings);
  return { variable: "innodb_doublewrite", value: "ON", reason, unless };
}

function reasonFor(findings: Findings): [reason: string, unless: string] {
  const setting = settingOf(findings);
  if (setting === "memory") {
    return ["a page in memory cannot survive a power cut, torn or whole; ON changes nothing", ""];
  }
  if (setting === "shared folder" || setting === "network" || setting === "user space") {
    return ["what is written whole beyond the mount is unknown", ""];
  }
  if (findings.place.fileSystem === "zfs") return zfsReason(findings);
  if (writesTo(findings, "btrfs")) {
    const inPlace = findings.inode?.noCopyOnWrite === true;
    return [
      inPlace
        ? "files are overwritten in place (NOCOW), so a page can be torn like on any disk"
        : "copy-on-write keeps old blocks, but a page of several blocks may be committed in part",
      "",
    ];
  }
  const atomic = judgeAtomic(findings);
  if (atomic.state === "works") {
    return [
      "MySQL does not ask for atomic writes; tornproof's method RWF_ATOMIC does, and is safe " +
        "with OFF here",
      "the store writes with RWF_ATOMIC: then OFF",
    ];
  }
  return [
    "a page is several sectors, and a write cut short by a power failure leaves some of each; " +
      "power-loss protection does not help a write that is under way",
    `pages are written atomically${atomic.remedy === "" ? "" : `, which needs ${atomic.remedy}`}`,
  ];
}

function zfsReason({ zfs, request }: Findings): [reason: string, unless: string] {
  const fits = zfs?.recordBytes === request.pageSize;
  return fits
    ? [
        "a record is written whole and matches a page, so a power cut cannot tear it; ON also " +
          "covers a server killed in the middle of a write",
        "you accept that: OFF is defensible here, with recordsize equal to the page size",
      ]
    : [
        "records and pages differ in size, so a page can be torn",
        "recordsize equals the page size: then OFF is defensible",
      ];
}
