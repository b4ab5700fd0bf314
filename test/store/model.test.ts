// A million random operations on stores of very different settings, compared with a model. A
// failure names setting, seed and step; STORE_SEED=<seed> runs that seed again.

import { describe, expect, test } from "vitest";
import { backendProblem } from "../../host/backend/index.js";
import { ENGINE_OPTION as ENGINE } from "../../host/engine-options.js";
import type { StoreOptions } from "../../host/options.js";
import { ModelRun, SEQUENCE_SPACE, type Setting } from "./model-run.js";
import type { Store } from "../../host/store.js";
import type { TransactionSync } from "../../host/transaction.js";
import { errorFrom } from "./helpers.js";
import { MemoryPlace, newPlace } from "./places.js";

const SEED = Number(process.env["STORE_SEED"] ?? 1);
const OPERATIONS = 1_000_000;
const OPERATIONS_NATIVE = 20_000;
const KIB = 1024;
const MIB = 1024 * KIB;

interface Sizes {
  readonly pageSize: number;
  readonly frames: number;
  readonly redo: number;
  readonly more?: readonly (readonly [number, number])[];
}

function setting(name: string, sizes: Sizes, options: StoreOptions): Setting {
  const { pageSize, frames, redo, more = [] } = sizes;
  return {
    name,
    options: { innodb_page_size: pageSize, innodb_doublewrite_pages: 16, ...options },
    engine: new Map<number, number>([
      [ENGINE.framesCount, frames],
      [ENGINE.redoCapacity, redo],
      [ENGINE.logBufferSize, 256 * KIB],
      [ENGINE.trxBytesMax, 120 * KIB],
      [ENGINE.extendPages, 16],
      ...more,
    ]),
    // Several times the pool, but no more than can be copied at every crash.
    pagesMax: Math.min(6 * frames, (6 * MIB) / pageSize),
    transactionMax: 8,
  };
}

const ON = { innodb_doublewrite: "ON" };

const SETTINGS: readonly Setting[] = [
  setting("4k, durable commits", { pageSize: 4 * KIB, frames: 64, redo: 192 * KIB }, ON),
  setting(
    "4k, no doublewrite, commits written",
    { pageSize: 4 * KIB, frames: 48, redo: 128 * KIB },
    { innodb_doublewrite: "OFF", innodb_flush_log_at_trx_commit: 2 },
  ),
  setting(
    "8k, detect only",
    { pageSize: 8 * KIB, frames: 64, redo: 192 * KIB },
    { innodb_doublewrite: "DETECT_ONLY" },
  ),
  setting(
    "8k, detect and recover, lazy commits",
    { pageSize: 8 * KIB, frames: 64, redo: 256 * KIB },
    { innodb_doublewrite: "DETECT_AND_RECOVER", innodb_flush_log_at_trx_commit: 0 },
  ),
  setting(
    "16k, one small batch",
    { pageSize: 16 * KIB, frames: 48, redo: 256 * KIB, more: [[ENGINE.batchesCount, 1]] },
    { ...ON, innodb_doublewrite_pages: 3, innodb_doublewrite_files: 1 },
  ),
  setting(
    "16k, neighbors, eager page cleaner",
    {
      pageSize: 16 * KIB,
      frames: 96,
      redo: 512 * KIB,
      more: [
        [ENGINE.extendPages, 0],
        [ENGINE.cleanerIntervalMs, 1],
        [ENGINE.oldBlocksTimeMs, 0],
        [ENGINE.lruScanDepth, 8],
      ],
    },
    { ...ON, innodb_flush_neighbors: 2, innodb_flush_log_at_trx_commit: 2 },
  ),
  setting(
    "32k, seven doublewrite files",
    { pageSize: 32 * KIB, frames: 40, redo: 384 * KIB, more: [[ENGINE.batchesCount, 9]] },
    { ...ON, innodb_doublewrite_pages: 4, innodb_doublewrite_files: 7 },
  ),
  setting(
    "64k, lazy commits",
    { pageSize: 64 * KIB, frames: 40, redo: 768 * KIB },
    { ...ON, innodb_flush_log_at_trx_commit: 0 },
  ),
];

describe("model", () => {
  let operations = 0;
  let restarts = 0;
  let crashes = 0;

  test.each(SETTINGS)(
    "memory: $name → the store is what the model is",
    { timeout: 120_000 },
    async (one) => {
      const run = new ModelRun(one, SEED, newPlace("memory"), () => newPlace("memory"));
      await run.run(OPERATIONS / SETTINGS.length);
      operations += run.operations;
      restarts += run.restarts;
      crashes += run.crashes;
    },
  );

  test("memory: all of it → a million operations, with restarts and crashes", () => {
    expect(operations).toBeGreaterThanOrEqual(OPERATIONS);
    expect(restarts).toBeGreaterThan(100);
    expect(crashes).toBeGreaterThan(100);
  });

  test.skipIf(backendProblem("native") !== null).each([SETTINGS[0]!, SETTINGS[5]!])(
    "native: $name → the store is what the model is",
    { timeout: 120_000 },
    async (one) => {
      const run = new ModelRun(one, SEED, newPlace("native"), () => newPlace("native"));
      await run.run(OPERATIONS_NATIVE);
    },
  );

  test("canary: a store that forgets one write in 500 → setting, seed, step, page and byte", async () => {
    const place = new ForgetfulPlace();
    const run = new ModelRun(SETTINGS[0]!, SEED, place, () => new ForgetfulPlace());

    const error = await errorFrom(() => run.run(OPERATIONS));

    expect(error.message).toMatch(/^4k, durable commits, seed \d+, step \d+: /);
    expect(error.message).toMatch(/ page \d+, byte \d+ of \d+: expected \d+, found \d+$/);
  });
});

/** Its stores take every 500th write of a blocking transaction for done. */
class ForgetfulPlace extends MemoryPlace {
  private writes = 0;

  override async open(...args: Parameters<MemoryPlace["open"]>): Promise<Store> {
    const store = await super.open(...args);
    const run = store.transactionSync.bind(store);
    store.transactionSync = (body) => run((tx) => body(this.forgetful(tx)));
    return store;
  }

  private forgetful(tx: TransactionSync): TransactionSync {
    return {
      write: (space, page, offset, bytes) => {
        const isSequence = space.name === SEQUENCE_SPACE;
        if (isSequence || ++this.writes % 500 !== 0) tx.write(space, page, offset, bytes);
      },
      read: (...range) => tx.read(...range),
      allocatePage: (space) => tx.allocatePage(space),
      freePage: (space, page) => tx.freePage(space, page),
    };
  }
}
