// A store's life, small enough to be run hundreds of times and rich enough to meet every edge:
// commits of both flavors, batches, checkpoints, redo that wraps, growth, tablespaces that come and
// go, a clean reopening, one after a shutdown that leaves pages dirty, and one after a kill.

import type { Backend } from "../../host/backend/backend.js";
import { createBackend } from "../../host/backend/index.js";
import { MemoryDisk } from "../../host/backend/memory-disk.js";
import { TraceChecker } from "../../host/check/index.js";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import type { IoEvent, IoObserver } from "../../host/observe/event.js";
import type { EngineOverrides } from "../../host/open-store.js";
import type { StoreOptions } from "../../host/options.js";
import { Store } from "../../host/store.js";
import type { Tablespace } from "../../host/transaction.js";
import { randomFrom } from "../store/helpers.js";
import { StoppableBackend } from "./stoppable.js";

export const TINY: StoreOptions = {
  innodb_page_size: 4096,
  innodb_buffer_pool_size: "5MiB",
  innodb_doublewrite_pages: 8,
};
export const TINY_ENGINE: EngineOverrides = new Map<number, number>([
  [ENGINE_OPTION.framesCount, 48],
  [ENGINE_OPTION.redoCapacity, 48 * 1024],
  [ENGINE_OPTION.logBufferSize, 32 * 1024],
  [ENGINE_OPTION.trxBytesMax, 16 * 1024],
  [ENGINE_OPTION.extendPages, 16],
  [ENGINE_OPTION.batchesCount, 2],
]);

/** Passes events to several observers until it is closed: the dead say nothing. */
export class Tee implements IoObserver {
  isOpen = true;

  constructor(private readonly observers: readonly IoObserver[]) {}

  observe(event: IoEvent): void {
    if (this.isOpen) for (const observer of this.observers) observer.observe(event);
  }
}

/** Judges for both devices. */
export class Judges implements IoObserver {
  readonly volatile = new TraceChecker({ device: "volatile" });
  readonly protected = new TraceChecker({ device: "protected" });

  observe(event: IoEvent): void {
    this.volatile.observe(event);
    this.protected.observe(event);
  }
}

/** Where a life takes place: a directory, and backends on it. */
export interface Ground {
  readonly dir: string;
  backend(): Backend;
}

export function memoryGround(disk = new MemoryDisk()): Ground {
  return { dir: "store", backend: () => createBackend("memory", { memoryDisk: disk }) };
}

/** A store that can be killed. */
export class Session {
  private constructor(
    readonly store: Store,
    private readonly backend: StoppableBackend,
    private readonly tee: Tee,
  ) {}

  static async open(
    ground: Ground,
    options: StoreOptions,
    observers: readonly IoObserver[],
    engine: EngineOverrides = new Map(),
  ): Promise<Session> {
    const backend = new StoppableBackend(ground.backend());
    const tee = new Tee(observers);
    const store = await Store.open(
      ground.dir,
      { ...TINY, ...options, backend, observer: tee },
      new Map([...TINY_ENGINE, ...engine]),
    );
    return new Session(store, backend, tee);
  }

  /** The process is gone: its files are as the system has them. */
  async kill(): Promise<void> {
    this.tee.isOpen = false;
    this.backend.stop();
    // Lets go of the lock and the timer; the backend passes nothing on.
    const { o } = this.store as unknown as { o: { pump: { fail(error: Error): void } } };
    o.pump.fail(new Error("killed"));
    await this.store.close();
  }
}

type Random = (below: number) => number;

/** The whole life. Units: `commits` in each of its four parts. */
export async function live(
  ground: Ground,
  options: StoreOptions,
  observers: readonly IoObserver[],
  { seed = 1, commits = 60 } = {},
): Promise<void> {
  const random = randomFrom(seed);
  let session = await Session.open(ground, options, observers);
  const a = await session.store.createTablespace("a");
  await session.store.createTablespace("b");
  await change(session.store, a, random, commits);
  await session.store.checkpoint();
  await change(session.store, session.store.tablespace("b")!, random, commits);
  await session.store.dropTablespace("b");
  await session.store.createTablespace("c");
  await session.store.close();

  session = await Session.open(ground, { ...options, innodb_fast_shutdown: 2 }, observers);
  await change(session.store, session.store.tablespace("c")!, random, commits);
  await session.store.close();

  session = await Session.open(ground, options, observers);
  await change(session.store, session.store.tablespace("a")!, random, commits);
  await session.kill();

  session = await Session.open(ground, options, observers);
  await change(session.store, session.store.tablespace("c")!, random, commits);
  await session.store.checkpoint();
  await session.store.close();
}

/** Commits that touch every page class: new pages, growth, old pages, large and small writes. */
export async function change(
  store: Store,
  space: Tablespace,
  random: Random,
  commits: number,
): Promise<void> {
  const pages: number[] = [];
  for (let n = 0; n < commits; n++) {
    const bytes = new Uint8Array(16 + random(700)).fill(n + 1);
    if (pages.length < 4 || (pages.length < 24 && random(2) === 0)) {
      pages.push(await store.transaction((tx) => allocate(tx, space, bytes)));
    } else if (random(3) === 0 && store.effective.backend !== "node-fs") {
      // node-fs cannot block for what is under way.
      store.transactionSync((tx) => tx.write(space, pages[random(pages.length)]!, 64, bytes));
    } else {
      await Promise.all(
        [0, 1, 2].map(() =>
          store.transaction((tx) => tx.write(space, pages[random(pages.length)]!, 64, bytes)),
        ),
      );
    }
  }
}

async function allocate(
  tx: Parameters<Parameters<Store["transaction"]>[0]>[0],
  space: Tablespace,
  bytes: Uint8Array,
): Promise<number> {
  const page = await tx.allocatePage(space);
  tx.write(space, page, 0, bytes);
  return page;
}
