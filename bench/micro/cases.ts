// What is measured: the operations that run once or more per transaction, on a store in memory.

import type { BenchStore } from "../api.js";
import { engineExportsOf } from "../engine-access.js";
import { Histogram, Random } from "../host.js";
import type { WorkingSet } from "../run/working-set.js";
import type { MicroCase } from "./suite.js";

const BATCH = 1000;
const ORDER = 4096;
const CHANGE_BYTES = 100;

/** Returns the cases; `set` fits into the pool of `store`. */
export function microCases(store: BenchStore, set: WorkingSet): MicroCase[] {
  const random = new Random(1);
  const order = Uint32Array.from(
    { length: ORDER },
    () => set.pages[random.below(set.pages.length)]!,
  );
  return [...poolCases(store, set, order), ...checksumCases(store), histogramCase(random)];
}

function poolCases(store: BenchStore, { space }: WorkingSet, order: Uint32Array): MicroCase[] {
  const engine = engineExportsOf(store);
  const target = new Uint8Array(8);
  const change = new Uint8Array(CHANGE_BYTES).fill(7);
  let at = 0;
  const nextPage = (): number => order[at++ & (ORDER - 1)]!;
  return [
    batched("pool hit: fix and unfix, call into the engine included", () =>
      engine.pageRead(space.id, nextPage()),
    ),
    batched("readSync of 8 bytes of a page in the pool", () =>
      store.readSync(space, nextPage(), 0, target),
    ),
    batched(`transactionSync, one change of ${CHANGE_BYTES} bytes, trx_commit=0`, () =>
      store.transactionSync((tx) => tx.write(space, nextPage(), 64, change)),
    ),
  ];
}

/** On the engine's exchange area, which belongs to whoever calls next. */
function checksumCases(store: BenchStore): MicroCase[] {
  const engine = engineExportsOf(store);
  const at = engine.exchangeAddress();
  return [
    batched(`checksum of a page of ${store.pageSize} bytes, stamped`, () =>
      engine.stampPages(at, 1),
    ),
    batched(`checksum of a page of ${store.pageSize} bytes, verified`, () =>
      engine.pageChecksumIsValid(at),
    ),
  ];
}

function histogramCase(random: Random): MicroCase {
  const histogram = new Histogram();
  const values = Float64Array.from({ length: ORDER }, () => random.below(1_000_000));
  let at = 0;
  return batched("histogram: record", () => histogram.record(values[at++ & (ORDER - 1)]!));
}

/** A call of an empty closure costs nanoseconds itself; a batch shares it. */
function batched(name: string, operation: () => unknown): MicroCase {
  return {
    name,
    batch: BATCH,
    run: () => {
      for (let i = 0; i < BATCH; i++) operation();
    },
  };
}
