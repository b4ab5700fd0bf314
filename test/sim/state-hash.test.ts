// The number of a crash state against a real digest of its bytes.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { everyChoice } from "../../host/sim/choices.js";
import { CrashPoint } from "../../host/sim/crash-point.js";
import type { Device } from "../../host/sim/device.js";
import { walk } from "../../host/sim/explorer.js";
import { deviceFor, type FaultModel } from "../../host/sim/fault-model.js";
import type { Image } from "../../host/sim/image.js";
import type { Recording } from "../../host/sim/recording.js";
import { PointHash } from "../../host/sim/state-hash.js";
import { modelOf, recordingOf, type Setting } from "./lab.js";

function digest(image: Image): string {
  const hash = createHash("sha1");
  for (const [path, content] of [...image.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}:${content.size}:`).update(content.toBytes());
  }
  return hash.digest("hex");
}

interface Case {
  readonly workload: string;
  readonly setting: Setting;
  readonly fault: string;
  readonly drive?: Partial<Device>;
}

/** States of a case that are compared: a digest costs a hundred times what the number costs. */
const STATES = 1500;

const CASES: readonly Case[] = [
  { workload: "commits", setting: { method: "fsync" }, fault: "torn" },
  { workload: "commits", setting: {}, fault: "torn", drive: { atomicUnit: 4096 } },
  { workload: "commits", setting: {}, fault: "torn", drive: { copyOnWrite: true } },
  { workload: "grow", setting: {}, fault: "torn" },
  { workload: "grow", setting: { method: "none" }, fault: "os-crash" },
  { workload: "grow", setting: { method: "none" }, fault: "reorder" },
  { workload: "grow", setting: { method: "RWF_ATOMIC", doublewrite: "OFF" }, fault: "torn" },
  { workload: "wrap", setting: { method: "fsync" }, fault: "torn" },
  { workload: "life", setting: {}, fault: "process-kill" },
];

describe("state hash: two states have the same number exactly when they are the same disk", () => {
  test.each(CASES)("$workload, $setting, $fault", ({ workload, setting, fault, drive = {} }) => {
    const recording = recordingOf(setting, workload, 3);
    const model = modelOf(fault);
    const device = deviceFor(model, drive);
    const every = Math.max(1, Math.floor(countStates(recording, model, device) / STATES));
    const disks = new Map<number, string>();
    const numbers = new Map<string, number>();
    let states = 0;
    walk({ recording, device }, (cut, persistence, hash) => {
      const point = new CrashPoint(persistence, model.crash, device);
      const hasher = new PointHash(point, persistence, hash);
      return everyChoice(point, model.freedom, (choice) => {
        if (states++ % every !== 0) return true;
        const bytes = digest(point.image(choice));
        const number = hasher.of(choice);
        const message = `cut ${cut}, state ${states}`;
        expect(disks.get(number) ?? bytes, `${message}: two disks, one number`).toBe(bytes);
        expect(numbers.get(bytes) ?? number, `${message}: two numbers, one disk`).toBe(number);
        disks.set(number, bytes);
        numbers.set(bytes, number);
        return true;
      });
    });
    expect(disks.size, `of ${states} states`).toBeGreaterThan(20);
  });
});

function countStates(recording: Recording, model: FaultModel, device: Device): number {
  let count = 0;
  walk({ recording, device }, (_cut, persistence) => {
    const point = new CrashPoint(persistence, model.crash, device);
    return everyChoice(point, model.freedom, () => ++count > 0);
  });
  return count;
}
