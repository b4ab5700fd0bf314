// Bounded exhaustive: the three-commit trace under every flush method of every profile and every
// doublewrite mode; every cut × every subset of up to 8 uncertain writes × every single tear at 512
// and at 4096 bytes. Whatever the docs call safe under a fault has no violation.
//
// TORNPROOF_LAB=full adds seeds, workloads and fault models.

import { afterAll, describe, expect, test } from "vitest";
import { profileNames, resolveMethod, methodNames } from "../../../host/flush/index.js";
import type { DurabilityClass, FlushMethod } from "../../../host/flush/index.js";
import { installedEngine } from "../../../host/installed-engine.js";
import type { Device } from "../../../host/sim/device.js";
import { exhaust, WHOLE } from "../../../host/sim/explorer.js";
import type { DoublewriteMode } from "../../../host/sim/lab-config.js";
import { Tally } from "../../../host/sim/tally.js";
import { Staff } from "../../../host/sim/visit.js";
import { IS_FULL, modelOf, recordingOf } from "../../sim/lab.js";

const TIMEOUT_MS = IS_FULL ? 3_600_000 : 300_000;
/** CI's share of one unsafe configuration; a safe one is always explored to its end. */
const UNSAFE_DISKS = IS_FULL ? Infinity : 60;
const WORKLOADS = IS_FULL ? ["commits", "grow", "wrap"] : ["commits"];
const SEEDS = IS_FULL ? [7, 8, 9] : [7];
const STATES_LEAST = IS_FULL ? 1_000_000 : 100_000;

interface Fault {
  readonly model: string;
  readonly drive: Partial<Device>;
}

const FAULTS: readonly Fault[] = [
  { model: "process-kill", drive: {} },
  { model: "os-crash", drive: {} },
  { model: "os-crash", drive: { copyOnWrite: true } },
  { model: "torn", drive: {} },
  { model: "torn", drive: { atomicUnit: 4096 } },
  { model: "torn", drive: { copyOnWrite: true } },
  { model: "torn", drive: { cache: "battery" } },
  { model: "two-device", drive: {} },
];
const FULL_FAULTS: readonly Fault[] = [
  { model: "power-cut", drive: {} },
  { model: "reorder", drive: {} },
  { model: "torn", drive: { cache: "write-through" } },
  { model: "two-device", drive: { atomicUnit: 4096 } },
];

const MODES: readonly DoublewriteMode[] = ["ON", "OFF", "DETECT_ONLY"];

interface Subject {
  readonly title: string;
  readonly profile: string;
  readonly name: string;
  readonly doublewrite: DoublewriteMode;
  readonly method: FlushMethod;
}

/** Every method × doublewrite mode, tables that are equal once. */
function subjects(): Subject[] {
  const every = profileNames().flatMap((profile) =>
    methodNames(profile).flatMap((name) => MODES.map((mode) => subjectOf(profile, name, mode))),
  );
  const seen = new Map<string, Subject>();
  for (const subject of every) {
    const { open, sync, except, atomicPages } = subject.method;
    const key = JSON.stringify([open, sync, except, atomicPages, subject.doublewrite]);
    if (!seen.has(key)) seen.set(key, subject);
  }
  return [...seen.values()];
}

function subjectOf(profile: string, name: string, doublewrite: DoublewriteMode): Subject {
  const method = resolveMethod(name, { profile, doublewrite });
  const title = `${name} of ${profile}, doublewrite ${doublewrite}`;
  return { title, profile, name, doublewrite, method };
}

/** What docs/durability.md says each class survives. */
const SURVIVES: Readonly<Record<DurabilityClass, (fault: Fault) => boolean>> = {
  "process-crash": ({ model }) => model === "process-kill",
  "os-crash": ({ model }) => model === "process-kill" || model === "os-crash",
  "protected-cache": ({ model, drive }) =>
    drive.copyOnWrite !== true && (isSystemOnly(model) || isProtected(drive)),
  "power-loss": () => true,
};

