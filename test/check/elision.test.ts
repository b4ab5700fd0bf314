// Flush elision: every edge of the protocol is dropped in turn, from a recorded trace and in a live
// store, and every time the checker names that edge. The score is printed.

import { afterEach, describe, expect, test } from "vitest";
import { checkTrace, EDGES, TraceChecker, type Edge } from "../../host/check/index.js";
import {
  registerMethod,
  resolveMethod,
  unregisterMethod,
  withClass,
  type SyncPoint,
} from "../../host/flush/index.js";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import type { IoEvent } from "../../host/observe/event.js";
import type { StoreOptions } from "../../host/options.js";
import { randomFrom } from "../store/helpers.js";
import { ELISIONS } from "./elisions.js";
import { change, live, memoryGround, Session } from "./workload.js";

const METHODS = ["fsync", "O_DIRECT"];

async function record(options: StoreOptions): Promise<IoEvent[]> {
  const events: IoEvent[] = [];
  await live(memoryGround(), options, [{ observe: (event) => events.push(event) }], { seed: 3 });
  return events;
}

describe.each(METHODS)("elision: a trace of %s", (name) => {
  test("every edge dropped in turn → caught by its name, all of them", async () => {
    const events = await record({ innodb_flush_method: name });
    expect(checkTrace(events), "the trace as it was").toEqual([]);

    const missed: string[] = [];
    for (const { edge, what, apply } of ELISIONS) {
      const broken = apply(events);
      const found = broken === null ? [] : checkTrace(broken).map((violation) => violation.edge);
      if (!found.includes(edge)) missed.push(`${edge}: ${what}; found ${found.join(" ")}`);
    }
    expect(new Set(ELISIONS.map(({ edge }) => edge))).toEqual(new Set(EDGES));
    const caught = ELISIONS.length - missed.length;
    console.log(`elided edges caught, ${name}: ${caught} of ${ELISIONS.length}`);
    expect(missed).toEqual([]);
  });
});

const NAME = "elided";
/** Every sentence says what came before what. */
const TELLS_ORDER = / (before|while|passed|overwrote|after) /;
afterEach(() => unregisterMethod(NAME));

/** A sync point that a table leaves out, the edge that breaks, and what it takes to see it. */
type Live = readonly [readonly SyncPoint[], Edge, StoreOptions];
const LOG: readonly SyncPoint[] = ["log-commit", "log-write-ahead", "log-background"];
const BATCH = "data-batch";
const PLAIN = "data-batch-plain";
const OFF: StoreOptions = { innodb_doublewrite: "OFF" };
const DETECT: StoreOptions = { innodb_doublewrite: "DETECT_ONLY" };
const WRITTEN: StoreOptions = { innodb_flush_log_at_trx_commit: 2 };

const LIVE: readonly Live[] = [
  [["log-commit"], "promise-before-ack", {}],
  [["log-write-ahead"], "redo-before-page", WRITTEN],
  [["log-write-ahead"], "redo-before-checkpoint", WRITTEN],
  [["log-write-ahead"], "drop-before-unlink", WRITTEN],
  [["log-write-ahead"], "durable-before-note", WRITTEN],
  [["log-background"], "durable-before-note", WRITTEN],
  [["dblwr-batch"], "copy-before-page", {}],
  [["dblwr-batch"], "copy-before-page", DETECT],
  [[BATCH], "page-before-copy-reuse", {}],
  [[BATCH, "checkpoint-data"], "page-before-checkpoint", {}],
  [[PLAIN, "checkpoint-data"], "page-before-checkpoint", OFF],
  [[PLAIN, "checkpoint-data"], "page-before-checkpoint", DETECT],
  // Any later sync of the log covers the checkpoint block too.
  [["checkpoint-log"], "promise-before-ack", {}],
  [["checkpoint-log", ...LOG], "checkpoint-before-reuse", {}],
  [["file-create"], "entry-before-use", {}],
  [["file-create"], "size-before-use", {}],
  [["file-extend"], "size-before-use", {}],
  [["recovery"], "redo-before-page", WRITTEN],
];

describe.each(["fsync", "O_DIRECT"])("elision: a store under %s", (base) => {
  test.each(LIVE)("no sync at %s → %s", async (points, edge, options) => {
    const table = resolveMethod(base);
    const sync = { ...table.sync };
    for (const point of points) sync[point] = "none";
    registerMethod(withClass({ ...table, name: NAME, number: null, sync }, "It is broken."));
    const checker = new TraceChecker();
    await hasty({ ...options, innodb_flush_method: NAME }, checker);

    expect(checker.broken()).toContain(edge);
    expect(checker.violations.find((one) => one.edge === edge)!.sentence).toMatch(TELLS_ORDER);
  });

  test("nothing left out → no edge", async () => {
    const checker = new TraceChecker();
    await hasty({ ...WRITTEN, innodb_flush_method: base }, checker);

    expect(checker.violations).toEqual([]);
  });
});

/** A life in which redo is synced by the timer too, and is left unsynced by a kill. */
async function hasty(options: StoreOptions, checker: TraceChecker): Promise<void> {
  const ground = memoryGround();
  const engine = new Map([[ENGINE_OPTION.logTimeoutMs, 1]]);
  const random = randomFrom(5);
  let session = await Session.open(ground, options, [checker], engine);
  const space = await session.store.createTablespace("a");
  await session.store.createTablespace("b");
  await change(session.store, space, random, 90);
  await session.store.dropTablespace("b");
  await session.kill();
  session = await Session.open(ground, options, [checker]);
  await change(session.store, session.store.tablespace("a")!, random, 60);
  await session.store.checkpoint();
  await change(session.store, session.store.tablespace("a")!, random, 20);
  await session.kill();
  session = await Session.open(ground, options, [checker]);
  await session.store.close();
}
