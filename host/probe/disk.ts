// Everything that can only be known by trying, in one file that is always removed: is direct I/O
// real, which write flags are taken, what a sync costs. At most 64 MiB are written; most of them by
// the sync measurements, which end early on a slow disk.

import { constants, fsyncSync, writeSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { type Addon, type FileFacts, loadAddon } from "../../native/index.js";
import {
  atomicOpenRefused,
  type AtomicWriteProbe,
  atomicWithoutAddon,
  probeAtomicFile,
} from "./atomic-write.js";
import {
  DIRECT_PROBE_BYTES_MAX,
  directOpenRefused,
  type DirectIoProbe,
  probeDirectFile,
} from "./direct-io.js";
import { zfsDirectWrites } from "./file-system-facts.js";
import type { MachineFiles } from "./machine-files.js";
import type { Place } from "./place.js";
import { alignedMemory, errnoOf, ProbeFile } from "./probe-file.js";
import {
  measureSyncs,
  SYNC_BLOCK_BYTES,
  SYNC_WAYS_COUNT,
  SYNC_WRITES_MAX,
  type SyncLatency,
} from "./sync-latency.js";

export type DiskAddon = Pick<Addon, "fileFacts" | "tryPwriteAtomic" | "tryPwriteDsync">;

export interface DiskProbes {
  readonly directIo: DirectIoProbe;
  /** What statx tells of the file when it is open with O_DIRECT; null without the addon. */
  readonly facts: FileFacts | null;
  readonly atomicWrite: AtomicWriteProbe;
  /** "works", an errno, or null where there is no addon to try it with. */
  readonly rwfDsync: string | null;
  /** ZFS counted the direct writes as such; null where it does not count. */
  readonly zfsCountedDirect: boolean | null;
  readonly syncs: readonly SyncLatency[];
  /** Bytes; an upper bound that the measurements never exceed. */
  readonly bytesMax: number;
  readonly seconds: number;
}

export interface DiskRequest {
  readonly place: Place;
  readonly files: MachineFiles;
  /** The addon of this installation when absent; null does without. */
  readonly addon?: DiskAddon | null;
  readonly pageSize: number;
  /** Milliseconds for the sync measurements. */
  readonly syncMilliseconds: number;
  readonly isCanceled: () => boolean;
}

/** Size of the probe file. */
export const PROBE_FILE_BYTES = 4 * 2 ** 20;
/** Milliseconds for everything; a disk that is slow to fill gets less time for the syncs. */
const TOTAL_MS = 4000;
const SYNC_MS_MIN = 300;

/**
 * Probes the directory of a place; null when it was canceled.
 * Errors: the system's, with `code`, when no file can be created or filled; none is left.
 */
export async function probeDisk(request: DiskRequest): Promise<DiskProbes | null> {
  const start = performance.now();
  const file = new ProbeFile(request.place.path);
  try {
    fill(file.open(0));
    const addon = request.addon === undefined ? loadAddon() : request.addon;
    const tried = tryCalls(file, { ...request, addon });
    const left = Math.max(SYNC_MS_MIN, start + TOTAL_MS - performance.now());
    const syncs = await measureSyncs({
      open: (flags) => file.open(flags),
      memory: alignedMemory(),
      fileBytes: PROBE_FILE_BYTES,
      milliseconds: Math.min(request.syncMilliseconds, left),
      isCanceled: request.isCanceled,
    });
    if (request.isCanceled()) return null;
    const bytesMax = bytesWritten(syncs);
    return { ...tried, syncs, bytesMax, seconds: (performance.now() - start) / 1000 };
  } finally {
    file.close();
  }
}

/** A ZFS record, as far as the aligned memory reaches. */
const RECORD_BYTES_MAX = 2 ** 17;
const PAGE_BYTES_MAX = 2 ** 16;
/** The file itself, and the calls that are made once. */
const SINGLE_BYTES_MAX =
  PROBE_FILE_BYTES + DIRECT_PROBE_BYTES_MAX + SYNC_BLOCK_BYTES + PAGE_BYTES_MAX + RECORD_BYTES_MAX;

/** Most bytes any probe can write. */
export const DISK_PROBE_BYTES_MAX =
  SINGLE_BYTES_MAX + SYNC_WAYS_COUNT * SYNC_WRITES_MAX * SYNC_BLOCK_BYTES;

/** The samples and the warm-up write of each way, and what the single calls wrote at most. */
function bytesWritten(syncs: readonly SyncLatency[]): number {
  const writes = syncs.reduce((sum, { count }) => sum + count + 1, 0);
  return SINGLE_BYTES_MAX + writes * SYNC_BLOCK_BYTES;
}

/** Real bytes, not a hole: an overwrite of a hole or of a preallocated extent changes metadata. */
function fill(fd: number): void {
  const chunk = new Uint8Array(2 ** 20).fill(0xa5);
  let offset = 0;
  while (offset < PROBE_FILE_BYTES) {
    offset += writeSync(fd, chunk, 0, Math.min(chunk.length, PROBE_FILE_BYTES - offset), offset);
  }
  fsyncSync(fd);
}

type Tried = Omit<DiskProbes, "syncs" | "bytesMax" | "seconds">;
type Subject = Pick<DiskRequest, "place" | "files" | "pageSize"> & {
  readonly addon: DiskAddon | null;
};

function tryCalls(file: ProbeFile, request: Subject): Tried {
  const { addon } = request;
  const rwfDsync = addon === null ? null : tryDsync(file.open(0), addon);
  const direct = (constants as { O_DIRECT?: number }).O_DIRECT;
  try {
    if (direct === undefined) throw Object.assign(new Error("O_DIRECT"), { code: "ENOTSUP" });
    return { ...tryDirect(file.open(direct), request), rwfDsync };
  } catch (error) {
    const code = errnoOf(error);
    const directIo = direct === undefined ? NO_DIRECT_HERE : directOpenRefused(code);
    const atomicWrite = addon === null ? atomicWithoutAddon() : atomicOpenRefused(code);
    return { directIo, facts: null, atomicWrite, rwfDsync, zfsCountedDirect: null };
  }
}

const NO_DIRECT_HERE: DirectIoProbe = {
  aligned: "untried",
  misaligned: "untried",
  real: false,
  reason: "this platform has no O_DIRECT",
  alignment: 0,
};

function tryDirect(fd: number, request: Subject): Omit<Tried, "rwfDsync"> {
  const { addon, files, place, pageSize } = request;
  const before = zfsDirectWrites(files, place);
  const directIo = probeDirectFile(fd);
  // One whole record: ZFS buffers a direct write that is smaller.
  if (before !== null) writeRecord(fd, place.blockBytes ?? pageSize);
  const after = zfsDirectWrites(files, place);
  return {
    directIo,
    facts: addon === null ? null : addon.fileFacts(fd),
    atomicWrite:
      addon === null
        ? atomicWithoutAddon()
        : probeAtomicFile(fd, pageSize, addon, place.fileSystem),
    zfsCountedDirect: before === null || after === null ? null : after > before,
  };
}

/** Records of up to the probe's aligned memory; a larger one cannot be told from a buffered one. */
function writeRecord(fd: number, bytes: number): void {
  writeSync(fd, alignedMemory(), 0, Math.min(bytes, RECORD_BYTES_MAX), 0);
}

function tryDsync(fd: number, addon: DiskAddon): string {
  const result = addon.tryPwriteDsync(fd, alignedMemory().subarray(0, SYNC_BLOCK_BYTES), 0);
  if (result === SYNC_BLOCK_BYTES) return "works";
  return result < 0 ? getSystemErrorName(result) : `only ${result} bytes written`;
}