function isSystemOnly(model: string): boolean {
  return model === "process-kill" || model === "os-crash";
}

function isProtected({ cache }: Partial<Device>): boolean {
  return cache === "battery" || cache === "write-through";
}

/**
 * A method's class is stated for doublewrite ON. Without copies, MariaDB 10.11's nosync syncs a
 * buffered page neither after its batch nor before the checkpoint passes it.
 */
function classOf({ method, doublewrite }: Subject): DurabilityClass {
  const { sync, open, durability } = method;
  const isSynced = sync["data-batch-plain"] !== "none" || sync["checkpoint-data"] !== "none";
  const isCached = !open.data.direct && open.data.sync === "none";
  return doublewrite !== "ON" && isCached && !isSynced ? "process-crash" : durability;
}

/** Whether the docs call a configuration safe under a fault. */
function isSafe(subject: Subject, fault: Fault): boolean {
  const { method, doublewrite } = subject;
  if (!SURVIVES[classOf(subject)](fault)) return false;
  const isTorn = fault.model === "torn" || fault.model === "two-device";
  const { atomicUnit = 512, copyOnWrite = false } = fault.drive;
  const hasTears = isTorn && atomicUnit < 4096 && !copyOnWrite;
  return !hasTears || doublewrite === "ON" || method.atomicPages;
}

const total = { states: 0, disks: 0, seconds: 0, safe: 0, unsafe: 0 };
const all = subjects();

afterAll(() => {
  const { states, disks, seconds, safe, unsafe } = total;
  const rate = Math.round(states / seconds).toLocaleString("en-US");
  const perDisk = Math.round(disks / seconds).toLocaleString("en-US");
  console.log(
    `lab: ${all.length} method tables × doublewrite modes; ${safe} safe and ${unsafe} unsafe ` +
      `combinations with a fault; ${states.toLocaleString("en-US")} states, ` +
      `${disks.toLocaleString("en-US")} distinct disks recovered; ${rate} states/s, ` +
      `${perDisk} disks/s of processor time`,
  );
});

describe("bounded exhaustive", { timeout: TIMEOUT_MS }, () => {
  test.each(all)("$title → no violation where the docs say safe", (subject) => {
    const began = process.cpuUsage();
    for (const workload of WORKLOADS) {
      for (const seed of SEEDS) exploreAll(subject, workload, seed);
    }
    const { user, system } = process.cpuUsage(began);
    total.seconds += (user + system) / 1e6;
  });

  test(`all of it → at least ${STATES_LEAST} states`, () => {
    expect(total.states).toBeGreaterThanOrEqual(STATES_LEAST);
    expect(total.safe).toBeGreaterThan(100);
    expect(total.unsafe).toBeGreaterThan(100);
  });
});

function exploreAll(subject: Subject, workload: string, seed: number): void {
  const { profile, name, doublewrite } = subject;
  const recording = recordingOf({ profile, method: name, doublewrite }, workload, seed);
  const staff = new Staff(installedEngine(), recording);
  for (const fault of IS_FULL ? [...FAULTS, ...FULL_FAULTS] : FAULTS) {
    const safe = isSafe(subject, fault);
    const tally = new Tally();
    exhaust(staff.visit(modelOf(fault.model), fault.drive), tally, WHOLE, () => {
      return safe || tally.distinct < UNSAFE_DISKS;
    });
    total.states += tally.states;
    total.disks += tally.distinct;
    total[safe ? "safe" : "unsafe"]++;
    const message = `${workload}, seed ${seed}, ${JSON.stringify(fault)}`;
    expect(
      tally.bugs.map((bug) => bug.verdict.why),
      message,
    ).toEqual([]);
    if (!safe) continue;
    const why = tally.examples[0];
    const violation = why === undefined ? null : `${why.verdict.why}: ${JSON.stringify(why.steps)}`;
    expect(violation, message).toBeNull();
  }
}
