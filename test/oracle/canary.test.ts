// The oracle can fail: a table that is wrong in one place makes other calls than were observed.

import { afterEach, expect, test } from "vitest";
import {
  registerMethod,
  resolveMethod,
  unregisterMethod,
  withClass,
  type SyncPoint,
} from "../../host/flush/index.js";
import {
  expectedAhead,
  expectedBatch,
  expectedCheckpoint,
  expectedCommit,
  fold,
  ORACLE,
  type Doublewrite,
  type Sequence,
  type TrxCommit,
} from "./oracle.js";
import { Rig } from "./run.js";
import { sequenceOf, splitByPoint } from "./sequence.js";

const NAME = "canary";
afterEach(() => unregisterMethod(NAME));

const BROKEN: readonly [SyncPoint, Doublewrite, TrxCommit][] = [
  ["log-commit", "ON", 1],
  ["log-write-ahead", "ON", 2],
  ["log-write-ahead", "ON", 0],
  ["dblwr-batch", "ON", 1],
  ["dblwr-batch", "DETECT_ONLY", 1],
  ["data-batch", "ON", 1],
  ["data-batch-plain", "OFF", 1],
  ["data-batch-plain", "DETECT_ONLY", 1],
  ["checkpoint-log", "ON", 1],
];

test.each(BROKEN)(
  "oracle canary: no sync at %s, doublewrite %s, policy %i → seen",
  async (...c) => {
    const [point, mode, policy] = c;
    register("O_DIRECT", point, "none");

    expect(await calls(mode, policy)).not.toEqual(expected("tornproof", "O_DIRECT", mode, policy));
  },
);

test("oracle canary: the table left as it is → the calls that were observed", async () => {
  register("O_DIRECT", "dblwr-batch", "sync");

  expect(await calls("ON", 1)).toEqual(expected("tornproof", "O_DIRECT", "ON", 1));
});

test("oracle canary: a sync too many, after the pages of a batch → seen", async () => {
  register("O_DIRECT_NO_FSYNC", "data-batch", "sync");

  expect(await calls("ON", 1)).not.toEqual(expected("tornproof", "O_DIRECT_NO_FSYNC", "ON", 1));
});

function register(base: string, point: SyncPoint, rule: "none" | "sync"): void {
  const table = resolveMethod(base);
  const sync = { ...table.sync, [point]: rule };
  registerMethod(withClass({ ...table, name: NAME, number: null, sync }, "It is broken."));
}

async function calls(mode: Doublewrite, policy: TrxCommit): Promise<Sequence[]> {
  const rig = await Rig.start({
    innodb_flush_method: NAME,
    innodb_doublewrite: mode,
    innodb_flush_log_at_trx_commit: policy,
  });
  try {
    const commit = await rig.commit();
    await rig.changeAll();
    const { batch, checkpoint } = splitByPoint(await rig.checkpoint());
    return [commit, batch, checkpoint].map(sequenceOf);
  } finally {
    await rig.close();
  }
}

function expected(
  profile: string,
  method: string,
  mode: Doublewrite,
  policy: TrxCommit,
): Sequence[] {
  const row = ORACLE.find((found) => found.profile === profile && found.method === method)!;
  const batch = fold([...expectedAhead(row, policy), ...expectedBatch(row, mode)]);
  return [expectedCommit(row, policy), batch, expectedCheckpoint(row, mode)];
}
