// One process per directory; store-locks.ts locks each directory of a store. The lock is a file
// that names its owner; an owner that is provably dead loses it to exactly one of the processes
// that find it.
//
//   tornproof.lock                 the lock: a LockOwner as JSON, never empty
//   tornproof.lock.after-<nonce>   the right to replace the dead lock <nonce>; a lock itself
//   tornproof.lock.<nonce>.new     content on its way into one of the two by link() or rename()
//
// Why a takeover needs the second file: between judging a lock dead and replacing it, another
// process may have replaced it already, and a plain rename would throw out that live lock. A lock
// with a given nonce is replaced only by the holder of its `after` file, who looks again first.

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import { occupyStandardDescriptors } from "./backend/descriptors.js";
import { toIoError } from "./backend/posix-files.js";
import { StoreError } from "./errors.js";
import { LOCK_FILE } from "./housekeeping.js";
import { describeThisProcess, judge, openRegular, parseOwner } from "./lock-owner.js";
import type { LockOwner, OfdLock, Verdict } from "./lock-owner.js";

export type { OfdLock };

export interface Lock {
  /** Path of the lock file. */
  readonly path: string;
  /** Gives the directory free. Idempotent. */
  release(): void;
}

/** An empty lock file is one that a power cut emptied, or one that is being written right now. */
const EMPTY_IS_STALE_AFTER_MS = 5_000;
const LITTER_IS_STALE_AFTER_MS = 60_000;
/** Takers that died during a takeover, one inside the other; more is not an accident. */
const DEEPEST_TAKEOVER = 16;
const MOST_ATTEMPTS = 100;
/** What link() reports on file systems without hard links. */
const NO_HARD_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Real paths of the directories this process holds. */
const heldHere = new Set<string>();
/** Nonces of locks that were released, but whose file could not be removed: a read-only disk. */
const givenUp = new Set<string>();

/**
 * Locks a store directory for this process until `release`, or until the process ends.
 * `ofdLock` adds the kernel's own witness that the owner lives, which also works across containers.
 * Errors: StoreError IN_USE naming the owner, and what to do when it cannot be judged; IoError.
 */
export function acquireLock(dir: string, ofdLock?: OfdLock): Lock {
  const real = orIoError("realpath", dir, () => fs.realpathSync(dir));
  if (heldHere.has(real)) {
    throw new StoreError("IN_USE", `${real} is open in this process (${process.pid}) already`);
  }
  const path = join(real, LOCK_FILE);
  orIoError("open", path, occupyStandardDescriptors);
  const claim = orIoError("lock", path, () => claimFile(path, real, ofdLock, 0));
  heldHere.add(real);
  try {
    sweep(real, ofdLock);
  } catch {
    // What stays behind is a few bytes that the next holder sweeps; the lock itself is ours.
  }
  let released = false;
  return {
    path,
    release: () => {
      if (released) return;
      released = true;
      heldHere.delete(real);
      orIoError("unlock", path, () => releaseClaim(claim));
    },
  };
}

/** A file that this process has put in place, and the descriptor that carries its OFD lock. */
interface Claim {
  readonly path: string;
  readonly nonce: string;
  readonly fd: number;
}

/** What stands at a path now. */
interface Found {
  readonly text: string;
  readonly owner: LockOwner | null;
  readonly verdict: Verdict;
}

function claimFile(path: string, dir: string, ofdLock: OfdLock | undefined, depth: number): Claim {
  const fresh = writeFresh(dir, ofdLock);
  let claimed = false;
  try {
    for (let attempt = 0; attempt < MOST_ATTEMPTS && !claimed; attempt++) {
      claimed = place(fresh, path);
      if (claimed) break;
      const found = inspect(path, ofdLock);
      if (found === null) continue; // released since
      if (found.verdict !== "dead" || depth === DEEPEST_TAKEOVER) throw inUse(path, dir, found);
      claimed = takeOver(fresh, path, found, () => {
        const right = join(dir, `${LOCK_FILE}.after-${found.owner?.nonce ?? "empty"}`);
        return claimFile(right, dir, ofdLock, depth + 1);
      });
    }
    if (!claimed) throw new StoreError("IN_USE", `${dir}: its lock changes hands all the time`);
    return { path, nonce: fresh.nonce, fd: fresh.fd };
  } finally {
    removeIfThere(fresh.path);
    if (!claimed) fs.closeSync(fresh.fd);
  }
}

/** Replaces a dead lock, unless another taker did; then the caller starts over. */
function takeOver(fresh: Claim, path: string, dead: Found, claimRight: () => Claim): boolean {
  const right = claimRight();
  try {
    if (readOrNull(path) !== dead.text) return false;
    // Nobody else changes the file now: its owner is dead, and the right to replace it is ours.
    fs.renameSync(fresh.path, path);
    return true;
  } finally {
    releaseClaim(right);
  }
}

