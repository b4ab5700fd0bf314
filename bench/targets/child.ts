// One measurement of the store in a process of its own, so that memory, preloaded shims and the
// optimizer's state belong to it alone. Reads a request from its argument, prints one JSON line.
//
//   node child.js '{"kind":"turn","workload":"redo-append",…}'

import { join } from "node:path";
import { engineExportsOf } from "../engine-access.js";
import { openRealStore } from "../open-store.js";
import { Random } from "../host.js";
import { runStoreTurn } from "../run/store-turn.js";
import { ensureWorkingSet } from "../run/working-set.js";
import { workloadNamed } from "../workload/index.js";
import type { ChildAnswer, ChildRequest } from "./child-protocol.js";

const MIB = 2 ** 20;
const READ_BYTES = 8;
const READS_PER_BATCH = 100_000;

async function main(): Promise<void> {
  const request = JSON.parse(process.argv[2] ?? "{}") as ChildRequest;
  const answer = request.kind === "turn" ? await measureTurn(request) : await measureReads(request);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** A turn exactly as `bench run` makes it. */
async function measureTurn(request: ChildRequest): Promise<ChildAnswer> {
  const config = { id: "c1", variables: {} };
  const { measurement } = await runStoreTurn(
    {
      openStore: openRealStore,
      storeDir: join(request.folder, "store"),
      workload: workloadNamed(request.workload)!,
      workingSetPages: request.workingSetPages,
      seconds: { warmup: request.seconds / 4, run: request.seconds },
      concurrency: request.concurrency,
      isSyncApi: request.isSyncApi,
      changeSize: request.changeSize,
      bufferPoolSize: request.bufferPoolMib * MIB,
      isInterrupted: () => false,
      pages: null,
    },
    { round: 0, position: 0, config },
    request.options,
    new Random(request.seed),
    Infinity,
  );
  const { io, dataBusyNanoseconds } = measurement.metrics;
  return {
    operationsPerSecond: measurement.operations / measurement.seconds,
    seconds: measurement.seconds,
    dataBytes: io.data.writtenBytes,
    dblwrBytes: io.dblwr.writtenBytes,
    dataBusySeconds: (dataBusyNanoseconds ?? 0) / 1e9,
    nanosecondsPerRead: null,
    residentMib: process.resourceUsage().maxRSS / 1024,
  };
}

/** Hits: pages that are all in the pool, through the API or by the engine's own export. */
async function measureReads(request: ChildRequest): Promise<ChildAnswer> {
  const store = await openRealStore(join(request.folder, "store"), request.options);
  const random = new Random(request.seed);
  const { space, pages } = await ensureWorkingSet(store, request.workingSetPages, null, random);
  const order = Uint32Array.from({ length: 4096 }, () => pages[random.below(pages.length)]!);
  const target = new Uint8Array(READ_BYTES);
  const engine = engineExportsOf(store);
  const read =
    request.kind === "hit"
      ? (page: number): unknown => engine.pageRead(space.id, page)
      : (page: number): unknown => store.readSync(space, page, 0, target);
  let best = Infinity;
  const end = performance.now() + request.seconds * 1000;
  while (performance.now() < end) {
    const before = performance.now();
    for (let i = 0; i < READS_PER_BATCH; i++) read(order[i & 4095]!);
    best = Math.min(best, ((performance.now() - before) * 1e6) / READS_PER_BATCH);
  }
  await store.close();
  return {
    operationsPerSecond: 1e9 / best,
    seconds: request.seconds,
    dataBytes: 0,
    dblwrBytes: 0,
    dataBusySeconds: 0,
    nanosecondsPerRead: best,
    residentMib: process.resourceUsage().maxRSS / 1024,
  };
}

await main();
