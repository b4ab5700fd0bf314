// A store belongs to one process: a lock in every directory it uses, and one on the inodes of its
// system tablespace and redo log.
//
//   lock file in each directory     who owns it, for a person; judged by the kernel's lock on it
//   ibdata1, ib_logfile0            the kernel's lock alone: a lock file may be removed, and a hard
//                                   link makes a second name for the same bytes
//
// Two stores that share a directory for redo or doublewrite meet at its lock file.

import * as fs from "node:fs";
import { toIoError } from "./backend/posix-files.js";
import { StoreError } from "./errors.js";
import type { Layout } from "./layout.js";
import { acquireLock, type Lock, type OfdLock } from "./lock.js";

export interface StoreLocks {
  /** Locks the files that stand there now; called again once a creation has made its own. */
  lockFiles(): void;
  /** Gives everything free. Idempotent. */
  release(): void;
}

/**
 * Locks every directory of a store. `witness`: the kernel's lock, null where there is none.
 * Errors: StoreError IN_USE; IoError; nothing stays locked.
 */
export function acquireStoreLocks(layout: Layout, witness: OfdLock | null): StoreLocks {
  const locks = new Locks(layout, witness);
  try {
    locks.lockDirectories();
    locks.lockFiles();
  } catch (error) {
    locks.release();
    throw error;
  }
  return locks;
}

class Locks implements StoreLocks {
  private readonly directories: Lock[] = [];
  private readonly files = new Map<string, number>();

  constructor(
    private readonly layout: Layout,
    private readonly witness: OfdLock | null,
  ) {}

  /** In one order for everybody, so that of two openers one gets them all. */
  lockDirectories(): void {
    const real = this.layout.directories().map((dir) => fs.realpathSync(dir));
    for (const dir of [...new Set(real)].sort()) {
      this.directories.push(acquireLock(dir, this.witness ?? undefined));
    }
  }

  lockFiles(): void {
    for (const kind of ["data", "log"] as const) this.lockFile(this.layout.pathOf(kind, 0));
  }

  private lockFile(path: string): void {
    const { witness } = this;
    if (witness === null) return;
    const fd = openIfThere(path);
    if (fd === null) return;
    const before = this.files.get(path);
    if (before !== undefined && isSameFile(before, fd)) return fs.closeSync(fd);
    // What an interrupted creation had left was locked, and has been replaced since.
    if (before !== undefined) fs.closeSync(before);
    this.files.set(path, fd);
    if (isFree(fd, witness)) return;
    throw new StoreError(
      "IN_USE",
      `${path} is open in a store already: by a process whose lock file was removed, or under ` +
        "another name (a hard link); close that store, or copy the files",
    );
  }

  release(): void {
    for (const fd of this.files.values()) fs.closeSync(fd);
    this.files.clear();
    for (const lock of this.directories.splice(0).reverse()) lock.release();
  }
}

function openIfThere(path: string): number | null {
  if (!fs.existsSync(path)) return null;
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  try {
    return fs.openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    // A link, or a file that may not be written, is for those to refuse who need what it holds.
    const code = (error as { code?: unknown }).code;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENXIO") return null;
    throw toIoError(error, "open", path);
  }
}

function isSameFile(a: number, b: number): boolean {
  const [one, other] = [fs.fstatSync(a), fs.fstatSync(b)];
  return one.dev === other.dev && one.ino === other.ino;
}

function isFree(fd: number, witness: OfdLock): boolean {
  try {
    return witness(fd);
  } catch {
    return true; // no such locks on this file system
  }
}
