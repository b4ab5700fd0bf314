// The file-level half of a backend on a real disk: open, size, unlink, directories. Synchronous
// node:fs calls; every failure leaves as an IoError. Reads, writes and syncs of file content are
// not here: they are what backends differ in.

import * as fs from "node:fs";
import { dirname, resolve } from "node:path";
import { IoError } from "../errors.js";
import type { OpenMode } from "./backend.js";
import { occupyStandardDescriptors } from "./descriptors.js";

/** Owner reads and writes, the group reads: the mode InnoDB gives its files. */
const FILE_PERMISSIONS = 0o640;

/**
 * Opens a file for reading and writing, or creates it; returns the descriptor. An existing file is
 * never truncated: `create` fails on it. node:fs adds O_CLOEXEC itself.
 * Errors: IoError "open" with EEXIST, ENOENT, EINVAL (no O_DIRECT on this file system), …
 */
export function openFile(path: string, mode: OpenMode, create: boolean): number {
  const flags = openFlags(path, mode, create);
  translate("open", path, occupyStandardDescriptors);
  return translate("open", path, () => openNoLink(path, flags));
}

/** Closes a descriptor. `path` only names the file in the error. */
export function closeFile(fd: number, path: string): void {
  translate("close", path, () => fs.closeSync(fd));
}

/** Current size in bytes. */
export function fileSize(fd: number, path: string): number {
  return translate("fstat", path, () => fs.fstatSync(fd).size);
}

/** Removes a directory entry. A missing one is an error (ENOENT). */
export function unlinkFile(path: string): void {
  translate("unlink", path, () => fs.unlinkSync(path));
}

/**
 * Makes the entries of a directory durable. Always fsync: a directory's entries are its content,
 * and fdatasync promises nothing about them.
 */
export function syncDirectory(path: string): void {
  const fd = translate("open", path, () => fs.openSync(path, fs.constants.O_RDONLY));
  try {
    translate("fsync", path, () => fs.fsyncSync(fd));
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Creates a directory and its missing parents, and makes each new entry durable; an existing
 * directory is fine.
 */
export function makeDirectory(path: string): void {
  const full = resolve(path);
  const first = translate("mkdir", path, () => makeAll(full));
  if (first === undefined) return;
  // Every directory from the new one up to the parent of the topmost new one has a new entry.
  const top = dirname(first);
  for (let at = dirname(full); ; at = dirname(at)) {
    syncDirectory(at);
    if (at === top || at === dirname(at)) return;
  }
}

/** Returns the topmost directory that was new. */
function makeAll(full: string): string | undefined {
  try {
    return fs.mkdirSync(full, { recursive: true });
  } catch (error) {
    // node reports ENOENT here whatever is wrong, such as EROFS; a single mkdir says what it is.
    let missing = full;
    while (!fs.existsSync(dirname(missing))) missing = dirname(missing);
    if (errnoName(error) === "ENOENT") fs.mkdirSync(missing);
    throw error;
  }
}

/** Names in a directory, sorted; null when the directory does not exist. */
export function listDirectory(path: string): string[] | null {
  try {
    return fs.readdirSync(path).sort();
  } catch (error) {
    if (errnoName(error) === "ENOENT") return null;
    throw toIoError(error, "readdir", path);
  }
}

/** The error of a node:fs call as an IoError; errors without an errno pass unchanged. */
export function toIoError(error: unknown, syscall: string, path: string): unknown {
  const code = errnoName(error);
  return code === null ? error : new IoError(code, syscall, path);
}

/** A link in the place of a file would be written through to wherever it leads. */
function openNoLink(path: string, flags: number): number {
  try {
    return fs.openSync(path, flags, FILE_PERMISSIONS);
  } catch (error) {
    if (errnoName(error) !== "ELOOP") throw error;
    throw new IoError("ELOOP", "open", path, null, null, LINK_ADVICE);
  }
}

const LINK_ADVICE =
  "a symbolic link; put the file itself there, or name its directory by an option " +
  "(innodb_doublewrite_dir, innodb_log_group_home_dir)";

function openFlags(path: string, mode: OpenMode, create: boolean): number {
  const c = fs.constants;
  let flags = c.O_RDWR | (c.O_NOFOLLOW ?? 0);
  if (create) flags |= c.O_CREAT | c.O_EXCL;
  if (mode.direct) flags |= platformFlag(path, "O_DIRECT", c.O_DIRECT);
  if (mode.sync === "dsync") flags |= platformFlag(path, "O_DSYNC", c.O_DSYNC);
  if (mode.sync === "sync") flags |= platformFlag(path, "O_SYNC", c.O_SYNC);
  return flags;
}

/** A flag this platform lacks must fail loudly: without it the open mode would be a lie. */
function platformFlag(path: string, name: string, value: number | undefined): number {
  if (value === undefined) {
    throw new IoError("ENOTSUP", "open", path, null, null, `no ${name} on this platform`);
  }
  return value;
}

function translate<T>(syscall: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toIoError(error, syscall, path);
  }
}

function errnoName(error: unknown): string | null {
  if (typeof error !== "object" || error === null) return null;
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  return typeof code === "string" && typeof errno === "number" ? code : null;
}
