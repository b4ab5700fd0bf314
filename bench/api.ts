// What the benchmark needs of a store: the page-level API, as interfaces, so that workloads and
// rounds can be tested with a store that does no I/O. host/store.ts is the real one.

import type { DurabilityClass, FileKind, Histogram } from "./host.js";

export interface BenchTablespace {
  readonly id: number;
  readonly name: string;
  readonly pages: number;
}

/** The part of a transaction that both flavors share. Offsets count from the page body. */
export interface BenchWriter {
  write(space: BenchTablespace, page: number, offset: number, bytes: Uint8Array): void;
}

export interface BenchTransaction extends BenchWriter {
  allocatePage(space: BenchTablespace): Promise<number>;
}

export interface FileCounters {
  readonly writes: number;
  readonly writtenBytes: number;
  readonly syncs: number;
  readonly reads: number;
  readonly readBytes: number;
}

/** The operations whose latency the store records; keys as in its metrics. */
export const IO_LATENCIES = [
  "logSync",
  "logWrite",
  "pageWrite",
  "dblwrWrite",
  "dblwrSync",
  "dataSync",
  "pageRead",
] as const;
export type IoLatency = (typeof IO_LATENCIES)[number];

export interface BenchMetrics {
  readonly latency: Readonly<Record<IoLatency, Histogram>>;
  readonly io: Readonly<Record<FileKind, FileCounters>>;
  /** System calls by name: pwrite, pread, fsync, fdatasync. */
  readonly calls: Readonly<Record<string, number>>;
  /** Time during which at least one in-place page write was in flight. */
  readonly dataBusyNanoseconds: number;
}

/** Requested and effective are two fields everywhere; a substitution is never silent. */
export interface BenchEffective {
  readonly requested: string;
  readonly effective: string;
  readonly substitutions: readonly string[];
  readonly durability: DurabilityClass;
  readonly backend: string;
  readonly executor: string;
}

export interface BenchStore {
  readonly pageSize: number;
  readonly pageBodySize: number;
  readonly effective: BenchEffective;
  createTablespace(name: string): Promise<BenchTablespace>;
  dropTablespace(name: string): Promise<void>;
  tablespace(name: string): BenchTablespace | undefined;
  transaction<T>(body: (tx: BenchTransaction) => T | Promise<T>): Promise<T>;
  transactionSync<T>(body: (tx: BenchWriter) => T): T;
  /** Fills `target` from a page; the page is read when it is not in the pool. */
  readSync(space: BenchTablespace, page: number, offset: number, target: Uint8Array): void;
  checkpoint(): Promise<void>;
  metrics(): BenchMetrics;
  resetMetrics(): void;
  close(): Promise<void>;
}

export type StoreOptions = Readonly<Record<string, unknown>>;
export type OpenStore = (directory: string, options: StoreOptions) => Promise<BenchStore>;
