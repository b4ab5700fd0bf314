// What the doctor makes of findings: direct I/O, atomic writes, grades, the verdict, --strict.

import { describe, expect, test } from "vitest";
import { judgeAtomic } from "../../bench/doctor/atomic.js";
import { judgeDirect } from "../../bench/doctor/direct.js";
import type { DoctorRequest, Findings } from "../../bench/doctor/findings.js";
import { settingOf } from "../../bench/doctor/findings.js";
import { gradeSyncs } from "../../bench/doctor/grade.js";
import { findNotes } from "../../bench/doctor/notes.js";
import { checkMethod } from "../../bench/doctor/strict.js";
import { findVerdict } from "../../bench/doctor/verdict.js";
import type { BlockDevice, DiskProbes } from "../../bench/host.js";
import { profileNames } from "../../host/flush/index.js";
import { ACCEPTED, NO_ATOMIC, probesOf } from "./answers.js";
import { findingsOf, MACHINES } from "./machines/index.js";

function found(name: string, request: Partial<DoctorRequest> = {}): Findings {
  return findingsOf(MACHINES[name]!, request);
}

function withProbes(name: string, overrides: Partial<DiskProbes>): Findings {
  const findings = found(name);
  return { ...findings, probes: { ...findings.probes!, ...overrides } };
}

function withDevice(name: string, device: Partial<BlockDevice>): Findings {
  const findings = found(name);
  const changed = { ...findings.place.device!, ...device };
  return { ...findings, place: { ...findings.place, device: changed, devices: [changed] } };
}

describe("doctor: setting", () => {
  test.each([
    ["nvme", "disk"],
    ["zfs", "disk"],
    ["loopOnBtrfs", "disk"],
    ["overlay", "unknown"],
    ["dockerDesktop", "shared folder"],
    ["wsl", "shared folder"],
    ["nfs", "network"],
    ["tmpfs", "memory"],
    ["macos", "unknown"],
  ])("%s → %s", (name, setting) => {
    expect(settingOf(found(name))).toBe(setting);
  });
});

describe("doctor: direct I/O", () => {
  test.each([
    ["nvme", "real", /refused \(EINVAL\)/],
    ["btrfs", "not real", /checksums/],
    ["zfs", "not real", /did not count/],
    ["nfs", "unknown", /any alignment/],
    ["tmpfs", "not real", /no device/],
    ["dockerDesktop", "not real", /accepted/],
    ["macos", "not real", /no O_DIRECT/],
    ["forbidden", "not tried", /EACCES/],
  ])("%s → %s", (name, state, reason) => {
    const verdict = judgeDirect(found(name));

    expect(verdict.state).toBe(state);
    expect(verdict.reason).toMatch(reason);
  });

  test("zfs: the pool counts the write → real; no counter → unknown; before 2.3 → not real", () => {
    const zfs = found("zfs");
    const old = { ...zfs, zfs: { ...zfs.zfs!, directIoEnabled: null } };

    expect(judgeDirect(withProbes("zfs", { zfsCountedDirect: true })).state).toBe("real");
    expect(judgeDirect(withProbes("zfs", { zfsCountedDirect: null })).state).toBe("unknown");
    const untold = { ...old, probes: { ...old.probes!, zfsCountedDirect: null } };
    expect(judgeDirect(untold).state).toBe("not real");
  });

  test("btrfs without copy-on-write → unknown: it takes misaligned writes in any case", () => {
    const findings = found("btrfs");
    const inode = { ...findings.inode!, noCopyOnWrite: true };

    expect(judgeDirect({ ...findings, inode }).state).toBe("unknown");
  });

  test("ext4 with data=journal → not real, and the journal is named", () => {
    const findings = withProbes("virtio", { directIo: ACCEPTED });
    const inode = {
      noCopyOnWrite: false,
      journalsData: true,
      compressed: false,
      extentSizeHint: 0,
    };

    expect(judgeDirect({ ...findings, inode }).reason).toContain("data=journal");
  });
});

