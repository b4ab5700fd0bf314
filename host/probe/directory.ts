// What a directory is: there or not, writable or not, on which file system and mount, how full.

import { accessSync, constants, readFileSync, realpathSync, statfsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Mount, mountOf, parseMountInfo } from "./mount.js";
import { errnoOf } from "./probe-file.js";

export interface DirectoryProbe {
  /** Absolute, without symbolic links when it exists. */
  readonly path: string;
  readonly exists: boolean;
  /** By permission; a full or failing disk is not tried. */
  readonly writable: boolean;
  /** Why it is not usable; empty when it is. */
  readonly reason: string;
  /** "ext4", "xfs", …; "0x…" for an unknown magic number; null when it does not exist. */
  readonly fileSystem: string | null;
  /** Free to an ordinary user; null when unknown. */
  readonly freeBytes: number | null;
  /** null where the system has no mountinfo. */
  readonly mount: Mount | null;
}

/** File system magic numbers, as statfs reports them. */
const MAGIC_NAMES: Readonly<Record<number, string>> = {
  0xef53: "ext4",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x2fc12fc1: "zfs",
  0xf2f52010: "f2fs",
  0xca451a4e: "bcachefs",
  0x01021994: "tmpfs",
  0x858458f6: "ramfs",
  0x794c7630: "overlayfs",
  0x6969: "nfs",
  0xff534d42: "cifs",
  0xfe534d42: "smb2",
  0x65735546: "fuse",
  0x01021997: "9p",
  0x00c36400: "ceph",
  0x01161970: "gfs2",
  0x7461636f: "ocfs2",
  0x3153464a: "jfs",
  0x4d44: "vfat",
  0x2011bab0: "exfat",
  0x5346544e: "ntfs",
};

/** Looks at a directory without changing it. Errors: none; what is wrong is part of the answer. */
export function probeDirectory(dir: string): DirectoryProbe {
  const path = resolve(dir);
  const missing = { path, exists: false, writable: false, fileSystem: null, freeBytes: null };
  try {
    if (!statSync(path).isDirectory()) return { ...missing, reason: "ENOTDIR", mount: null };
  } catch (error) {
    return { ...missing, reason: errnoOf(error), mount: null };
  }
  const real = realpathSync(path);
  const reason = permissionProblem(real);
  const { type, bavail, bsize } = statfsSync(real);
  const mount = mountHolding(real);
  return {
    path: real,
    exists: true,
    writable: reason === "",
    reason,
    fileSystem: fileSystemName(type, mount),
    freeBytes: bavail * bsize,
    mount,
  };
}

/** Returns the name of a magic number; the mount tells ext2, ext3 and ext4 apart, sharing one. */
export function fileSystemName(magic: number, mount: Mount | null): string {
  const unsigned = magic >>> 0;
  const name = MAGIC_NAMES[unsigned] ?? `0x${unsigned.toString(16)}`;
  return name === "ext4" && mount !== null && /^ext[23]$/.test(mount.type) ? mount.type : name;
}

function permissionProblem(path: string): string {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return "";
  } catch (error) {
    return errnoOf(error);
  }
}

function mountHolding(path: string): Mount | null {
  try {
    return mountOf(parseMountInfo(readFileSync("/proc/self/mountinfo", "utf8")), path);
  } catch {
    // Not Linux, or a sandbox without procfs: the mount is unknown, and nothing depends on it.
    return null;
  }
}
