// What the user says of the drive, and which combinations no drive has.

import { UsageError } from "../exit.js";
import type { RawFlags } from "../options.js";
import { DRIVE_CACHES, type Device } from "../host.js";
import { isErrorFault } from "./lab.js";
import { formatBytes, parseSize } from "../units.js";

const UNIT_MAX = 2 ** 20;

/** Returns what differs from an ordinary drive. Errors: UsageError, one sentence. */
export function parseDrive(given: RawFlags, pageSize: number): Partial<Device> {
  const cache = parseCache(given["driveCache"]);
  const isCow = given["copyOnWrite"] === true;
  const unit = parseUnit(given, pageSize, isCow);
  return {
    ...(cache === undefined || cache === "volatile" ? {} : { cache }),
    ...(given["barriers"] === false ? { barriers: false } : {}),
    ...(isCow ? { copyOnWrite: true } : {}),
    ...(unit === 512 ? {} : { atomicUnit: unit }),
  };
}

function parseCache(value: RawFlags[string]): Device["cache"] | undefined {
  if (value === undefined) return undefined;
  const found = DRIVE_CACHES.find((name) => name === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `--drive-cache: "${String(value)}" is unknown; valid: ${DRIVE_CACHES.join(", ")}`,
  );
}

function parseUnit(given: RawFlags, pageSize: number, isCow: boolean): number {
  const sector = given["sector"] === undefined ? 512 : sectorOf(String(given["sector"]));
  if (given["atomicUnit"] === undefined) return sector;
  const text = String(given["atomicUnit"]);
  const unit = parseSize(text, "--atomic-unit");
  if (unit < 512 || unit > UNIT_MAX || (unit & (unit - 1)) !== 0) {
    throw new UsageError(`--atomic-unit: "${text}" is not a power of two from 512 to 1m`);
  }
  if (unit < sector) {
    throw new UsageError(
      `--atomic-unit ${text}: a drive whose sectors are ${formatBytes(sector)} never tears less than one`,
    );
  }
  if (isCow && unit < pageSize) {
    throw new UsageError(
      `--atomic-unit ${text}: a copy-on-write file system puts whole pages of ` +
        `${formatBytes(pageSize)} beside the old ones, so smaller pieces cannot tear; leave one flag out`,
    );
  }
  return unit;
}

function sectorOf(text: string): 512 | 4096 {
  const bytes = parseSize(text, "--sector");
  if (bytes === 512 || bytes === 4096) return bytes;
  throw new UsageError(`--sector: "${text}" is no sector size; valid: 512, 4096`);
}

/**
 * Says why a fault model makes no sense on this drive, or null. The default columns leave such a
 * model out; whoever names it gets this sentence.
 */
export function contradiction(fault: string, drive: Partial<Device>): string | null {
  if (isErrorFault(fault) && Object.keys(drive).length > 0) {
    return "errors are tried on an ordinary drive; leave the flags of the drive out";
  }
  const hasNoCache = drive.cache === "write-through";
  if (fault === "two-device" && hasNoCache) {
    return "drives without a cache keep every write, so nothing waits for the flush of the other one";
  }
  if (fault !== "lying-flush") return null;
  if (hasNoCache) return "a drive without a cache has nothing to lie about";
  if (drive.barriers === false) return "without barriers no flush is sent that a drive could drop";
  return null;
}
