// Creation of a store: the marker stands as long as any file may be incomplete.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import {
  createStore,
  describe as say,
  Disk,
  diskAfterCrash,
  EIO,
  KEPT,
  LOST,
  Machine,
  PAGE,
  sectors,
} from "../harness.js";
import type { Options } from "../harness.js";
import { checkpointOn, FIRST_LSN, pageOf } from "../redo.js";
import { cutsOf, forEveryCut, openRunning } from "../script.js";

describe("boot: a new store", () => {
  test("the requests, in their order", () => {
    const machine = createStore({ doublewriteFiles: 1 });
    const steps = machine.trace
      .filter(({ point }) => point === "file-create")
      .map((request) => say(request).replace(/ \(.*/, ""));
    expect(steps).toEqual([
      "create marker:0 0+0",
      "sync-dir marker:0 0+0",
      "create data:0 0+0",
      `write data:0 0+${23 * PAGE}`,
      `extend data:0 ${23 * PAGE}+${4 * PAGE}`,
      "sync data:0",
      "create dblwr:0 0+0",
      `extend dblwr:0 0+${8 * PAGE}`,
      "sync dblwr:0",
      "sync-dir dblwr:0 0+0",
      "create log:0 0+0",
      "extend log:0 0+65536",
      "write log:0 0+2048",
      "sync log:0",
      "sync-dir log:0 0+0",
      "sync-dir data:0 0+0",
      "delete marker:0 0+0",
      "sync-dir marker:0 0+0",
    ]);
  });

  test("one request at a time: each is the end of the one before", () => {
    const machine = new Machine({}, new Disk());
    machine.x.storeCreate();
    for (let n = 0; n < 100 && machine.state() === "CREATING"; n++) {
      machine.poll();
      expect(machine.inFlight.length).toBeLessThanOrEqual(1);
      machine.complete();
    }
    expect(machine.state()).toBe("RUNNING");
  });

  test("created → opens empty, at the first LSN, first checkpoint, first epoch", () => {
    const machine = createStore();
    expect(machine.x.lsn()).toBe(FIRST_LSN);
    expect(checkpointOn(machine.disk)).toEqual({ number: 1, lsn: FIRST_LSN, epoch: 1 });
    expect(pageOf(machine.disk, 0, 1).getUint32(62)).toBe(0x7e57);
    expect(machine.dictionary().size).toBe(0);
  });

  test.each([
    ["OFF", 0, ["data:0", "log:0"]],
    ["ON", 1, ["data:0", "dblwr:0", "dblwr:1", "log:0"]],
    ["DETECT_ONLY", 2, ["bdblwr:0", "data:0", "log:0"]],
  ])("doublewrite %s → exactly the files it needs", (_, doublewriteMode, files) => {
    const machine = createStore({ doublewriteMode });
    expect([...machine.disk.files.keys()].sort()).toEqual(files);
  });
});

describe("boot: creation is interrupted", () => {
  const whole = createStore();

  test("at any point, whatever survives → the marker stands, or everything is complete", () => {
    const random = seededRandom(4);
    let complete = 0;
    forEveryCut(cutsOf(whole.journal), (cut) => {
      for (const choice of [LOST, KEPT, sectors(random, 0.5), sectors(random, 0.9)]) {
        const disk = diskAfterCrash(new Disk(), whole.journal, cut, choice);
        // No marker, no files: the host creates the store. A marker: it starts over.
        if (disk.has("marker") || disk.files.size === 0) continue;
        const opened = openRunning(disk, {});
        expect(opened.dictionary().size).toBe(0);
        opened.dispose();
        complete++;
      }
    });
    expect(complete).toBeGreaterThan(2);
  });

  test("any request fails → poisoned, the marker stays", () => {
    const requests = whole.trace.length;
    for (let failing = 1; failing < requests - 2; failing++) {
      const machine = new Machine({}, new Disk());
      let count = 0;
      machine.fault = () => (count++ === failing ? EIO : 0);
      machine.x.storeCreate();
      machine.rest();
      expect(machine.state(), `request ${failing}`).toBe("FAILED");
      expect(machine.disk.has("marker"), `request ${failing}`).toBe(true);
      machine.dispose();
    }
  });

  test("killed after the marker's deletion, opened, then a power cut → it does not come back", () => {
    const before = whole.journal.slice(0, -2);
    expect(before.at(-1)!.request.op).toBe("delete");
    const next = openRunning(diskAfterCrash(new Disk(), before, before.length, KEPT), {});
    next.createSpace("t");
    const journal = [...before, ...next.journal];
    const disk = diskAfterCrash(new Disk(), journal, journal.length, LOST);
    expect(disk.has("marker")).toBe(false);
    expect([...openRunning(disk, {}).dictionary().keys()]).toEqual(["t"]);
  });
});

describe("boot: closing", () => {
  test("closed → every page clean, a checkpoint at the end, and nothing to apply at the next open", () => {
    const machine = createStore();
    machine.createSpace("t");
    machine.close();
    expect(machine.state()).toBe("CLOSED");
    expect(machine.x.poolPagesDirty()).toBe(0);
    expect(checkpointOn(machine.disk).lsn).toBe(machine.x.lsn());
    const opened = openRunning(machine.disk, {});
    expect(opened.counter("RECV_GROUPS_APPLIED")).toBe(0);
    expect([...opened.dictionary().keys()]).toEqual(["t"]);
  });

  test("closed with work in flight → it ends first", () => {
    const machine = createStore();
    machine.startDdl("create", "t");
    machine.poll();
    machine.close();
    expect(machine.state()).toBe("CLOSED");
    expect(machine.inFlight).toEqual([]);
    expect([...openRunning(machine.disk, {}).dictionary().keys()]).toEqual(["t"]);
  });

  test.each([
    ["more frames", { framesCount: 200 }],
    ["fewer frames", { framesCount: 12 }],
    ["another log buffer", { logBufferSize: 131072 }],
    ["more batches", { batchesCount: 5, doublewriteFiles: 5 }],
  ])("opened with %s → the same store", (_, options: Options) => {
    const machine = createStore();
    machine.createSpace("t");
    machine.close();
    const opened = openRunning(machine.disk, options);
    expect([...opened.dictionary().keys()]).toEqual(["t"]);
  });
});