describe("doctor: atomic writes", () => {
  test.each<[string, Findings, string | null]>([
    ["a device without units", found("nvme"), "device"],
    ["a file system that has none", found("btrfs"), "file system"],
    ["no addon", found("macos"), "addon"],
    ["xfs in software", found("loopOnBtrfs"), null],
    [
      "a device with units, extents anywhere",
      withDevice("nvme", { atomicUnitMinBytes: 512, atomicUnitMaxBytes: 65536 }),
      "extents",
    ],
    [
      "a device with units, a partition off their line",
      withDevice("sata", {
        atomicUnitMinBytes: 4096,
        atomicUnitMaxBytes: 65536,
        atomicBoundaryBytes: 131072,
      }),
      "alignment",
    ],
    [
      "units smaller than a page",
      withDevice("nvme", { atomicUnitMinBytes: 512, atomicUnitMaxBytes: 4096 }),
      "device",
    ],
    [
      "statx says that the file has no direct I/O",
      withProbes("virtio", { facts: { ...probesOf({ us: [1, 1, 1] }).facts!, dioMemAlign: 0 } }),
      "file system",
    ],
    [
      "a kernel that does not know the flag",
      withProbes("nvme", { atomicWrite: { ...NO_ATOMIC, refusedBy: "kernel", reason: "old" } }),
      "kernel",
    ],
  ])("%s → refused by: %#", (_, findings, layer) => {
    const verdict = judgeAtomic(findings);

    expect(verdict.refusedBy).toBe(layer);
    expect(verdict.state).toBe(layer === null ? "works" : "refused");
    expect(verdict.remedy === "", "a remedy exactly when refused").toBe(layer === null);
  });
});

describe("doctor: grades", () => {
  test.each<[string, [number, number, number], string]>([
    ["nvme", [30, 60, 500], "excellent"],
    ["virtio", [124, 200, 900], "suspiciously fast"],
    ["virtio", [126, 200, 900], "excellent"],
    ["virtio", [800, 1249, 5000], "excellent"],
    ["virtio", [800, 1251, 5000], "good"],
    ["virtio", [800, 12_499, 50_000], "good"],
    ["virtio", [800, 12_501, 50_000], "slow"],
    ["virtio", [800, 62_501, 90_000], "very slow"],
    ["overlay", [38, 60, 90], "suspiciously fast"],
    ["nfs", [1300, 4400, 12_000], "good"],
    ["dockerDesktop", [38, 60, 90], "unknown"],
    ["tmpfs", [3, 9, 44], "not a disk"],
  ])("%s, fsync %s µs (fdatasync 0.8 of it) → %s", (name, us, grade) => {
    const { syncs } = probesOf({ us });

    expect(gradeSyncs(withProbes(name, { syncs })).name).toBe(grade);
  });

  test("too few samples for a p99 → the slowest decides, and the words say so", () => {
    const grade = gradeSyncs(found("sata"));

    expect(grade.name).toBe("slow");
    expect(grade.sentences[0]).toContain("slowest of 22 syncs");
  });

  test("nothing measured → not measured", () => {
    expect(gradeSyncs(found("forbidden")).name).toBe("not measured");
    expect(gradeSyncs(withProbes("virtio", { syncs: [] })).name).toBe("not measured");
  });

  test("no grade of any machine → calls a disk a liar, or honest", () => {
    for (const name of Object.keys(MACHINES)) {
      expect(gradeSyncs(found(name)).sentences.join(" "), name).not.toMatch(
        /\bl(ie|ying|iar)|honest/i,
      );
    }
  });
});

