// Every method of every profile, with every doublewrite mode and commit policy, makes the calls
// that were observed on servers: kind of call, file class, number per batch and relative order.

import { afterEach, describe, expect, test } from "vitest";
import type { OpenMode } from "../../host/backend/backend.js";
import { methodNames, profileNames } from "../../host/flush/index.js";
import type { TraceEvent } from "../../host/trace.js";
import {
  expectedAhead,
  expectedBatch,
  expectedCheckpoint,
  expectedCommit,
  fold,
  ORACLE,
  type Doublewrite,
  type OracleRow,
  type TrxCommit,
} from "./oracle.js";
import { modeLetters, PAGE_SIZE, Rig } from "./run.js";
import { counts, sequenceOf, splitByPoint } from "./sequence.js";

const POLICIES: readonly TrxCommit[] = [1, 2, 0];
const MODES: readonly Doublewrite[] = ["ON", "OFF", "DETECT_ONLY"];
const SYNC_CALLS = ["fsync", "fdatasync"];

let rig: Rig | null = null;
afterEach(async () => {
  await rig?.close();
  rig = null;
});

async function start(
  row: OracleRow,
  doublewrite: Doublewrite | "FAST",
  trxCommit: TrxCommit,
): Promise<Rig> {
  await rig?.close();
  rig = await Rig.start({
    profile: row.profile,
    innodb_flush_method: row.method,
    innodb_doublewrite: doublewrite,
    innodb_flush_log_at_trx_commit: trxCommit,
  });
  return rig;
}

test.each(profileNames())("oracle: profile %s → a row for each of its methods", (profile) => {
  const rows = ORACLE.filter((row) => row.profile === profile).map((row) => row.method);

  expect(rows.sort()).toEqual(methodNames(profile).sort());
});

const CASES = ORACLE.flatMap((row) => MODES.map((mode) => ({ row, mode, ...row })));

describe.each(CASES)("oracle: $profile $method, doublewrite $mode", ({ row, mode }) => {
  test.each(POLICIES)("commit policy %i → the calls that were observed", async (policy) => {
    const { commit, changeAll, checkpoint } = await callsOf(row, mode, policy);

    expect(sequenceOf(commit), "one commit").toEqual(expectedCommit(row, policy));
    expect(sequenceOf(changeAll), "another commit").toEqual(expectedCommit(row, policy));
    const steps = splitByPoint(checkpoint);
    expect(sequenceOf(steps.batch), "flush batch").toEqual(
      fold([...expectedAhead(row, policy), ...expectedBatch(row, mode)]),
    );
    expect(sequenceOf(steps.checkpoint), "checkpoint").toEqual(expectedCheckpoint(row, mode));
    expect([...steps.batch, ...steps.checkpoint], "one after the other").toEqual(checkpoint);
  });

  test("every call has the point, the size and the number that belong to it", async () => {
    const { commit, checkpoint, pages, files } = await callsOf(row, mode, 1);
    const { batch, checkpoint: after } = splitByPoint(checkpoint);

    expect(new Set(commit.map((event) => event.point))).toEqual(new Set(["log-commit"]));
    expect(after.every((event) => event.point.startsWith("checkpoint-"))).toBe(true);
    expect(counts(batch)["Pw"], "in-place writes of the batch").toBe(pages);
    expect([undefined, files], "data syncs of the batch").toContain(counts(batch)["Ps"]);
    expect([undefined, files], "data syncs of the checkpoint").toContain(counts(after)["Ps"]);
    expect(syncedTwice([...batch, ...after])).toEqual([]);
    expect(wrongSizes([...commit, ...checkpoint], pages)).toEqual([]);
  });
});

describe.each(ORACLE)("oracle: $profile $method", (row) => {
  test("files are opened as observed, and synced with the profile's call", async () => {
    const { open, created, commit, checkpoint } = await callsOf(row, "ON", 2);
    const made = [...created, ...commit, ...checkpoint].map((event) => event.call);

    expect(modeLetters(open)).toEqual(row.open);
    const syncs = made.filter((call) => SYNC_CALLS.includes(call));
    expect(syncs.filter((call) => call !== row.syncCall)).toEqual([]);
  });

  test.each(POLICIES)("a second after a commit with policy %i → redo is synced", async (policy) => {
    const run = await start(row, "ON", policy);
    await run.commit();

    const background = await run.wait(1001);

    const redo = background.filter((event) => event.point === "log-background");
    expect(sequenceOf(redo)).toEqual(expectedAhead(row, policy));
  });
});

const FAST = ORACLE.filter((row) => row.profile === "mariadb-11" && row.isServers);

test.each(FAST)(
  "oracle: mariadb-11 $method, doublewrite FAST → no data file is synced",
  async (row) => {
    const { commit, checkpoint } = await callsOf(row, "FAST", 1);
    const steps = splitByPoint(checkpoint);

    expect(sequenceOf(commit)).toEqual(row.commit);
    expect(sequenceOf(steps.batch)).toEqual(["Dw", "Ds", "Pw"]);
    expect(sequenceOf(steps.checkpoint)).toEqual(row.checkpoint);
  },
);

interface Calls {
  readonly created: readonly TraceEvent[];
  readonly open: ReadonlyMap<string, OpenMode>;
  readonly commit: TraceEvent[];
  readonly changeAll: TraceEvent[];
  readonly checkpoint: TraceEvent[];
  readonly pages: number;
  readonly files: number;
}

/** Runs are the same every time, so that two tests may look at one. */
const runs = new Map<string, Calls>();

async function callsOf(
  row: OracleRow,
  mode: Doublewrite | "FAST",
  policy: TrxCommit,
): Promise<Calls> {
  const key = [row.profile, row.method, mode, policy].join();
  const known = runs.get(key);
  if (known !== undefined) return known;
  const run = await start(row, mode, policy);
  const { created, open } = run;
  const commit = await run.commit();
  const changeAll = await run.changeAll();
  const checkpoint = await run.checkpoint();
  const calls = { created, open, commit, changeAll, checkpoint, ...run.batchSize };
  runs.set(key, calls);
  return calls;
}

/** Data files that the batch and the checkpoint after it both synced, or one of them twice. */
function syncedTwice(events: readonly TraceEvent[]): number[] {
  const ids = events.filter((e) => e.kind === "data" && SYNC_CALLS.includes(e.call));
  return ids.map((e) => e.id).filter((id, n, all) => all.indexOf(id) !== n);
}

/** Writes whose length is not that of what they write. */
function wrongSizes(events: readonly TraceEvent[], pages: number): string[] {
  const writes = events.filter((event) => event.call === "pwrite");
  const wrong = writes.filter((event) => {
    if (event.kind === "data") return event.length !== PAGE_SIZE;
    if (event.kind === "dblwr") return event.length !== pages * PAGE_SIZE;
    if (event.kind === "bdblwr") return event.length !== 8192;
    if (event.point === "checkpoint-log") return event.length !== 512;
    return event.length === 0 || event.length % 512 !== 0;
  });
  return wrong.map((event) => `${event.kind} ${event.point} ${event.length}`);
}
