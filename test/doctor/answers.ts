// Answers that probes give: of a disk with real direct I/O, and what differs elsewhere.

import type { BackendFacts, DiskProbes, SyncLatency } from "../../bench/host.js";

type Overrides = Partial<Omit<DiskProbes, "syncs">> & {
  /** Microseconds: p50, p99, max of fsync; the other ways follow. */
  readonly us: readonly [p50: number, p99: number, max: number];
  readonly count?: number;
};

/** Returns the probes of a disk; `us` makes its latencies. */
export function probesOf({ us, count = 1000, ...overrides }: Overrides): DiskProbes {
  return {
    directIo: REAL,
    facts: {
      dioMemAlign: 4,
      dioOffsetAlign: 512,
      dioReadOffsetAlign: null,
      atomicUnitMin: 0,
      atomicUnitMax: 0,
      atomicSegmentsMax: 0,
    },
    atomicWrite: NO_ATOMIC,
    rwfDsync: "works",
    zfsCountedDirect: null,
    syncs: syncsOf(us, count),
    bytesMax: 20_000_000,
    seconds: 2.25,
    ...overrides,
  };
}

export const REAL: DiskProbes["directIo"] = {
  aligned: "ok",
  misaligned: "EINVAL",
  real: true,
  reason: "a misaligned write is refused",
  alignment: 512,
};

export const ACCEPTED: DiskProbes["directIo"] = {
  aligned: "ok",
  misaligned: "accepted",
  real: false,
  reason: "a misaligned direct write is accepted, so the file system buffers it",
  alignment: 512,
};

export const NO_ATOMIC: DiskProbes["atomicWrite"] = {
  available: false,
  refusedBy: "device",
  reason: "the device below ext4 offers no atomic writes (RWF_ATOMIC of 16384 bytes: ENOTSUP)",
  unitMin: 0,
  unitMax: 0,
};

export function noAtomicOn(fileSystem: string): DiskProbes["atomicWrite"] {
  const reason = `${fileSystem} has no atomic writes (RWF_ATOMIC of 16384 bytes: ENOTSUP)`;
  return { ...NO_ATOMIC, refusedBy: "file system", reason };
}

function syncsOf(us: Overrides["us"], count: number): SyncLatency[] {
  const way = (name: SyncLatency["way"], share: number): SyncLatency => ({
    way: name,
    count,
    p50: Math.round(us[0] * share * 1000),
    p99: count < 100 ? null : Math.round(us[1] * share * 1000),
    max: Math.round(us[2] * share * 1000),
    problem: null,
  });
  return [
    way("fsync", 1),
    way("fdatasync", 0.8),
    way("O_DSYNC", 0.75),
    way("O_DIRECT|O_DSYNC", 0.7),
    way("O_DIRECT", 0.5),
  ];
}

/** As on a platform that has no O_DIRECT. */
export function withoutDirectWays(overrides: Overrides): DiskProbes {
  const probes = probesOf(overrides);
  const syncs = probes.syncs.map((sync) =>
    sync.way.startsWith("O_DIRECT")
      ? { ...sync, count: 0, p50: null, p99: null, max: null, problem: NO_FLAG }
      : sync,
  );
  return { ...probes, syncs };
}

const NO_FLAG = "this platform has no such flag";

/** The addon works, io_uring too. */
export const NATIVE: BackendFacts = {
  active: "native",
  capabilities: {
    checksums: true,
    rwf: true,
    blockingWait: true,
    executor: "io_uring",
    persistent: true,
  },
  choices: [
    { name: "native", isActive: true, reason: "the addon loads" },
    { name: "node-fs", isActive: false, reason: "works, and native does the same faster" },
    { name: "memory", isActive: false, reason: "keeps nothing: never chosen by itself" },
  ],
  uringProblem: null,
  checksums: "sse4.2",
};

/** No compiler, no addon: macOS, or a small container. */
export const NODE_FS: BackendFacts = {
  active: "node-fs",
  capabilities: {
    checksums: false,
    rwf: false,
    blockingWait: false,
    executor: "libuv",
    persistent: true,
  },
  choices: [
    { name: "native", isActive: false, reason: "build/tornproof.node does not exist" },
    { name: "node-fs", isActive: true, reason: "it runs everywhere, and the addon does not load" },
    { name: "memory", isActive: false, reason: "keeps nothing: never chosen by itself" },
  ],
  uringProblem: "no addon: build/tornproof.node does not exist",
  checksums: null,
};