describe("doctor: verdict", () => {
  const value = (findings: Findings, variable: string): string | null =>
    findVerdict(findings).find((advice) => advice.variable === variable)!.value;

  test.each([
    ["nvme", "mysql-8.4", "O_DIRECT"],
    ["virtio", "mysql-8.4", "fsync"],
    ["virtio", "mysql-8.0.20", "fsync"],
    ["virtio", "mysql-8.0.14", "O_DIRECT"],
    ["virtio", "mariadb-11", "O_DIRECT"],
    ["virtio", "tornproof", "O_DIRECT"],
    ["overlay", "mysql-8.4", "fsync"],
    ["overlay", "mariadb-10.11", "O_DIRECT"],
    ["btrfs", "tornproof", "fsync"],
    ["zfs", "tornproof", "fsync"],
    ["nfs", "tornproof", "fsync"],
    ["tmpfs", "tornproof", "fsync"],
    ["dockerDesktop", "tornproof", "fsync"],
    ["wsl", "tornproof", "fsync"],
    ["macos", "tornproof", "fsync"],
    ["forbidden", "tornproof", "fsync"],
  ])("%s under %s → innodb_flush_method = %s", (name, profile, method) => {
    expect(value(found(name, { profile }), "innodb_flush_method")).toBe(method);
  });

  test("every machine, every profile → five variables, each with a reason", () => {
    for (const name of Object.keys(MACHINES)) {
      for (const profile of profileNames()) {
        const verdict = findVerdict(found(name, { profile }));
        expect(verdict.map((advice) => advice.variable)).toEqual([
          "innodb_flush_method",
          "innodb_doublewrite",
          "innodb_use_fdatasync",
          "innodb_flush_neighbors",
          "innodb_page_size",
        ]);
        for (const advice of verdict) {
          expect(advice.reason, `${name} ${profile} ${advice.variable}`).not.toBe("");
        }
        expect(value(found(name, { profile }), "innodb_doublewrite")).toBe("ON");
      }
    }
  });

  test.each([
    ["sata", "1"],
    ["nvme", "0"],
    // It says "rotational", as virtual disks do.
    ["virtio", "0"],
    ["loopOnBtrfs", "0"],
    ["dockerDesktop", "0"],
  ])("%s → innodb_flush_neighbors = %s", (name, neighbors) => {
    expect(value(found(name), "innodb_flush_neighbors")).toBe(neighbors);
  });

  test("innodb_use_fdatasync: a variable → ON; a server without it → nothing to set", () => {
    expect(value(found("nvme"), "innodb_use_fdatasync")).toBe("ON");
    expect(value(found("nvme", { profile: "mariadb-11" }), "innodb_use_fdatasync")).toBeNull();
  });

  test.each([
    ["nvme", 16384, /^a multiple of physical blocks of 4 KiB/],
    ["sata", 16384, /does not start at a multiple of a page/],
    ["zfs", 16384, /recordsize is 128 KiB, and 16 KiB fits/],
    ["nfs", 16384, /cannot be seen/],
  ])("%s, pages of %i → innodb_page_size: %s", (name, pageSize, reason) => {
    const advice = findVerdict(found(name, { pageSize })).at(-1)!;

    expect(advice.reason).toMatch(reason);
  });
});

describe("doctor: --strict", () => {
  test.each([
    ["nvme", "O_DIRECT", true, null],
    ["nvme", "RWF_ATOMIC", false, /refused by the device/],
    ["loopOnBtrfs", "RWF_ATOMIC", true, null],
    ["btrfs", "O_DIRECT", false, /without O_DIRECT/],
    ["btrfs", "fsync", true, null],
    ["zfs", "O_DIRECT", false, /pool did not count/],
    ["tmpfs", "fsync", false, /memory/],
    ["wsl", "fsync", false, /nothing can be promised/],
    ["dockerDesktop", "O_DIRECT", false, /nothing can be promised/],
    ["forbidden", "fsync", false, /nothing could be tried/],
  ])("%s, %s → real: %s", (name, method, isReal, problem) => {
    const check = checkMethod(found(name), method);

    expect(check.isReal).toBe(isReal);
    if (problem !== null) expect(check.problems.join("; ")).toMatch(problem);
  });
});

describe("doctor: notes", () => {
  test.each([
    ["stacked", "warning", /nobarrier/],
    ["nfs", "warning", /soft/],
    ["btrfs", "warning", /O_DIRECT_NO_FSYNC/],
    ["loopOnBtrfs", "note", /loop device/],
    ["loopOnBtrfs", "note", /btrfs below/],
    ["dockerDesktop", "warning", /named volume/],
    ["wsl", "warning", /Linux file system/],
    ["zfs", "warning", /#16642/],
    ["zfs", "note", /zfs set recordsize=16k tank\/mysql/],
    ["virtio", "note", /rotational/],
    ["overlay", "note", /copies all of it up/],
    ["macos", "warning", /F_FULLFSYNC/],
    ["tmpfs", "warning", /memory/],
  ])("%s → a %s about %s", (name, severity, pattern) => {
    const matching = findNotes(found(name)).filter(({ sentence }) => pattern.test(sentence));

    expect(matching.map((note) => note.severity)).toEqual([severity]);
  });

  test("a plain disk with nothing remarkable → no notes", () => {
    expect(findNotes(found("nvme"))).toEqual([]);
  });

  test("warnings → stand before notes", () => {
    for (const name of Object.keys(MACHINES)) {
      const order = findNotes(found(name)).map(({ severity }) => severity);
      expect(order, name).toEqual(order.toSorted().reverse());
    }
  });
});
