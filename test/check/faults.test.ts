// Every single failure of a small run, under the eyes of the checker: after a write or a sync has
// failed, nothing is written, synced or acknowledged, and recovery keeps to the protocol.
//
// After a failed sync the system calls pages clean that it has not written. Recovery in the same
// system would read them from its cache; the next opening here finds what the medium holds.

import { expect, test } from "vitest";
import { MemoryDisk } from "../../host/backend/memory-disk.js";
import type { Violation } from "../../host/check/index.js";
import type { Store } from "../../host/store.js";
import { randomFrom } from "../store/helpers.js";
import { FaultyBackend, type Failing } from "../store/faulty-backend.js";
import { change, Judges, memoryGround, Session, type Ground } from "./workload.js";

const COMMITS = 12;

/** A short life: creation, commits, growth, a checkpoint, a drop. Ends at the first failure. */
async function shortLife(ground: Ground, judges: Judges): Promise<void> {
  const session = await Session.open(ground, {}, [judges]);
  try {
    await use(session.store);
  } finally {
    await session.store.close();
  }
}

async function use(store: Store): Promise<void> {
  const random = randomFrom(7);
  for (const name of ["a", "b"]) {
    if (store.tablespace(name) === undefined) await store.createTablespace(name);
  }
  await change(store, store.tablespace("a")!, random, COMMITS);
  await store.checkpoint();
  await change(store, store.tablespace("b")!, random, COMMITS);
  await store.dropTablespace("b");
}

/** One life with a failure and one after it; `failed` is null when the failure did not happen. */
async function withFailure(
  failing: Failing,
  failAt: number,
  isCold: boolean,
): Promise<{ failed: string | null; told: Violation[] }> {
  const { dir, backend } = memoryGround(new MemoryDisk());
  const faulty = new FaultyBackend(backend(), failing, failAt);
  const judges = new Judges();
  await shortLife({ dir, backend: () => faulty }, judges).catch(() => undefined);
  if (isCold) judges.observe({ type: "power-cut" });
  await shortLife({ dir, backend }, judges);
  return { failed: faulty.failed, told: [...judges.volatile.violations] };
}

test.each<Failing>(["write", "half-write", "sync", "file"])(
  "checker: %s n fails, for every n → nothing comes after it, and recovery breaks no edge",
  async (failing) => {
    let n = 1;
    for (; ; n++) {
      const { failed, told } = await withFailure(failing, n, failing === "sync");
      const sentences = told.map((violation) => violation.sentence);
      expect(sentences, `${failing} ${n}: ${failed}`).toEqual([]);
      if (failed === null) break;
    }
    expect(n, `failures of kind ${failing}`).toBeGreaterThan(failing === "file" ? 10 : 30);
  },
  300_000,
);

test("checker: a data sync fails and the same system opens the store → pages it lost are told", async () => {
  for (let n = 1; ; n++) {
    const { failed, told } = await withFailure("sync", n, false);
    expect(failed, "no data sync of a batch came").not.toBeNull();
    if (!told.some((violation) => violation.edge === "page-before-checkpoint")) continue;
    expect(failed).toContain("ibdata1");
    return;
  }
});
