// What a machine says of itself in files: procfs, sysfs, links, statfs. The readers of this folder
// take this interface, so that they read a recorded machine exactly as they read this one.
//
// Nothing here throws: what cannot be read is null, and the readers say "unknown".

import { existsSync, readdirSync, readFileSync, realpathSync, statfsSync } from "node:fs";
import { platform, release } from "node:os";
import { join } from "node:path";

export interface StatFs {
  /** The magic number of the file system. */
  readonly type: number;
  /** Bytes; of a ZFS dataset this is its recordsize. */
  readonly blockBytes: number;
  /** Bytes free to an ordinary user. */
  readonly freeBytes: number;
}

export interface MachineFiles {
  /** "linux", "darwin", … */
  readonly platform: string;
  readonly kernel: string;
  /** The text of a file without blanks around it. */
  readText(path: string): string | null;
  /** The path behind every symbolic link. */
  realPath(path: string): string | null;
  /** Names in a directory; empty where there is none. */
  list(path: string): readonly string[];
  exists(path: string): boolean;
  statFs(path: string): StatFs | null;
}

/**
 * Returns the files of this machine.
 * `root`: a folder that holds another machine's tree; its links must not lead outside.
 */
export function thisMachine(root = "/"): MachineFiles {
  const top = root === "/" ? "" : realpathSync(root);
  const inside = (path: string): string => (top === "" ? path : join(top, path));
  return {
    platform: platform(),
    kernel: release(),
    readText: (path) => attempt(() => readFileSync(inside(path), "utf8").trim()),
    realPath: (path) => attempt(() => realpathSync(inside(path)).slice(top.length)),
    list: (path) => attempt(() => readdirSync(inside(path)).sort()) ?? [],
    exists: (path) => existsSync(inside(path)),
    statFs: (path) => attempt(() => statFsOf(inside(path))),
  };
}

function statFsOf(path: string): StatFs {
  const { type, bsize, bavail } = statfsSync(path);
  return { type, blockBytes: bsize, freeBytes: bavail * bsize };
}

/** Returns the whole number a file holds; null where it holds none. */
export function readNumber(files: MachineFiles, path: string): number | null {
  const text = files.readText(path);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
