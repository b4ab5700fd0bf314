// Drives a store through one commit, one flush batch and one checkpoint, and keeps what it did.

import { vi } from "vitest";
import { createBackend } from "../../host/backend/index.js";
import { OP_RWF_ATOMIC, type Backend, type OpenMode } from "../../host/backend/backend.js";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import type { StoreOptions } from "../../host/options.js";
import { Store } from "../../host/store.js";
import type { TraceEvent } from "../../host/trace.js";
import type { Tablespace } from "../../host/transaction.js";

export const PAGE_SIZE = 4096;
/** Pages that the batch writes in each tablespace. */
const PAGES_PER_SPACE = 3;

const SMALL = new Map<number, number>([
  [ENGINE_OPTION.framesCount, 64],
  [ENGINE_OPTION.redoCapacity, 64 * 1024],
  [ENGINE_OPTION.logBufferSize, 32 * 1024],
  [ENGINE_OPTION.trxBytesMax, 16 * 1024],
  [ENGINE_OPTION.extendPages, 16],
  [ENGINE_OPTION.batchesCount, 2],
]);

/** A store in memory with two tablespaces, everything clean, and a clock that stands still. */
export class Rig {
  readonly events: TraceEvent[] = [];
  /** Modes by file kind, as the files were opened. */
  readonly open = new Map<string, OpenMode>();
  /** What it took to create the store and its tablespaces. */
  readonly created: TraceEvent[] = [];
  private store!: Store;
  private readonly spaces: Tablespace[] = [];
  private readonly pages: number[][] = [];

  static async start(options: StoreOptions): Promise<Rig> {
    const rig = new Rig();
    // Time moves only where a test says so: no timer of the engine adds calls of its own.
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    rig.store = await Store.open(
      "/oracle",
      {
        innodb_page_size: PAGE_SIZE,
        innodb_buffer_pool_size: "5M",
        innodb_doublewrite_pages: 16,
        backend: rig.watched(createBackend("memory")),
        trace: (event) => rig.events.push(event),
        ...options,
      },
      SMALL,
    );
    await rig.fill();
    return rig;
  }

  /** The backend, with the mode of every file that is opened noted. */
  private watched(backend: Backend): Backend {
    const open = backend.open.bind(backend);
    backend.open = (path, mode, create) => {
      this.open.set(kindOf(path), mode);
      return open(path, mode, create);
    };
    // A disk in memory tears nothing, so RWF_ATOMIC may be left out on the way to it.
    const submit = backend.submit.bind(backend);
    backend.submit = (op) => submit({ ...op, flags: op.flags & ~OP_RWF_ATOMIC });
    Object.defineProperty(backend, "capabilities", {
      value: { ...backend.capabilities, rwf: true },
    });
    return backend;
  }

  private async fill(): Promise<void> {
    for (const name of ["left", "right"]) {
      const space = await this.store.createTablespace(name);
      this.spaces.push(space);
      this.pages.push(
        await this.store.transaction(async (tx) => {
          const pages: number[] = [];
          for (let n = 0; n < PAGES_PER_SPACE; n++) pages.push(await tx.allocatePage(space));
          return pages;
        }),
      );
    }
    await this.store.checkpoint();
    await this.passes();
    this.created.push(...this.take());
  }

  /** One single-page transaction. */
  async commit(): Promise<TraceEvent[]> {
    const page = this.pages[0]![0]!;
    await this.store.transaction((tx) => tx.write(this.spaces[0]!, page, 0, bytes(1)));
    await this.passes();
    return this.take();
  }

  /** Changes every page of both tablespaces in one more transaction. */
  async changeAll(): Promise<TraceEvent[]> {
    await this.store.transaction((tx) => {
      this.pages.forEach((pages, s) => {
        for (const page of pages) tx.write(this.spaces[s]!, page, 0, bytes(2));
      });
    });
    await this.passes();
    return this.take();
  }

  /** Pages the batch after `changeAll` writes, and the files they are in. */
  get batchSize(): { readonly pages: number; readonly files: number } {
    return { pages: this.pages.flat().length, files: this.pages.length };
  }

  async checkpoint(): Promise<TraceEvent[]> {
    await this.store.checkpoint();
    await this.passes();
    return this.take();
  }

  /** Lets `ms` of the engine's time pass. */
  async wait(ms: number): Promise<TraceEvent[]> {
    vi.advanceTimersByTime(ms);
    await this.passes();
    return this.take();
  }

  async close(): Promise<void> {
    await this.store.close();
    vi.useRealTimers();
  }

  /** Passes of the event loop in which work that follows an answer can start. */
  private async passes(): Promise<void> {
    for (let n = 0; n < 4; n++) await new Promise((resolve) => setImmediate(resolve));
  }

  private take(): TraceEvent[] {
    return this.events.splice(0).filter((event) => event.call !== "pread");
  }
}

function bytes(value: number): Uint8Array {
  return new Uint8Array(16).fill(value);
}

/** Modes in the letters of observed.ts. */
export function modeLetters(
  open: ReadonlyMap<string, OpenMode>,
): Record<"log" | "data" | "dblwr", string> {
  const letters = (kind: string): string => {
    const mode = open.get(kind)!;
    const sync = { none: "", dsync: "D", sync: "S" }[mode.sync];
    return (mode.direct ? "d" : "") + sync || "-";
  };
  return { log: letters("log"), data: letters("data"), dblwr: letters("dblwr") };
}

function kindOf(path: string): string {
  if (path.endsWith(".bdblwr")) return "bdblwr";
  if (path.endsWith(".dblwr")) return "dblwr";
  if (path.includes("ib_logfile")) return "log";
  return path.includes("creating") ? "marker" : "data";
}
