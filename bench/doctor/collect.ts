// Reads and tries everything on this machine. No judgment here.

import {
  backendFacts,
  type DirectoryProbe,
  inodeFlagsOf,
  placeOf,
  probeDirectory,
  probeDisk,
  PROBE_FILE_BYTES,
  surroundingsOf,
  thisMachine,
  zfsFactsOf,
} from "../host.js";
import { EnvironmentError } from "../exit.js";
import { formatBytes } from "../units.js";
import type { DoctorRequest, Findings } from "./findings.js";

/** Milliseconds for the sync measurements; the whole command stays below five seconds. */
const SYNC_MILLISECONDS = 2200;
/** The probe file and some room for the file system's own blocks. */
const FREE_BYTES_MIN = PROBE_FILE_BYTES * 2;

/**
 * Returns the findings about a directory; null when it was canceled. What cannot be tried is part
 * of the findings. Errors: EnvironmentError when there is no such directory, or it does not answer.
 */
export async function collect(
  dir: string,
  request: DoctorRequest,
  isCanceled: () => boolean,
): Promise<Findings | null> {
  const directory = lookAt(dir);
  const files = thisMachine();
  const place = placeOf(files, directory.path);
  const findings = {
    request,
    platform: files.platform,
    kernel: files.kernel,
    place,
    surroundings: surroundingsOf(files),
    inode: inodeFlagsOf(directory.path),
    zfs: zfsFactsOf(files, place),
    backends: backendFacts(),
  };
  const probeProblem = problemOf(directory);
  if (probeProblem !== null) return { ...findings, probes: null, probeProblem };
  const { pageSize } = request;
  try {
    const syncMilliseconds = SYNC_MILLISECONDS;
    const probes = await probeDisk({ place, files, pageSize, syncMilliseconds, isCanceled });
    return probes === null ? null : { ...findings, probes, probeProblem: null };
  } catch (error) {
    return { ...findings, probes: null, probeProblem: failureOf(error) };
  }
}

function lookAt(dir: string): DirectoryProbe {
  const directory = withoutSurprise(dir, () => probeDirectory(dir));
  if (directory.exists) return directory;
  const { path, reason } = directory;
  const sentence = MISSING[reason] ?? `${reason}: the file system does not answer; is it mounted?`;
  throw new EnvironmentError(`${path}: ${sentence}`);
}

const MISSING: Readonly<Record<string, string>> = {
  ENOENT: "expected a directory, found nothing; create it first, or name another one",
  ENOTDIR: "expected a directory, found something else; name the directory that holds the data",
  EACCES: "expected a directory, found no permission to look (EACCES); try as another user",
};

/** A mount can vanish between two calls. */
function withoutSurprise<T>(dir: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    const code = codeOf(error);
    throw new EnvironmentError(`${dir}: ${code}: the file system does not answer; is it mounted?`);
  }
}

function problemOf({ writable, reason, freeBytes }: DirectoryProbe): string | null {
  if (!writable) {
    return `${reason}: no file can be created here; run as a user who may write here`;
  }
  if (freeBytes !== null && freeBytes < FREE_BYTES_MIN) {
    const needed = formatBytes(FREE_BYTES_MIN);
    return `${formatBytes(freeBytes)} free, but the probe needs ${needed}; make room`;
  }
  return null;
}

function failureOf(error: unknown): string {
  return `${codeOf(error)}: the probe file cannot be written here`;
}

/** Errors without a code are bugs and go on. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") throw error;
  return code;
}
