// Every single failure of a small run, one after the other: nothing is acknowledged after it, the
// same error answers every later call, and the store opens again with every acknowledged commit.

import { describe, expect, test } from "vitest";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import { CorruptionError, IoError, StoreError } from "../../host/errors.js";
import type { Store } from "../../host/store.js";
import { FaultyBackend, type Failing } from "./faulty-backend.js";
import { errorFrom, newPages, numberBytes, numberOf, textAt } from "./helpers.js";
import { MemoryPlace } from "./places.js";

const ENGINE = new Map([
  [ENGINE_OPTION.framesCount, 32],
  [ENGINE_OPTION.redoCapacity, 96 * 1024],
]);
/** Room for any operation count of the small run; a run beyond it is a bug of the test. */
const FAILURES_MAX = 2000;

/** What the run has been promised. */
interface Promised {
  isOpen: boolean;
  /** Value of each page of "a" by number: the last acknowledged and the last tried. */
  readonly pages: Map<number, { acknowledged: number; tried: number }>;
  readonly spaces: Map<string, "asked" | "exists" | "dropping" | "dropped">;
}

/** A run that uses every kind of write: creation, commits, growth, batches, checkpoint, drop. */
async function smallRun(store: Store, promised: Promised): Promise<void> {
  promised.isOpen = true;
  await create(store, promised, "a");
  await create(store, promised, "b");
  const a = store.tablespace("a")!;
  for (let n = 0; n < 20; n++) {
    const page = await store.transaction((tx) => tx.allocatePage(a));
    promised.pages.set(page, { acknowledged: 0, tried: 0 });
  }
  const pages = [...promised.pages.keys()];
  for (let round = 1; round <= 40; round++) {
    const page = pages[round % pages.length]!;
    const state = promised.pages.get(page)!;
    state.tried = round;
    const body = (tx: { write: Parameters<Parameters<Store["transaction"]>[0]>[0]["write"] }) =>
      tx.write(a, page, 0, numberBytes(round));
    if (round % 2 === 0) await store.transaction(body);
    else store.transactionSync(body);
    state.acknowledged = round;
    if (round === 20) await store.checkpoint();
  }
  promised.spaces.set("b", "dropping");
  await store.dropTablespace("b");
  promised.spaces.set("b", "dropped");
  await store.close();
}

async function create(store: Store, promised: Promised, name: string): Promise<void> {
  promised.spaces.set(name, "asked");
  await store.createTablespace(name);
  promised.spaces.set(name, "exists");
}

/** Fails if the store does not hold what was promised; it may hold what was tried. */
function check(store: Store, promised: Promised, where: string): void {
  for (const [name, state] of promised.spaces) {
    const found = store.tablespace(name) !== undefined;
    if (state === "exists") expect(found, `${where}: ${name} exists`).toBe(true);
    if (state === "dropped") expect(found, `${where}: ${name} was dropped`).toBe(false);
  }
  const bytes = new Uint8Array(8);
  for (const [page, { acknowledged, tried }] of promised.pages) {
    store.readSync(store.tablespace("a")!, page, 0, bytes);
    const value = numberOf(bytes);
    expect([acknowledged, tried], `${where}: page ${page}`).toContain(value);
  }
}

/** Every later call gets the error that was reported first. */
async function checkPoisoned(store: Store, error: Error, where: string): Promise<void> {
  for (const use of [
    () => store.transaction(() => 1),
    () => store.transactionSync(() => 1),
    () => store.createTablespace("c"),
    () => store.dropTablespace("a"),
    () => store.checkpoint(),
  ]) {
    expect(await errorFrom(use), `${where}, then ${use}`).toBe(error);
  }
}

