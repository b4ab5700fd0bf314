// What single file systems tell about themselves that matters to a database: flags of the
// directory's inode, and the ZFS module. Everything may be null: "not told".

import { closeSync, openSync } from "node:fs";
import { type Addon, loadAddon } from "../../native/index.js";
import { type MachineFiles, readNumber } from "./machine-files.js";
import type { Place } from "./place.js";

export interface InodeFlags {
  /** chattr +C: new files are written in place, without checksums; btrfs. */
  readonly noCopyOnWrite: boolean;
  /** chattr +j: data goes through the journal; ext3, ext4. */
  readonly journalsData: boolean;
  /** chattr +c. */
  readonly compressed: boolean;
  /** Bytes; new files get extents of a multiple of this; xfs. 0: none, null: not told. */
  readonly extentSizeHint: number | null;
}

export interface ZfsFacts {
  /** "2.3.1-1"; null when the module does not say. */
  readonly version: string | null;
  /** Bytes; the dataset's recordsize, as statfs tells it. */
  readonly recordBytes: number | null;
  /** The module's switch for direct I/O; null before OpenZFS 2.3. */
  readonly directIoEnabled: boolean | null;
}

const FS_COMPR_FL = 0x4;
const FS_JOURNAL_DATA_FL = 0x4000;
const FS_NOCOW_FL = 0x800000;

/** Reads the flags that new files in a directory inherit; null without the addon, or untold. */
export function inodeFlagsOf(
  dir: string,
  addon: Pick<Addon, "inodeFacts"> | null = loadAddon(),
): InodeFlags | null {
  if (addon === null) return null;
  const facts = openDirectory(dir, (fd) => addon.inodeFacts(fd));
  if (facts === null || facts.flags === null) return null;
  const has = (flag: number): boolean => ((facts.flags ?? 0) & flag) !== 0;
  return {
    noCopyOnWrite: has(FS_NOCOW_FL),
    journalsData: has(FS_JOURNAL_DATA_FL),
    compressed: has(FS_COMPR_FL),
    extentSizeHint: facts.extentSizeHint,
  };
}

function openDirectory<T>(dir: string, use: (fd: number) => T): T | null {
  let fd = -1;
  try {
    fd = openSync(dir, "r");
    return use(fd);
  } catch {
    // Without permission to read the directory its flags stay unknown; nothing depends on them.
    return null;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** Reads what ZFS tells without its tools; null on other file systems. */
export function zfsFactsOf(files: MachineFiles, place: Place): ZfsFacts | null {
  if (place.fileSystem !== "zfs") return null;
  const enabled = readNumber(files, "/sys/module/zfs/parameters/zfs_dio_enabled");
  return {
    version: files.readText("/sys/module/zfs/version"),
    recordBytes: place.blockBytes,
    directIoEnabled: enabled === null ? null : enabled !== 0,
  };
}

/**
 * Returns how many direct writes the pool below a place has counted; null where it does not count.
 * A probe that reads it before and after a direct write knows what became of the write.
 */
export function zfsDirectWrites(files: MachineFiles, place: Place): number | null {
  const pool = place.fileSystem === "zfs" ? place.mount?.source.split("/")[0] : undefined;
  if (pool === undefined) return null;
  const counters = files.readText(`/proc/spl/kstat/zfs/${pool}/iostats`) ?? "";
  const count = /^direct_write_count\s+\d+\s+(\d+)$/m.exec(counters)?.[1];
  return count === undefined ? null : Number(count);
}
