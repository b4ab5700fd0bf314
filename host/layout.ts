// Names and places of a store's files.
//
//   <dir>/tornproof.lock          one process per store (lock.ts)
//   <dir>/tornproof.creating      exists while a new store is incomplete
//   <dir>/ibdata1                 space 0: store page, dictionary
//   <dir>/space-<id>.ibd          tablespaces; their names are in the dictionary
//   <log dir>/ib_logfile0         redo
//   <dblwr dir>/#ib_<page size>_<n>.dblwr, .bdblwr      doublewrite
//
// The log and doublewrite directories are the store's own unless an option names others.

import type { FileKind } from "./abi.js";
import { FILE_KINDS } from "./abi.js";
import type { FoundFile } from "./engine.js";
import { LOCK_FILE, PROBE_FILE_PREFIX } from "./housekeeping.js";

export const MARKER_FILE = "tornproof.creating";
export const LOG_FILE = "ib_logfile0";
export const SYSTEM_FILE = "ibdata1";
/** The id that means no space. */
const NO_SPACE_ID = 0xffffffff;

export class Layout {
  constructor(
    readonly dir: string,
    readonly logDir: string,
    readonly doublewriteDir: string,
    readonly pageSize: number,
  ) {}

  directoryOf(kind: FileKind): string {
    if (kind === "log") return this.logDir;
    return kind === "dblwr" || kind === "bdblwr" ? this.doublewriteDir : this.dir;
  }

  nameOf(kind: FileKind, id: number): string {
    switch (kind) {
      case "log":
        return LOG_FILE;
      case "dblwr":
        return `#ib_${this.pageSize}_${id}.dblwr`;
      case "bdblwr":
        return `#ib_${this.pageSize}_0.bdblwr`;
      case "marker":
        return MARKER_FILE;
      case "data":
        return id === 0 ? SYSTEM_FILE : `space-${id}.ibd`;
    }
  }

  pathOf(kind: FileKind, id: number): string {
    return `${this.directoryOf(kind)}/${this.nameOf(kind, id)}`;
  }

  /** Every directory of the store, once. */
  directories(): string[] {
    return [...new Set([this.dir, this.logDir, this.doublewriteDir])];
  }
}

/** What a file name says, or null when the file is not a store's. */
export function identify(name: string): { kind: FileKind; id: number; pageSize?: number } | null {
  if (name === SYSTEM_FILE) return { kind: "data", id: 0 };
  if (name === LOG_FILE) return { kind: "log", id: 0 };
  if (name === MARKER_FILE) return { kind: "marker", id: 0 };
  const space = /^space-([1-9]\d{0,9})\.ibd$/.exec(name);
  // A number no engine gave is somebody else's file.
  if (space !== null && Number(space[1]) < NO_SPACE_ID)
    return { kind: "data", id: Number(space[1]) };
  const copies = /^#ib_(\d+)_(\d{1,3})\.(b?dblwr)$/.exec(name);
  if (copies === null) return null;
  const kind = copies[3] === "dblwr" ? "dblwr" : "bdblwr";
  return { kind, id: Number(copies[2]), pageSize: Number(copies[1]) };
}

/**
 * What file systems put there by themselves: mkfs of ext4 its folder for lost files, FUSE and NFS
 * files that were unlinked while open, such as our own locks.
 */
const SYSTEM_NAMES = /^(lost\+found$|\.fuse_hidden|\.nfs)/;

/** Files that may stand in a store directory and are not the engine's: locks and probes. */
export function isHousekeeping(name: string): boolean {
  return (
    name === LOCK_FILE ||
    name.startsWith(`${LOCK_FILE}.`) ||
    name.startsWith(PROBE_FILE_PREFIX) ||
    SYSTEM_NAMES.test(name)
  );
}

/** A file as the engine is told of it. */
export function foundFile(kind: FileKind, id: number, size: number): FoundFile {
  return { kind: FILE_KINDS.indexOf(kind), id, size };
}
