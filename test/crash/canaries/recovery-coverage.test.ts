// Every branch of recovery is taken on both sides: crashes, failing calls, damage, and redo that no
// engine would write. What cannot be taken is named here, with the reason.

import { beforeAll, describe, expect, test } from "vitest";
import { workloadOf, type Workload } from "../../../host/sim/workload.js";
import type { DoublewriteMode } from "../../../host/sim/lab-config.js";
import { Clinic } from "../../lab/coverage/clinic.js";
import { collect } from "../../lab/coverage/collector.js";
import { Coverage } from "../../lab/coverage/coverage.js";
import { buildCoverageEngine } from "../../lab/coverage/probe.js";
import { damaged, isOutcome, SCENARIOS, treat } from "../../lab/coverage/scenarios.js";
import { WIDE } from "../../lab/coverage/wide.js";
import { KILLED } from "../../lab/hunt/killed.js";

/** "file condition → side" and why no disk and no host takes it. */
const UNREACHABLE: ReadonlyMap<string, string> = new Map([
  [
    "engine/recv/apply.ts pageLsn(frameOf(block)) < end → false",
    "only pages whose LSN is below the end of the group are touched by it",
  ],
  [
    "engine/recv/groups.ts recType == MLOG_DUMMY_RECORD → true",
    "the parser says of a dummy record that it is single, which is asked first",
  ],
  [
    "engine/recv/recv.ts logDataSize() != logFile.headerCapacity(at) → true",
    "a valid header names a capacity in whole blocks, and the size is made of it",
  ],
  [
    "engine/recv/recv.ts lsn < logFile.LOG_START_LSN → true",
    "a checkpoint block with such an LSN is not valid, which is asked first",
  ],
  [
    "engine/recv/recv.ts inBlock < LOG_BLOCK_HDR_SIZE → true",
    "a checkpoint block with such an LSN is not valid, which is asked first",
  ],
  [
    "engine/recv/recv.ts recvStatus == PENDING → false",
    "a recovery that has ended is not asked to go on: the store has left its state",
  ],
  [
    "engine/boot/load.ts deleting → true",
    "this host deletes a file before the next poll; another one may take its time",
  ],
  [
    "engine/boot/load.ts syncing → true",
    "this host syncs a directory before the next poll; another one may take its time",
  ],
  [
    "engine/boot/load.ts space.pendingIo > 0 → true",
    "a file that the dictionary does not know has no redo, so no page of it is read or written",
  ],
]);

const RUNS: readonly [Workload, DoublewriteMode][] = [
  [workloadOf("life"), "ON"],
  [workloadOf("commits"), "ON"],
  [workloadOf("wrap"), "ON"],
  [workloadOf("grow"), "ON"],
  [KILLED, "ON"],
  [workloadOf("commits"), "DETECT_ONLY"],
  [workloadOf("life"), "DETECT_ONLY"],
  [workloadOf("grow"), "DETECT_ONLY"],
];

/** Damage whose repair is made to fail at every call. */
const FAILING = [
  "an extension the file has not seen",
  "a file nobody knows",
  "page 1 damaged",
  "a shorter doublewrite file",
];
const SHARES = [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const FATES = ["lost", "kept", 1, 2, 3, 4] as const;

describe("recovery: branch coverage", () => {
  let coverage: Coverage;
  const wrong: string[] = [];

  beforeAll(async () => {
    const { module, branches } = await buildCoverageEngine();
    coverage = new Coverage(branches);
    await collect(module, coverage, () => {
      const quarry = { name: "coverage", module };
      for (const [workload, doublewrite] of RUNS) {
        examine(new Clinic(quarry, workload, doublewrite, 3), wrong);
      }
      const wide = new Clinic(quarry, WIDE, "ON", 1, { framesCount: 400 });
      expect(wide.recover(wide.disk(1))).toBe("runs");
      const narrow = new Clinic(quarry, WIDE, "ON", 1, { framesCount: 28 });
      expect(narrow.recover(narrow.disk(1))).toBe("runs");
    });
  }, 300_000);

  test("every side is taken, but for those that are named", () => {
    const missing = coverage.missing().filter((side) => !UNREACHABLE.has(withoutPlace(side)));

    expect(missing, `${coverage.taken} of ${coverage.sides} sides taken`).toEqual([]);
    console.log(`recovery: ${coverage.taken} of ${coverage.sides} sides of branches taken`);
  });

  test("none of the named ones is taken, and each has a reason", () => {
    const missing = new Set(coverage.missing().map(withoutPlace));

    expect([...UNREACHABLE.keys()].filter((side) => !missing.has(side))).toEqual([]);
  });

  test("whatever is damaged: the store runs, or says why not; no assertion fails", () => {
    expect(wrong).toEqual([]);
    expect(SCENARIOS.length).toBeGreaterThan(50);
  });
});

/** Crash states, damage, and failing calls. */
function examine(clinic: Clinic, wrong: string[]): void {
  for (const share of SHARES) {
    for (const fate of FATES) note(clinic.recover(clinic.disk(share, fate)), wrong);
  }
  for (const seed of [1, 2, 3]) note(clinic.recoverSlowly(clinic.disk(0.8, seed), seed), wrong);
  const disks = [0.4, 0.7, 1].flatMap((share) => [
    () => clinic.disk(share),
    () => clinic.disk(share, "lost" as const),
  ]);
  wrong.push(...treat(clinic, disks));
  clinic.failEveryCall(() => clinic.disk(0.7, 3));
  for (const name of FAILING) {
    const { damage } = SCENARIOS.find((each) => each.name === name)!;
    clinic.failEveryCall(() => damaged(() => clinic.disk(1), damage));
    note(
      clinic.recoverSlowly(
        damaged(() => clinic.disk(1), damage),
        1,
      ),
      wrong,
    );
  }
}

function note(outcome: string, wrong: string[]): void {
  if (!isOutcome(outcome)) wrong.push(outcome);
}

function withoutPlace(side: string): string {
  return side.replace(/:\d+:\d+ /, " ");
}
