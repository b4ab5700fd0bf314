// What a directory is: permissions, file system, mount.

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileSystemName, mountOf, parseMountInfo, probeDirectory } from "../../host/probe/index.js";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-directory-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("probe: directory", () => {
  test("directory: an ordinary one → exists, writable, named file system, free bytes", () => {
    const probe = probeDirectory(dir);
    expect(probe).toMatchObject({ exists: true, writable: true, reason: "" });
    expect(probe.fileSystem).toMatch(/^[a-z0-9]+$/);
    expect(probe.freeBytes).toBeGreaterThan(0);
  });

  test.runIf(process.platform === "linux")("directory: on Linux → its mount is known", () => {
    const { mount, path } = probeDirectory(dir);
    expect(mount).not.toBeNull();
    expect(path.startsWith(mount?.point ?? "?")).toBe(true);
    expect(mount?.options.length).toBeGreaterThan(0);
  });

  test("directory: missing → ENOENT; a file → ENOTDIR", () => {
    const file = join(dir, "file");
    writeFileSync(file, "");
    expect(probeDirectory(join(dir, "none"))).toMatchObject({ exists: false, reason: "ENOENT" });
    expect(probeDirectory(file)).toMatchObject({ exists: false, reason: "ENOTDIR" });
  });

  test("directory: a symbolic link → the path it leads to", () => {
    const link = join(dir, "link");
    symlinkSync(dir, link);
    expect(probeDirectory(link).path).toBe(probeDirectory(dir).path);
  });
});

describe("probe: file system names", () => {
  test.each([
    [0xef53, null, "ext4"],
    [0x58465342, null, "xfs"],
    // statfs reports btrfs and cifs with the sign bit set on some platforms.
    [0x9123683e | 0, null, "btrfs"],
    [0x12345, null, "0x12345"],
  ])("file system: magic %i → %s", (magic, mount, name) => {
    expect(fileSystemName(magic, mount)).toBe(name);
  });

  test("file system: ext2 and ext3 share ext4's magic → the mount tells them apart", () => {
    const [mount = null] = parseMountInfo("1 0 8:1 / / rw - ext3 /dev/a rw");
    expect(fileSystemName(0xef53, mount)).toBe("ext3");
  });
});

describe("probe: mountinfo", () => {
  const TEXT = [
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro",
    "22 21 0:20 / /srv rw,nosuid - tmpfs tmpfs rw,size=1024k",
    "23 21 8:2 / /srv/my\\040data rw,noatime master:1 shared:3 - xfs /dev/sda2 rw",
    "24 21 8:3 / /srv/my\\040data ro - btrfs /dev/sda3 ro,subvol=/",
    "not a mount",
    "",
  ].join("\n");
  const mounts = parseMountInfo(TEXT);

  test("mountinfo: every field, optional ones skipped, octal escapes undone", () => {
    expect(mounts).toHaveLength(4);
    expect(mounts[2]).toEqual({
      point: "/srv/my data",
      type: "xfs",
      source: "/dev/sda2",
      device: "8:2",
      options: ["rw", "noatime"],
    });
  });

  test.each([
    ["/home", "ext4"],
    ["/srv", "tmpfs"],
    ["/srv/other", "tmpfs"],
    ["/srvx", "ext4"],
    ["/srv/my data/x", "btrfs"],
  ])("mountinfo: %s → the deepest and latest mount, %s", (path, type) => {
    expect(mountOf(mounts, path)?.type).toBe(type);
  });

  test("mountinfo: no mounts → null", () => {
    expect(mountOf([], "/")).toBeNull();
  });
});
