// The clock of the drive models: the arithmetic of a queue by hand, and what it makes of methods.

import { describe, expect, test } from "vitest";
import { resolveMethod } from "../../host/flush/index.js";
import { installedEngine } from "../../host/installed-engine.js";
import { DRIVE_MODELS, DriveQueue, type DriveModel } from "../../host/sim/latency.js";
import { modelSpeed, type Speed } from "../../host/sim/speed.js";

const DRIVE: DriveModel = {
  name: "test",
  summary: "",
  ...{ writeUs: 10, readUs: 20, flushUs: 1000, bytesPerUs: 100, channels: 2 },
};

describe("sim: drive queue", () => {
  test("two channels, three direct writes → the third waits for the first", () => {
    const queue = new DriveQueue(DRIVE);

    expect(queue.write(1, 1000, true, false, 0)).toBe(20);
    expect(queue.write(1, 2000, true, false, 0)).toBe(30);
    expect(queue.write(1, 1000, true, false, 0)).toBe(40);
  });

  test("a sync waits for the drive, then flushes it", () => {
    const queue = new DriveQueue(DRIVE);
    queue.write(1, 9000, true, false, 0);

    expect(queue.sync(2, 5)).toBe(100 + 1000);
  });

  test("a buffered write costs a copy; its bytes are written by the sync of its file", () => {
    const queue = new DriveQueue(DRIVE);
    expect(queue.write(1, 8000, false, false, 0)).toBe(2);

    expect(queue.sync(1, 100)).toBe(100 + 10 + 80 + 1000);
    expect(queue.sync(1, 5000)).toBe(5000 + 1 + 1000);
  });

  test("O_DSYNC pays for its own flush", () => {
    expect(new DriveQueue(DRIVE).write(1, 1000, false, true, 0)).toBe(20 + 1000);
  });
});

describe("sim: modelled speed", () => {
  const on = (drive: string, name: string, concurrency: number, trxCommit: 0 | 1 | 2 = 1): Speed =>
    modelSpeed({
      module: installedEngine(),
      drive: DRIVE_MODELS.find((each) => each.name === drive)!,
      concurrency,
      seed: 1,
      config: {
        ...{ profile: "mysql-8.4", doublewrite: "ON", trxCommit, pageSize: 4096 },
        method: resolveMethod(name, { profile: "mysql-8.4" }),
      },
    });

  test("one committer on a SATA SSD → one flush for each commit, and little else", () => {
    const { commitsPerSecond, p50Us, syncsPerCommit } = on("sata-ssd", "fsync", 1);

    expect(p50Us).toBeGreaterThan(1200);
    expect(p50Us).toBeLessThan(1300);
    expect(syncsPerCommit).toBeLessThan(1.1);
    expect(commitsPerSecond).toBeLessThan(1e6 / 1200);
  });

  test("16 committers share flushes → more than ten times as many commits", () => {
    const one = on("sata-ssd", "fsync", 1);
    const many = on("sata-ssd", "fsync", 16);

    expect(many.commitsPerSecond / one.commitsPerSecond).toBeGreaterThan(10);
    expect(many.syncsPerCommit).toBeLessThan(0.2);
  });

  test("a protected cache makes a flush cheap, trx_commit=2 does without", () => {
    const volatile = on("nvme", "fsync", 1).commitsPerSecond;

    expect(on("nvme-plp", "fsync", 1).commitsPerSecond / volatile).toBeGreaterThan(10);
    expect(on("nvme", "fsync", 1, 2).commitsPerSecond / volatile).toBeGreaterThan(10);
  });

  test("the same seed → the same figures", () => {
    expect(on("cloud", "O_DIRECT", 4)).toEqual(on("cloud", "O_DIRECT", 4));
  });
});
