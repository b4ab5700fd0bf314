// The doctor on real file systems: ext4, xfs and btrfs in loop-mounted files, tmpfs, overlay, FUSE.
// What a test needs stands in its name; where it is missing the test is skipped by that name.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { assemble } from "../../bench/doctor/assemble.js";
import { collect } from "../../bench/doctor/collect.js";
import type { DoctorDocument } from "../../bench/doctor/document.js";
import { EnvironmentError } from "../../bench/exit.js";
import { loadAddon } from "../../native/index.js";
import { Mounts } from "./mounts.js";

const mounts = new Mounts();
afterAll(() => mounts.unmountAll());

async function diagnose(dir: string, method: string | null = null): Promise<DoctorDocument> {
  const request = { profile: "mysql-8.4", pageSize: 16384, method };
  const findings = await collect(dir, request, () => false);
  expect(readdirSync(dir).filter((name) => name.startsWith(".tornproof"))).toEqual([]);
  const exit = { code: 0, reason: "ok" };
  return assemble(findings!, { version: "0", node: process.versions.node, exit });
}

/** Mounts, or fails the test with what the system would not do. */
function must(point: string | null, what: string): string {
  if (point === null) throw new Error(`${what} cannot be made or mounted here`);
  return point;
}

function names(document: DoctorDocument): string[] {
  return document.layers.map(({ kind, name }) => (kind === "device" ? kind : name));
}

describe.skipIf(Mounts.missing("mkfs.ext4") !== null)("on ext4 (needs root, mkfs.ext4)", () => {
  test("a loop file → direct I/O is real, the layers lead to what holds the file", async () => {
    const dir = must(mounts.image("ext4", ["mkfs.ext4", "-q"]), "ext4");

    const document = await diagnose(dir, "O_DIRECT");

    expect(document.file_system.type).toBe("ext4");
    expect(names(document).slice(0, 2)).toEqual(["ext4", "device"]);
    expect(document.device).toMatchObject({ kind: "loop" });
    expect(document.layers.length).toBeGreaterThan(2);
    expect(document.direct_io).toMatchObject({ state: "real", misaligned: "EINVAL" });
    expect(document.requested).toEqual({ method: "O_DIRECT", is_real: true, problems: [] });
    expect(document.sync.ways.map(({ problem }) => problem)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test("data=journal → O_DIRECT is accepted and not real, and a warning says so", async () => {
    const mkfs = ["mkfs.ext4", "-q"];
    const dir = must(mounts.image("journal", mkfs, "loop,data=journal"), "ext4, data=journal");

    const document = await diagnose(dir, "O_DIRECT");

    expect(document.direct_io).toMatchObject({ state: "not real", misaligned: "accepted" });
    expect(document.requested?.is_real).toBe(false);
    expect(document.notes.map(({ topic }) => topic)).toContain("ext4");
    expect(document.verdict[0]).toMatchObject({ value: "fsync" });
  });
});

describe.skipIf(Mounts.missing("mkfs.xfs") !== null)("on xfs (needs root, mkfs.xfs)", () => {
  test("a loop file → direct I/O is real; RWF_ATOMIC works or a layer is named", async () => {
    const dir = must(mounts.image("xfs", ["mkfs.xfs", "-q"]), "xfs");

    const document = await diagnose(dir, "RWF_ATOMIC");

    expect(document.direct_io.state).toBe("real");
    const { state, refused_by: layer } = document.atomic_write;
    expect(state === "works").toBe(layer === null);
    expect(document.requested?.is_real).toBe(state === "works" && loadAddon() !== null);
  });
});

describe.skipIf(Mounts.missing("mkfs.btrfs", "chattr") !== null)(
  "on btrfs (needs root, mkfs.btrfs, chattr)",
  () => {
    test("checksummed files → not real; files without copy-on-write → not to be told", async () => {
      const dir = must(mounts.image("btrfs", ["mkfs.btrfs", "-q"]), "btrfs");

      const document = await diagnose(dir, "O_DIRECT");
      expect(document.file_system.type).toBe("btrfs");
      expect(document.direct_io).toMatchObject({ state: "not real", misaligned: "accepted" });
      expect(document.device).toMatchObject({ kind: "loop" });
      expect(document.requested?.is_real).toBe(false);
      expect(document.atomic_write.refused_by).toMatch(/file system|addon/);

      const inPlace = join(dir, "in-place");
      expect(spawnSync("mkdir", [inPlace]).status).toBe(0);
      expect(spawnSync("chattr", ["+C", inPlace]).status).toBe(0);
      const second = await diagnose(inPlace);
      expect(second.file_system.inode?.no_copy_on_write).toBe(
        loadAddon() === null ? undefined : true,
      );
      expect(second.direct_io.state).toBe(loadAddon() === null ? "not real" : "unknown");
    });
  },
);

describe.skipIf(Mounts.missing("mount") !== null)("on tmpfs and overlay (needs root)", () => {
  test("tmpfs → memory, direct I/O not real, no durability claimed", async () => {
    const dir = must(mounts.mount("tmpfs", ["-t", "tmpfs", "-o", "size=64m", "none"]), "tmpfs");

    const document = await diagnose(dir, "fsync");

    expect(names(document)).toEqual(["tmpfs", "device"]);
    expect(document.direct_io.state).toBe("not real");
    expect(document.sync.grade).toBe("not a disk");
    expect(document.claims_durability).toBe(false);
    expect(document.requested?.is_real).toBe(false);
  });

  test("tmpfs without room → facts, nothing tried, and how much is needed", async () => {
    const dir = must(mounts.mount("small", ["-t", "tmpfs", "-o", "size=1m", "none"]), "tmpfs");

    const document = await diagnose(dir);

    expect(document.probe.problem).toMatch(/free, but the probe needs 8 MiB/);
    expect(document.direct_io.state).toBe("not tried");
  });

  test("overlay → the file system and the device of its upper directory", async () => {
    const [lower, upper, work] = ["lower", "upper", "work"].map((name) => mounts.directory(name));
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    const dir = must(mounts.mount("ov", ["-t", "overlay", "-o", options, "none"]), "overlay");

    const document = await diagnose(dir);
    const below = await diagnose(upper!);

    expect(document.file_system.type).toBe("overlay");
    expect(names(document).slice(1)).toEqual(names(below));
    expect(document.device).toEqual(below.device);
    expect(document.notes.map(({ topic }) => topic)).toContain("layers");
  });
});

describe.skipIf(Mounts.missing("bindfs") !== null)("on FUSE (needs root, bindfs)", () => {
  test("the daemon has died → an environment error that says what to look for", async () => {
    const dir = must(await mounts.deadFuse("dead"), "bindfs");
    const request = { profile: "mysql-8.4", pageSize: 16384, method: null };

    const diagnosis = collect(dir, request, () => false);

    await expect(diagnosis).rejects.toThrow(EnvironmentError);
    await expect(diagnosis).rejects.toThrow(/ENOTCONN: the file system does not answer/);
  });

  test("a daemon writes → direct I/O is unknown, no durability claimed", async () => {
    const dir = must(mounts.fuse("fuse"), "bindfs");

    const document = await diagnose(dir, "O_DIRECT");

    expect(document.shared).toMatchObject({ kind: "user space" });
    expect(document.device).toBeNull();
    expect(document.sync.grade).toBe("unknown");
    expect(document.claims_durability).toBe(false);
    expect(document.requested?.is_real).toBe(false);
  });
});
