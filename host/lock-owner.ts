// Who wrote a lock file, and whether that process still lives. A lock is taken over only from an
// owner that is provably dead: every doubt is "alive" or "unknown".

import * as fs from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { fileSystemName } from "./probe/index.js";

/** The content of a lock file, as JSON. */
export interface LockOwner {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat, clock ticks since boot; null where there is no /proc. */
  readonly startTime: string | null;
  /** Identity of this boot of the kernel; null where it cannot be read. */
  readonly bootId: string | null;
  /** Identity of the process id namespace: a pid of another container means nothing here. */
  readonly pidNamespace: string | null;
  readonly host: string;
  /** Whether the owner holds an OFD lock on the file for as long as it lives. */
  readonly ofd: boolean;
  /** Unique per acquisition, so that two locks of one process are told apart. */
  readonly nonce: string;
}

export type Verdict = "alive" | "dead" | "unknown";

/**
 * Takes an OFD lock without waiting; false when another holder has it.
 * Errors: any, where the file system has no such locks; then there is no witness.
 */
export type OfdLock = (fd: number) => boolean;

export function describeThisProcess(ofd: boolean, nonce: string): LockOwner {
  return {
    pid: process.pid,
    startTime: startTimeOf(process.pid),
    bootId: bootId(),
    pidNamespace: pidNamespace(),
    host: hostname(),
    ofd,
    nonce,
  };
}

/** Returns the owner, or null when the text is not a lock file of ours. */
export function parseOwner(text: string): LockOwner | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { pid, startTime, bootId, pidNamespace, host, ofd, nonce } = value as Partial<LockOwner>;
  const typed =
    Number.isSafeInteger(pid) &&
    (pid as number) > 0 &&
    [startTime, bootId, pidNamespace].every((text) => text === null || typeof text === "string") &&
    typeof host === "string" &&
    typeof ofd === "boolean" &&
    /^[0-9a-f]{16,64}$/.test(String(nonce));
  return typed ? (value as LockOwner) : null;
}

/**
 * Judges the owner of the lock file at `path`.
 * Requires: `path` held `owner` a moment ago; the caller verifies it again before acting.
 */
export function judge(owner: LockOwner, path: string, ofdLock: OfdLock | undefined): Verdict {
  // The kernel drops an OFD lock with its process, so it is the one witness that needs no pid.
  const kernel = owner.ofd && ofdLock !== undefined ? kernelVerdict(path, ofdLock) : "unknown";
  if (kernel === "alive") return "alive";
  const isLocal = isOnLocalFileSystem(path);
  // Every process that can reach a local file runs under this kernel: what it says is the truth.
  if (kernel === "dead" && isLocal) return "dead";
  if (owner.host !== hostname()) return "unknown";
  const boot = bootId();
  if ((owner.bootId === null) !== (boot === null)) return "unknown";
  // Behind a shared file system, another machine of the same name may be alive.
  if (owner.bootId !== boot) return isLocal ? "dead" : "unknown";
  if (owner.pidNamespace !== pidNamespace()) return "unknown";
  return processVerdict(owner);
}

/** File systems whose files no other machine can have open. */
const LOCAL = new Set(["ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "tmpfs", "overlayfs"]);

function isOnLocalFileSystem(path: string): boolean {
  try {
    return LOCAL.has(fileSystemName(fs.statfsSync(dirname(path)).type, null));
  } catch {
    return false;
  }
}

/**
 * Opens a path without following a link and without waiting for the other end of a FIFO; null when
 * it is no regular file. Errors: of open.
 */
export function openRegular(path: string, flags: number): number | null {
  let fd: number;
  try {
    fd = fs.openSync(path, flags | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === "ELOOP" || code === "ENXIO" || code === "EISDIR") return null;
    throw error;
  }
  if (fs.fstatSync(fd).isFile()) return fd;
  fs.closeSync(fd);
  return null;
}

function kernelVerdict(path: string, ofdLock: OfdLock): Verdict {
  let fd: number | null;
  try {
    fd = openRegular(path, fs.constants.O_RDWR);
  } catch {
    return "unknown";
  }
  if (fd === null) return "unknown";
  try {
    return ofdLock(fd) ? "dead" : "alive";
  } catch {
    return "unknown";
  } finally {
    fs.closeSync(fd);
  }
}

function processVerdict(owner: LockOwner): Verdict {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as { code?: unknown }).code === "ESRCH") return "dead";
    // EPERM: it exists and belongs to another user.
  }
  const stat = statOf(owner.pid);
  if (stat === null) return "alive";
  if (owner.startTime !== null && stat.startTime !== owner.startTime) return "dead";
  return stat.state === "Z" && isLastThread(owner.pid) ? "dead" : "alive";
}

/** A killed process is a zombie while a last thread may still be inside a write: not dead yet. */
function isLastThread(pid: number): boolean {
  try {
    return fs.readdirSync(`/proc/${pid}/task`).length <= 1;
  } catch {
    return false;
  }
}

function startTimeOf(pid: number): string | null {
  return statOf(pid)?.startTime ?? null;
}

function statOf(pid: number): { state: string; startTime: string } | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  // Field 2 is the command in parentheses and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[22 - 3]];
  return state === undefined || startTime === undefined ? null : { state, startTime };
}

function bootId(): string | null {
  return readOrNull("/proc/sys/kernel/random/boot_id")?.trim() ?? null;
}

function pidNamespace(): string | null {
  try {
    return fs.readlinkSync("/proc/self/ns/pid");
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
