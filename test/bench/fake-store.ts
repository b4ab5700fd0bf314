// A store that does no I/O and keeps the benchmark's interface: every commit counts one redo write
// and one sync, every eighth a page write, so that reports have something to show.

import type {
  BenchMetrics,
  BenchStore,
  BenchTablespace,
  FileCounters,
  OpenStore,
  StoreOptions,
} from "../../bench/api.js";
import { IO_LATENCIES } from "../../bench/api.js";
import { FILE_KINDS, Histogram, resolveMethod, StoreError } from "../../bench/host.js";

export interface FakeWorld {
  readonly open: OpenStore;
  /** Options of every open, in order. */
  readonly opened: StoreOptions[];
  readonly isAnyOpen: () => boolean;
}

export interface FakeBehavior {
  /** Runs inside every commit. */
  readonly onCommit?: () => void;
  /** Methods that Store.open refuses. */
  readonly unavailable?: readonly string[];
}

/** Returns a world in which `open` makes fake stores over one shared set of tablespaces. */
export function fakeWorld(behavior: FakeBehavior = {}): FakeWorld {
  const spaces = new Map<string, BenchTablespace>();
  const opened: StoreOptions[] = [];
  let openCount = 0;
  const open: OpenStore = async (_directory, options) => {
    const method = String(options["innodb_flush_method"]);
    if (behavior.unavailable?.includes(method)) {
      throw new StoreError("METHOD_UNAVAILABLE", `${method}: refused by the device: no such thing`);
    }
    opened.push(options);
    openCount++;
    return new FakeStore(options, spaces, behavior, () => openCount--);
  };
  return { open, opened, isAnyOpen: () => openCount > 0 };
}

type Counters = { -readonly [Key in keyof FileCounters]: number };

class FakeStore implements BenchStore {
  readonly pageSize = 16384;
  readonly pageBodySize = 16384 - 46;
  readonly effective;
  private commits = 0;
  private io = zeroIo();
  private latency = zeroLatency();
  private nextPage = 3;

  constructor(
    options: StoreOptions,
    private readonly spaces: Map<string, BenchTablespace>,
    private readonly behavior: FakeBehavior,
    private readonly onClose: () => void,
  ) {
    const name = String(options["innodb_flush_method"]);
    const method = resolveMethod(name, { profile: String(options["profile"]) });
    this.effective = {
      requested: name,
      effective: name,
      substitutions: [],
      durability: method.durability,
      backend: "fake",
      executor: "nothing",
    };
  }

  async createTablespace(name: string): Promise<BenchTablespace> {
    const space = { id: this.spaces.size + 1, name, pages: 4 };
    this.spaces.set(name, space);
    return space;
  }

  async dropTablespace(name: string): Promise<void> {
    this.spaces.delete(name);
  }

  tablespace(name: string): BenchTablespace | undefined {
    return this.spaces.get(name);
  }

  async transaction<T>(body: Parameters<BenchStore["transaction"]>[0]): Promise<T> {
    const result = await body({ write: () => {}, allocatePage: async () => this.nextPage++ });
    // Real commits give the event loop a turn; a loop of promises alone would starve Ctrl-C.
    await new Promise((resolve) => setImmediate(resolve));
    this.commit();
    return result as T;
  }

  transactionSync<T>(body: Parameters<BenchStore["transactionSync"]>[0]): T {
    const result = body({ write: () => {} });
    this.commit();
    return result as T;
  }

  readSync(): void {}

  async checkpoint(): Promise<void> {
    this.io.log.writes++;
    this.io.log.writtenBytes += 512;
  }

  metrics(): BenchMetrics {
    const { latency, io } = this;
    return {
      latency,
      io,
      calls: { pwrite: io.log.writes, fdatasync: io.log.syncs },
      dataBusyNanoseconds: 0,
    };
  }

  resetMetrics(): void {
    this.io = zeroIo();
    this.latency = zeroLatency();
  }

  async close(): Promise<void> {
    this.onClose();
  }

  private commit(): void {
    this.behavior.onCommit?.();
    this.io.log.writes++;
    this.io.log.syncs++;
    this.io.log.writtenBytes += 512;
    this.latency.logSync.record(30_000 + (this.commits % 7) * 1000);
    if (++this.commits % 8 !== 0) return;
    this.io.data.writes++;
    this.io.data.writtenBytes += this.pageSize;
    this.latency.pageWrite.record(60_000);
  }
}

function zeroIo(): Record<(typeof FILE_KINDS)[number], Counters> {
  const zero = (): Counters => ({ writes: 0, writtenBytes: 0, syncs: 0, reads: 0, readBytes: 0 });
  return Object.fromEntries(FILE_KINDS.map((kind) => [kind, zero()])) as ReturnType<typeof zeroIo>;
}

function zeroLatency(): BenchMetrics["latency"] {
  const entries = IO_LATENCIES.map((key) => [key, new Histogram()]);
  return Object.fromEntries(entries) as BenchMetrics["latency"];
}
