// Random exploration of the larger workloads: everything overlaps, redo goes around its file, and
// recoveries are cut in their turn, to depth 3. Safe configurations have no violation; unsafe ones
// are found out, or the exploration would prove nothing.
//
// TORNPROOF_LAB=full makes 20 times as many states.

import { afterAll, describe, expect, test } from "vitest";
import { installedEngine } from "../../../host/installed-engine.js";
import type { Device } from "../../../host/sim/device.js";
import { Tally } from "../../../host/sim/tally.js";
import { Staff } from "../../../host/sim/visit.js";
import { wander } from "../../../host/sim/wander.js";
import { IS_FULL, modelOf, recordingOf, type Setting } from "../../sim/lab.js";

const TIMEOUT_MS = IS_FULL ? 3_600_000 : 240_000;
const BUDGET = IS_FULL ? 20_000 : 400;
const SEEDS = [1, 2];
const WORKLOADS = ["life", "wrap"];

interface Case {
  readonly setting: Setting;
  readonly fault: string;
  readonly drive?: Partial<Device>;
}

const SAFE: readonly Case[] = [
  { setting: { method: "O_DIRECT" }, fault: "torn" },
  { setting: { method: "fsync" }, fault: "torn" },
  { setting: { method: "O_DSYNC" }, fault: "torn", drive: { atomicUnit: 4096 } },
  { setting: { method: "O_DIRECT+O_DSYNC" }, fault: "two-device" },
  { setting: { method: "RWF_ATOMIC", doublewrite: "OFF" }, fault: "torn" },
  {
    setting: { method: "O_DIRECT", doublewrite: "OFF" },
    fault: "torn",
    drive: { copyOnWrite: true },
  },
  { setting: { profile: "mysql-8.4", method: "O_DIRECT-safe" }, fault: "two-device" },
  {
    setting: { profile: "mysql-8.4", method: "O_DIRECT" },
    fault: "torn",
    drive: { cache: "battery" },
  },
  { setting: { profile: "mysql-8.4", method: "O_DIRECT_NO_FSYNC" }, fault: "os-crash" },
  { setting: { profile: "mariadb-10.11", method: "O_DIRECT" }, fault: "torn" },
  { setting: { profile: "mariadb-11", method: "O_DSYNC" }, fault: "torn" },
  { setting: { method: "none" }, fault: "process-kill" },
];

const UNSAFE: readonly Case[] = [
  { setting: { profile: "mysql-8.4", method: "O_DIRECT" }, fault: "torn" },
  { setting: { profile: "mysql-8.4", method: "O_DIRECT_NO_FSYNC" }, fault: "torn" },
  { setting: { method: "O_DIRECT", doublewrite: "OFF" }, fault: "torn" },
  { setting: { method: "none" }, fault: "os-crash" },
  { setting: { method: "O_DIRECT" }, fault: "lying-flush" },
];

const total = { states: 0, nested: 0, seconds: 0 };

afterAll(() => {
  const rate = Math.round(total.states / total.seconds).toLocaleString("en-US");
  console.log(
    `lab: wandered through ${total.states} states, ${total.nested} crashes during recovery, ` +
      `${rate} states/s of processor time`,
  );
});

function explored({ setting, fault, drive = {} }: Case, workload: string, seed: number): Tally {
  const began = process.cpuUsage();
  const recording = recordingOf(setting, workload, seed);
  const visit = new Staff(installedEngine(), recording).visit(modelOf(fault), drive);
  const tally = wander(visit, new Tally(), { seed, budget: BUDGET });
  const { user, system } = process.cpuUsage(began);
  total.seconds += (user + system) / 1e6;
  total.states += tally.states;
  total.nested += tally.nested;
  return tally;
}

describe.each(WORKLOADS)("wander, %s", { timeout: TIMEOUT_MS }, (workload) => {
  test.each(SAFE)("$setting, $fault, $drive → nothing lost", (one) => {
    for (const seed of SEEDS) {
      const { outcomes, examples, nested, states } = explored(one, workload, seed);
      const worst = examples[0];
      const why = worst === undefined ? "" : `${worst.verdict.why} ${JSON.stringify(worst.steps)}`;

      expect(outcomes, `seed ${seed}: ${why}`).toEqual({
        ...{ ok: states, lost: 0, refused: 0, silent: 0 },
      });
      expect(states).toBe(BUDGET);
      expect(nested, "crashes during recovery").toBeGreaterThan(BUDGET / 10);
    }
  });

  test.each(UNSAFE)("$setting, $fault → found out", (one) => {
    expect(explored(one, workload, 1).worst).not.toBe("ok");
  });

  test("the same seed → the same tally", () => {
    const [a, b] = [1, 2].map(() => explored(SAFE[0]!, workload, 5));
    expect({ ...a, examples: 0 }).toEqual({ ...b, examples: 0 });
  });
});
