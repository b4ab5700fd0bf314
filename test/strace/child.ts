// The process that is traced: runs the life of a store for each setting, and says where it is.

import { writeSync } from "node:fs";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import { Store } from "../../host/store.js";
import type { TraceEvent } from "../../host/trace.js";
import type { Tablespace } from "../../host/transaction.js";
import {
  PAGE_SIZE,
  PAGES_PER_SPACE,
  PHASES,
  type Phase,
  type Report,
  type Setting,
} from "./scenario.js";

const SMALL = new Map<number, number>([
  [ENGINE_OPTION.framesCount, 64],
  [ENGINE_OPTION.redoCapacity, 64 * 1024],
  [ENGINE_OPTION.logBufferSize, 32 * 1024],
  [ENGINE_OPTION.trxBytesMax, 16 * 1024],
  [ENGINE_OPTION.extendPages, 16],
  [ENGINE_OPTION.batchesCount, 2],
]);

// The engine's clock stands still, so that no timer adds calls of its own.
performance.now = () => 1000;

class Life {
  private readonly trace = Object.fromEntries(
    PHASES.map((phase) => [phase, [] as TraceEvent[]]),
  ) as Record<Phase, TraceEvent[]>;
  private phase: Phase = "open";
  private store!: Store;
  private readonly spaces: Tablespace[] = [];
  private readonly pages: number[][] = [];

  constructor(
    private readonly number: number,
    private readonly setting: Setting,
  ) {}

  async run(): Promise<Report> {
    this.begin("open");
    this.store = await this.open();
    const { substitutions } = this.store.effective;
    this.begin("create");
    for (const name of ["left", "right"]) this.spaces.push(await this.store.createTablespace(name));
    this.begin("fill");
    await this.fill();
    const ioBefore = this.store.metrics().io;
    this.store.resetMetrics();
    await this.steps();
    const { io } = this.store.metrics();
    const status = this.store.status();
    this.begin("drop");
    await this.store.dropTablespace("right");
    this.begin("close");
    await this.store.close();
    this.begin("end");
    return {
      setting: this.number,
      trace: this.trace,
      status,
      io,
      ioBefore,
      substitutions,
    };
  }

  private open(): Promise<Store> {
    const { dir, backend, profile, method, doublewrite, trxCommit } = this.setting;
    const options = {
      innodb_page_size: PAGE_SIZE,
      innodb_buffer_pool_size: "5M",
      innodb_doublewrite_pages: 16,
      innodb_flush_method: method,
      innodb_doublewrite: doublewrite,
      innodb_flush_log_at_trx_commit: trxCommit,
      profile,
      backend,
      trace: (event: TraceEvent) => void this.trace[this.phase].push(event),
    };
    return Store.open(dir, options, SMALL);
  }

  private async fill(): Promise<void> {
    for (const space of this.spaces) {
      const pages: number[] = [];
      await this.store.transaction(async (tx) => {
        for (let n = 0; n < PAGES_PER_SPACE; n++) pages.push(await tx.allocatePage(space));
      });
      this.pages.push(pages);
    }
    await this.store.checkpoint();
  }

  /** A single-page transaction, one that changes every page, and what a checkpoint makes of it. */
  private async steps(): Promise<void> {
    this.begin("commit");
    await this.store.transaction((tx) => tx.write(this.spaces[0]!, this.pages[0]![0]!, 0, ones()));
    this.begin("change");
    await this.store.transaction((tx) => {
      this.spaces.forEach((space, s) => {
        for (const page of this.pages[s]!) tx.write(space, page, 0, ones());
      });
    });
    this.begin("checkpoint");
    await this.store.checkpoint();
  }

  private begin(phase: Phase): void {
    this.phase = phase;
    writeSync(1, `@${this.number} ${phase}\n`);
  }
}

function ones(): Uint8Array {
  return new Uint8Array(16).fill(1);
}

const settings = JSON.parse(process.argv[2]!) as Setting[];
for (const [number, setting] of settings.entries()) {
  const report = await new Life(number, setting).run();
  writeSync(1, `${JSON.stringify(report)}\n`);
}
