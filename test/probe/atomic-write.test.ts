// The atomic write probe, with an addon that answers as each layer would.

import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileSystemName, probeAtomicWrite, type AtomicWriteAddon } from "../../host/probe/index.js";
import { kernelHasAtomicWrites } from "../../host/probe/atomic-write.js";
import { loadAddon } from "../../native/index.js";

const PAGE = 16384;
const EOPNOTSUPP = -95;
let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-atomic-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function addon(min: number | null, max: number | null, result: number): AtomicWriteAddon {
  return {
    fileFacts: () => ({
      dioMemAlign: 512,
      dioOffsetAlign: 512,
      dioReadOffsetAlign: 512,
      atomicUnitMin: min,
      atomicUnitMax: max,
      atomicSegmentsMax: 1,
    }),
    tryPwriteAtomic: () => result,
  };
}

describe("probe: atomic writes", () => {
  test("atomic: no addon → refused by the addon", () => {
    expect(probeAtomicWrite(dir, PAGE, null)).toMatchObject({
      available: false,
      refusedBy: "addon",
    });
  });

  test("atomic: limits that hold the page, and a write that succeeds → available", () => {
    expect(probeAtomicWrite(dir, PAGE, addon(4096, 65536, PAGE))).toEqual({
      available: true,
      refusedBy: null,
      reason: "atomic writes of 4096 to 65536 bytes",
      unitMin: 4096,
      unitMax: 65536,
    });
  });

  const passesThrough = ["ext4", "xfs"].includes(fileSystemName(statfsSync(tmpdir()).type, null));
  const silent = !passesThrough && kernelHasAtomicWrites(release()) ? "file system" : "kernel";
  test.each<[string, AtomicWriteAddon, string]>([
    ["no limits reported", addon(null, null, EOPNOTSUPP), silent],
    ["the kernel ignored the flag", addon(null, null, PAGE), silent],
    ["limits of zero", addon(0, 0, EOPNOTSUPP), passesThrough ? "device" : "file system"],
    ["success without limits", addon(0, 0, PAGE), passesThrough ? "device" : "file system"],
    ["limits below the page", addon(4096, 8192, -22), "device"],
    ["limits above the page", addon(32768, 65536, -22), "device"],
    ["limits that fit, a write that fails", addon(4096, 65536, -5), "device"],
    ["limits that fit, a short write", addon(4096, 65536, 4096), "device"],
  ])("atomic: %s → refused, and the layer is named, case %#", (_, stub, layer) => {
    const probe = probeAtomicWrite(dir, PAGE, stub);
    expect(probe).toMatchObject({ available: false, refusedBy: layer });
    expect(probe.reason).toContain("RWF_ATOMIC of 16384 bytes");
  });

  test("atomic: a directory that does not exist → refused, not an exception", () => {
    const probe = probeAtomicWrite(join(dir, "none"), PAGE, addon(4096, 65536, PAGE));
    expect(probe).toMatchObject({ available: false, refusedBy: "file system" });
    expect(probe.reason).toContain("ENOENT");
  });

  test.runIf(loadAddon() !== null)("atomic: the real addon → an answer with a reason", () => {
    const probe = probeAtomicWrite(dir, PAGE);
    expect(probe.reason).not.toBe("");
    expect(probe.refusedBy === null).toBe(probe.available);
  });

  test.each([
    ["5.15.0-generic", false],
    ["6.10.9", false],
    ["6.11.0-rc1", true],
    ["6.18.44-x", true],
    ["7.0.0", true],
  ])("atomic: kernel %s → RWF_ATOMIC known: %s", (version, known) => {
    expect(kernelHasAtomicWrites(version)).toBe(known);
  });

  test("atomic: after a probe → no file is left", () => {
    probeAtomicWrite(dir, PAGE, addon(4096, 65536, PAGE));
    expect(readdirSync(dir)).toEqual([]);
  });
});
