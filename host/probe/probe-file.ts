// The one file a probe creates: a name of ours, exclusive, and always removed. `bench clean` finds
// what a killed process left behind by its prefix.

import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { PROBE_FILE_PREFIX } from "../housekeeping.js";

interface MemoryConstructor {
  new (size: { initial: number; maximum: number }): { readonly buffer: ArrayBuffer };
}

/**
 * Returns 128 KiB whose first byte is aligned for any direct write. Linear memory starts on a
 * 64 KiB boundary; a Buffer promises no alignment at all.
 */
export function alignedMemory(): Uint8Array {
  const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } })
    .WebAssembly;
  const memory = new Memory({ initial: 2, maximum: 2 });
  return new Uint8Array(memory.buffer).fill(0xa5);
}

/**
 * Creates a probe file in `dir`, hands it to `use`, and removes it whatever happens.
 * `openFlags`: added to O_RDWR|O_CREAT|O_EXCL. Errors: the system's, with `code`.
 */
export function withProbeFile<T>(
  dir: string,
  openFlags: number,
  use: (fd: number, path: string) => T,
): T {
  const path = join(dir, `${PROBE_FILE_PREFIX}${process.pid}-${randomBytes(6).toString("hex")}`);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | openFlags;
  try {
    const fd = openSync(path, flags, 0o600);
    try {
      return use(fd, path);
    } finally {
      closeSync(fd);
    }
  } finally {
    // Some kernels leave the file behind although the open itself reported EINVAL.
    removeIfThere(path);
  }
}

/** Returns the errno name of a system error. */
export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") throw error;
  return code;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}