/** One run with one failure; null when the run ended before it. */
async function runWithFailure(failing: Failing, failAt: number): Promise<string | null> {
  const place = new MemoryPlace();
  const backend = new FaultyBackend(place.newBackend(), failing, failAt);
  const promised: Promised = { isOpen: false, pages: new Map(), spaces: new Map() };
  let store: Store | null = null;
  let error: Error | null = null;
  try {
    store = await place.open({ backend }, ENGINE);
    await smallRun(store, promised);
  } catch (caught) {
    error = caught as Error;
  }
  if (backend.failed === null) {
    expect(error, error?.stack).toBeNull();
    return null;
  }
  const where = `${failing} ${failAt}: ${backend.failed}`;
  await checkFailure(store, error, promised, where);
  const again = await place.open({}, ENGINE);
  if (promised.isOpen) check(again, promised, where);
  await again.createTablespace("usable");
  await again.close();
  return where;
}

async function checkFailure(
  store: Store | null,
  error: Error | null,
  promised: Promised,
  where: string,
): Promise<void> {
  // A failure of the background may show with the last call or not at all: then all was promised.
  if (error === null) return;
  const isOutcome = error instanceof StoreError && error.code === "NO_SPACE";
  expect(error instanceof IoError || isOutcome, `${where}: ${error.stack}`).toBe(true);
  expect((error as IoError).code, where).toBe("EIO");
  if (store === null) return;
  const isClosed = await store.checkpoint().then(
    () => false,
    (later: { code: string }) => later.code === "CLOSED",
  );
  if (!isClosed && promised.isOpen) await checkPoisonedOrUsable(store, error, where);
  await store.close().catch((later: Error) => expect(later, where).toBe(error));
}

/** A tablespace that could not be created or grown is an outcome; the store goes on. */
async function checkPoisonedOrUsable(store: Store, error: Error, where: string): Promise<void> {
  const goesOn = await store.transaction(() => true).catch(() => false);
  if (!goesOn) await checkPoisoned(store, error, where);
}

describe("faults", () => {
  test.each(["write", "half-write", "sync", "file"] as const)(
    "faults: the n-th %s fails, for every n → an IoError, and nothing acknowledged is lost",
    async (failing) => {
      const seen: string[] = [];
      for (let n = 1; n < FAILURES_MAX; n++) {
        const where = await runWithFailure(failing, n);
        if (where === null) break;
        seen.push(where);
      }
      expect(seen.length).toBeGreaterThan(failing === "file" ? 10 : 40);
      expect(seen.length).toBeLessThan(FAILURES_MAX - 1);
    },
  );

  test("faults: a read fails → its caller gets the IoError; everything else goes on", async () => {
    const place = new MemoryPlace();
    const first = await place.open();
    const { pages } = await newPages(first, "a", 3);
    await first.close();
    let backend: FaultyBackend;
    // Opening reads as well; the first read behind it is the page's.
    for (let n = 1; ; n++) {
      backend = new FaultyBackend(place.newBackend(), "read", n);
      const store = await place.open({ backend }).catch((error: Error) => error);
      if (store instanceof Error) {
        expect(store, `read ${n}`).toBeInstanceOf(IoError);
        continue;
      }
      const space = store.tablespace("a")!;
      if (backend.failed === null) {
        const error = await errorFrom(() => textAt(store, space, pages[1]!, 6));
        expect(error, error.stack).toBeInstanceOf(IoError);
        expect(error.message).toContain("pread store/space-1.ibd");
        expect(textAt(store, space, pages[1]!, 6)).toBe("page 1");
        expect(textAt(store, space, pages[2]!, 6)).toBe("page 2");
        await store.close();
        return;
      }
      await store.close();
    }
  });

  test("canary: a disk that forgets a log write it has acknowledged → damage or loss is found", async () => {
    const place = new MemoryPlace();
    const store = await place.open({ innodb_fast_shutdown: 2 }, ENGINE);
    const { pages } = await newPages(store, "a", 20);
    const log = place.read("ib_logfile0");
    for (const page of pages) {
      const a = store.tablespace("a")!;
      store.transactionSync((tx) => tx.write(a, page, 0, numberBytes(1)));
    }
    await store.checkpoint();
    await store.close();
    place.write("ib_logfile0", log);

    expect(await errorFrom(() => place.open({}, ENGINE))).toBeInstanceOf(CorruptionError);
  });
});
