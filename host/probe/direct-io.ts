// Is O_DIRECT real in this directory? An open that succeeds proves nothing: tmpfs, btrfs and old
// ZFS accept the flag and buffer the write. What proves it is a pair on a file that is not empty:
// an aligned write that succeeds and a misaligned one that the file system must refuse.

import { constants, writeSync } from "node:fs";
import { alignedMemory, errnoOf, withProbeFile } from "./probe-file.js";

export interface DirectIoProbe {
  /** "ok", or the errno of the open or of the aligned write. */
  readonly aligned: string;
  /** "EINVAL" as it must be, "accepted", another errno, or "untried". */
  readonly misaligned: string;
  /** Direct writes go to the device, not to the page cache. */
  readonly real: boolean;
  /** One sentence that says why. */
  readonly reason: string;
  /** Bytes; the smallest offset and length that is accepted, 0 when none is. */
  readonly alignment: number;
}

const ALIGNMENTS = [512, 1024, 2048, 4096] as const;
const ALIGNED_BYTES = 4096;

/** Probes a directory with one small file. Errors: none; an errno is part of the answer. */
export function probeDirectIo(dir: string): DirectIoProbe {
  const direct = (constants as { O_DIRECT?: number }).O_DIRECT;
  if (direct === undefined) return refused("untried", "this platform has no O_DIRECT");
  try {
    return withProbeFile(dir, direct, probeDirectFile);
  } catch (error) {
    return directOpenRefused(errnoOf(error));
  }
}

/** What an open with O_DIRECT that failed with `code` means. */
export function directOpenRefused(code: string): DirectIoProbe {
  return refused(code, `a file cannot be opened with O_DIRECT here: ${code}`);
}

/** Most bytes that probing one file writes. */
export const DIRECT_PROBE_BYTES_MAX = 16384;

/** Probes a file that is open with O_DIRECT; its first 8 KiB are overwritten. */
export function probeDirectFile(fd: number): DirectIoProbe {
  const memory = alignedMemory();
  const first = attempt(fd, memory, 0, ALIGNED_BYTES, 0);
  // The first write found an empty file, which some file systems treat differently.
  const aligned = first === "ok" ? attempt(fd, memory, 0, ALIGNED_BYTES, ALIGNED_BYTES) : first;
  if (aligned !== "ok") {
    return refused(aligned, `an aligned ${ALIGNED_BYTES}-byte direct write fails: ${aligned}`);
  }
  // Address, length and offset are all odd, so that one lenient dimension does not hide the rest.
  const misaligned = attempt(fd, memory, 1, 1000, 100);
  const alignment = ALIGNMENTS.find((size) => attempt(fd, memory, size, size, size) === "ok") ?? 0;
  if (misaligned === "EINVAL") {
    return { aligned, misaligned, real: true, reason: "a misaligned write is refused", alignment };
  }
  const fact = misaligned === "ok" ? "accepted" : misaligned;
  return {
    aligned,
    misaligned: fact,
    real: false,
    reason:
      fact === "accepted"
        ? "a misaligned direct write is accepted, so the file system buffers it"
        : `a misaligned direct write fails with ${fact} instead of EINVAL`,
    alignment,
  };
}

function attempt(
  fd: number,
  memory: Uint8Array,
  address: number,
  length: number,
  offset: number,
): string {
  try {
    const written = writeSync(fd, memory, address, length, offset);
    return written === length ? "ok" : "short";
  } catch (error) {
    return errnoOf(error);
  }
}

function refused(aligned: string, reason: string): DirectIoProbe {
  return { aligned, misaligned: "untried", real: false, reason, alignment: 0 };
}