/** Writes the content of a new lock under a name of its own. */
function writeFresh(dir: string, ofdLock: OfdLock | undefined): Claim {
  const nonce = randomBytes(12).toString("hex");
  const path = join(dir, `${LOCK_FILE}.${nonce}.new`);
  const fd = fs.openSync(path, "wx+", 0o640);
  try {
    // Locked before it gets its name, so that nobody ever sees this lock without its witness.
    const owner = describeThisProcess(isWitnessed(fd, ofdLock), nonce);
    fs.writeSync(fd, JSON.stringify(owner) + "\n");
    // Without it a power cut may keep the name and lose the content.
    fs.fsyncSync(fd);
  } catch (error) {
    fs.closeSync(fd);
    removeIfThere(path);
    throw error;
  }
  return { path, nonce, fd };
}

function isWitnessed(fd: number, ofdLock: OfdLock | undefined): boolean {
  try {
    return ofdLock?.(fd) ?? false;
  } catch {
    return false; // no such locks on this file system
  }
}

/** Gives the fresh content its name; false when the name is taken. */
function place(fresh: Claim, path: string): boolean {
  try {
    fs.linkSync(fresh.path, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    if (!NO_HARD_LINKS.has(codeOf(error))) throw error;
  }
  try {
    // A second file, which the OFD lock of the first does not cover.
    const text = JSON.stringify(describeThisProcess(false, fresh.nonce)) + "\n";
    fs.writeFileSync(path, text, { flag: "wx", mode: 0o640 });
    // It was empty for a moment; whoever found it so for too long has replaced it.
    return readOrNull(path) === text;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Reads and judges a lock file; null when there is none. */
function inspect(path: string, ofdLock: OfdLock | undefined): Found | null {
  const text = readOrNull(path);
  if (text === null) return null;
  const owner = parseOwner(text);
  if (owner !== null) {
    const verdict = givenUp.has(owner.nonce) ? "dead" : judge(owner, path, ofdLock);
    return { text, owner, verdict };
  }
  const stale = text === "" && ageOf(path) > EMPTY_IS_STALE_AFTER_MS;
  return { text, owner, verdict: stale ? "dead" : "unknown" };
}

function inUse(path: string, dir: string, found: Found): StoreError {
  const { owner, verdict } = found;
  if (owner === null) {
    return new StoreError(
      "IN_USE",
      `${dir}: the lock file ${path} is not readable as one, so its owner cannot be judged; ` +
        "if no process uses the store, remove that file",
    );
  }
  const who = `process ${owner.pid} on host ${owner.host}`;
  if (verdict === "alive") return new StoreError("IN_USE", `${dir} is in use by ${who}`);
  return new StoreError(
    "IN_USE",
    `${dir} is locked by ${who}, which cannot be judged from here (${hostHint(owner)}); ` +
      `if that process is gone, remove ${path}`,
  );
}

function hostHint(owner: LockOwner): string {
  const here = describeThisProcess(false, "");
  if (owner.host !== here.host) return `this is host ${here.host}`;
  if (owner.pidNamespace !== here.pidNamespace) return "it ran in another container";
  return "its boot cannot be compared with this one";
}

/** Removes the file if it still is ours, then lets go of the OFD lock. */
function releaseClaim(claim: Claim): void {
  try {
    givenUp.add(claim.nonce);
    const text = readOrNull(claim.path);
    if (text !== null && parseOwner(text)?.nonce === claim.nonce) removeIfThere(claim.path);
    givenUp.delete(claim.nonce);
  } finally {
    fs.closeSync(claim.fd);
  }
}

/**
 * Removes what dead takers left. Only the holder of the lock may: while it holds it, an `after`
 * file of any older lock gives no right any more.
 */
function sweep(dir: string, ofdLock: OfdLock | undefined): void {
  for (const name of fs.readdirSync(dir)) {
    if (!name.startsWith(`${LOCK_FILE}.`)) continue;
    const path = join(dir, name);
    const found = inspect(path, ofdLock);
    if (found === null) continue;
    const litter = found.owner === null && ageOf(path) > LITTER_IS_STALE_AFTER_MS;
    if (found.verdict === "dead" || litter) removeIfThere(path);
  }
}

function ageOf(path: string): number {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

/** Errors: StoreError IN_USE when something stands there that is no file, and so nobody's lock. */
function readOrNull(path: string): string | null {
  let fd: number | null;
  try {
    fd = openRegular(path, fs.constants.O_RDONLY);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
  if (fd === null) {
    throw new StoreError(
      "IN_USE",
      `${path}: expected a lock file, found a link or something that is no file; if no process ` +
        "uses the store, remove it",
    );
  }
  try {
    return fs.readFileSync(fd, "utf8");
  } finally {
    fs.closeSync(fd);
  }
}

function removeIfThere(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code);
}

function orIoError<T>(syscall: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof StoreError ? error : toIoError(error, syscall, path);
  }
}
