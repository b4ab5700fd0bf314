// The folder a run works in: a new one below --dir, marked as ours, always removed. `bench clean`
// removes what a killed run left behind, and only that.
//
//   <dir>/tornproof-bench-<pid>-<random>/
//       .tornproof-bench       the marker: {"tool":"tornproof bench","pid":…,"host":…}
//       store/                 the store of the run

import * as fs from "node:fs";
import { hostname } from "node:os";
import { basename, join, resolve } from "node:path";
import { EnvironmentError } from "../exit.js";
import { PROBE_FILE_PREFIX } from "../host.js";
import { formatBytes } from "../units.js";

export const FOLDER_PREFIX = "tornproof-bench-";
export const MARKER = ".tornproof-bench";
const TOOL = "tornproof bench";

export interface WorkFolder {
  readonly path: string;
  /** Removes the folder and everything in it. Idempotent. */
  remove(): void;
}

/**
 * Creates the folder of one run below `dir`.
 * Errors: EnvironmentError when `dir` is missing, no directory, not writable, or has less than
 * `needBytes` free; nothing was created.
 */
export function createWorkFolder(dir: string, needBytes: number): WorkFolder {
  const parent = resolve(dir);
  checkDirectory(parent);
  checkSpace(parent, needBytes);
  const path = fs.mkdtempSync(join(parent, `${FOLDER_PREFIX}${process.pid}-`));
  const marker = { tool: TOOL, pid: process.pid, host: hostname() };
  fs.writeFileSync(join(path, MARKER), `${JSON.stringify(marker)}\n`);
  fs.mkdirSync(join(path, "store"));
  return { path, remove: () => fs.rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** What `bench clean` found: folders and files removed, and folders of a run that is alive. */
export interface Cleaned {
  readonly removed: string[];
  readonly inUse: string[];
}

/**
 * Removes the work folders of dead runs and the files of dead probes directly below `dir`. A folder
 * without our marker is never touched, whatever its name.
 * Errors: EnvironmentError when `dir` is missing or no directory.
 */
export function cleanLeftovers(dir: string): Cleaned {
  const parent = resolve(dir);
  checkIsDirectory(parent);
  const cleaned: Cleaned = { removed: [], inUse: [] };
  for (const entry of fs.readdirSync(parent, { withFileTypes: true })) {
    if (entry.isFile() && isDeadProbe(join(parent, entry.name))) {
      fs.rmSync(join(parent, entry.name), { force: true });
      cleaned.removed.push(join(parent, entry.name));
    }
    if (!entry.isDirectory() || !entry.name.startsWith(FOLDER_PREFIX)) continue;
    const path = join(parent, entry.name);
    const owner = readMarker(path);
    if (owner === null) continue;
    if (isAlive(owner)) {
      cleaned.inUse.push(path);
    } else {
      fs.rmSync(path, { recursive: true, force: true, maxRetries: 3 });
      cleaned.removed.push(path);
    }
  }
  return cleaned;
}

/** No probe lives so long; on a shared directory the process may be another machine's. */
const PROBE_AGE_MS = 60_000;

/** A probe file is removed by its process in any case but kill -9. */
function isDeadProbe(path: string): boolean {
  const name = basename(path);
  const pid = name.startsWith(PROBE_FILE_PREFIX)
    ? /^(\d+)-[0-9a-f]{12}$/.exec(name.slice(PROBE_FILE_PREFIX.length))?.[1]
    : undefined;
  if (pid === undefined) return false;
  const age = Date.now() - fs.statSync(path).mtimeMs;
  return age > PROBE_AGE_MS && !isAlive({ pid: Number(pid), host: hostname() });
}

interface Owner {
  readonly pid: number;
  readonly host: string;
}

function readMarker(folder: string): Owner | null {
  try {
    const marker = JSON.parse(fs.readFileSync(join(folder, MARKER), "utf8")) as Record<
      string,
      unknown
    >;
    const { tool, pid, host } = marker;
    if (tool !== TOOL || typeof pid !== "number" || typeof host !== "string") return null;
    return { pid, host };
  } catch {
    return null;
  }
}

/** A run on another machine counts as alive: its process cannot be seen from here. */
function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function checkIsDirectory(dir: string): void {
  const found = fs.statSync(dir, { throwIfNoEntry: false });
  if (!found) throw new EnvironmentError(`${dir}: no such directory; create it first`);
  if (!found.isDirectory()) throw new EnvironmentError(`${dir}: not a directory`);
}

function checkDirectory(dir: string): void {
  checkIsDirectory(dir);
  try {
    fs.accessSync(dir, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new EnvironmentError(`${dir}: not writable (${code})`);
  }
}

function checkSpace(dir: string, needBytes: number): void {
  const { bavail, bsize } = fs.statfsSync(dir);
  const free = bavail * bsize;
  if (free >= needBytes) return;
  throw new EnvironmentError(
    `${dir}: ${formatBytes(free)} free, but the run needs ${formatBytes(needBytes)}; ` +
      "use --file-size and --redo-log-capacity for smaller files, or another --dir",
  );
}
