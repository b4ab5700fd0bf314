// The checkpointer: how far redo may be forgotten, in which order, and never back.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import {
  allocatePages,
  createStore,
  describe as say,
  diskAfterCrash,
  EIO,
  LOST,
  STATUS,
  WriteSet,
} from "../harness.js";
import type { Machine, Request } from "../harness.js";
import { checkpointOn } from "../redo.js";
import { openRunning } from "../script.js";

function storeAtRest(): { machine: Machine; space: number; pages: number[] } {
  const machine = createStore();
  const space = machine.createSpace("t");
  const pages = allocatePages(machine, space, 6);
  machine.checkpoint();
  machine.rest();
  machine.trace.length = 0;
  machine.journal = [];
  return { machine, space, pages };
}

function dirty(machine: Machine, space: number, page: number, text = "x"): number {
  const start = machine.x.lsn();
  expect(machine.tryCommit(new WriteSet().write(space, page, 0, text))).toBe(STATUS.OK);
  return start;
}

function candidate(machine: Machine): number {
  return Number(machine.call("checkpointCandidate", machine.call("batchesOldest")));
}

describe("checkpoint: where it can be", () => {
  test("nothing dirty → at the end of the log", () => {
    const { machine } = storeAtRest();
    expect(candidate(machine)).toBe(machine.x.lsn());
    expect(machine.x.checkpointLsn()).toBe(machine.x.lsn());
  });

  test("two dirty pages → at the older one's first change, behind the note in front of it", () => {
    const { machine, space, pages } = storeAtRest();
    const note = 11;
    const start = dirty(machine, space, pages[0]!) + note;
    dirty(machine, space, pages[1]!);
    dirty(machine, space, pages[0]!);
    expect(candidate(machine)).toBe(start);
  });

  test("the oldest page's image is in flight → the image keeps it back", () => {
    const { machine, space, pages } = storeAtRest();
    dirty(machine, space, pages[0]!);
    const oldest = candidate(machine);
    machine.hold = ({ kind }) => kind === "data";
    machine.x.storeCheckpoint();
    machine.rest();
    expect(machine.x.poolPagesDirty()).toBe(0);
    expect(candidate(machine)).toBe(oldest);
    expect(machine.x.checkpointIsDone()).toBe(0);

    machine.hold = () => false;
    machine.rest();
    expect(candidate(machine)).toBe(machine.x.lsn());
  });

  test("a page changes while its image is in flight → then the change keeps it back", () => {
    const { machine, space, pages } = storeAtRest();
    dirty(machine, space, pages[0]!, "first");
    const imageOldest = candidate(machine);
    machine.hold = ({ kind }) => kind === "data";
    machine.x.storeCheckpoint();
    machine.rest();
    const again = dirty(machine, space, pages[0]!, "again");
    expect(candidate(machine)).toBe(imageOldest);
    machine.hold = ({ op, kind }) => op === "write" && kind === "data";
    const image = machine.inFlight.find(({ op, kind }) => op === "write" && kind === "data")!;
    machine.end(image);
    machine.rest();

    const at = candidate(machine);
    expect(at).toBeGreaterThanOrEqual(again);
    expect(at).toBeLessThan(machine.x.lsn());
    expect(machine.x.poolPagesDirty()).toBe(1);
    machine.flush();
    const opened = openRunning(machine.disk.clone(), {});
    const body = opened.read(space, pages[0]!) as Uint8Array;
    expect(Buffer.from(body.subarray(0, 5)).toString()).toBe("again");
  });
});

describe("checkpoint: the order of its steps", () => {
  test("redo durable, data synced, block written, block synced: in this order", () => {
    const { machine, space, pages } = storeAtRest();
    dirty(machine, space, pages[0]!);
    machine.x.storeCheckpoint();
    machine.settle(() => machine.x.checkpointIsDone() !== 0);

    const points = machine.trace.map(say);
    const block = points.findLastIndex((text) => /^write .*checkpoint-log/.test(text));
    const sync = points.lastIndexOf(`sync data:${space} (checkpoint-data)`);
    expect(points.indexOf("sync log:0 (log-write-ahead)")).toBeLessThan(sync);
    expect(sync).toBeGreaterThan(-1);
    expect(sync).toBeLessThan(block);
    expect(points[block + 1]).toBe("sync log:0 (checkpoint-log)");
    expect(machine.trace[block + 1]!.after).toBe(machine.trace[block]);
  });

  test("the data sync has not ended → no block is written", () => {
    const { machine, space, pages } = storeAtRest();
    machine.hold = ({ point }) => point === "checkpoint-data";
    dirty(machine, space, pages[0]!);
    machine.x.storeCheckpoint();
    machine.rest();
    const from = machine.trace.findIndex(({ point }) => point === "checkpoint-data");
    expect(from).toBeGreaterThan(-1);
    expect(machine.trace.slice(from).some(({ point }) => point === "checkpoint-log")).toBe(false);
  });

  test("the block is not synced yet → redo below it is not given up", () => {
    const { machine, space, pages } = storeAtRest();
    const before = machine.x.checkpointLsn();
    machine.hold = ({ op, point }) => op === "sync" && point === "checkpoint-log";
    dirty(machine, space, pages[0]!);
    machine.x.storeCheckpoint();
    machine.rest();
    expect(checkpointOn(machine.disk).lsn).toBeGreaterThan(before);
    expect(machine.x.checkpointLsn()).toBe(before);
  });

  test("a tablespace nobody wrote → not synced", () => {
    const { machine, space, pages } = storeAtRest();
    dirty(machine, space, pages[0]!);
    machine.checkpoint();
    const synced = machine.trace.filter(({ point }) => point === "checkpoint-data");
    expect(new Set(synced.map(({ id }) => id))).toEqual(new Set([space]));
  });

  test("twenty checkpoints → the blocks take turns, numbers and LSNs only rise", () => {
    const { machine, space, pages } = storeAtRest();
    let last = checkpointOn(machine.disk);
    const places: number[] = [];
    for (let n = 0; n < 20; n++) {
      dirty(machine, space, pages[n % 6]!, `${n}`);
      machine.checkpoint();
      machine.rest();
      const now = checkpointOn(machine.disk);
      expect(now.number).toBeGreaterThan(last.number);
      expect(now.lsn).toBeGreaterThan(last.lsn);
      expect(now.lsn).toBe(machine.x.checkpointLsn());
      last = now;
    }
    for (const { op, point, offset } of machine.trace) {
      if (op === "write" && point === "checkpoint-log") places.push(offset);
    }
    expect(places.length).toBeGreaterThanOrEqual(20);
    places.forEach((place, index) => {
      if (index > 0)
        expect([512, 1536].filter((each) => each !== places[index - 1])).toEqual([place]);
    });
  });

  test("seeded commits, order of ends and checkpoints → never back, never beyond durable redo", () => {
    const { machine, space, pages } = storeAtRest();
    const random = seededRandom(8);
    machine.pick = (count) => Math.floor(random() * count);
    let last = machine.x.checkpointLsn();
    for (let n = 0; n < 1500; n++) {
      machine.poll();
      const started = machine.inFlight.filter((request) => request.isStarted);
      if (started.length > 0) machine.end(started[machine.pick(started.length)]!);
      if (random() < 0.3) {
        machine.tryCommit(new WriteSet().write(space, pages[n % 6]!, 0, `${n}`));
      }
      if (random() < 0.05) machine.x.storeCheckpoint();
      expect(machine.x.checkpointLsn()).toBeGreaterThanOrEqual(last);
      expect(machine.x.checkpointLsn()).toBeLessThanOrEqual(machine.x.flushedToDiskLsn());
      last = machine.x.checkpointLsn();
    }
    expect(machine.counter("LOG_CHECKPOINTS")).toBeGreaterThan(15);
  });

  test("a power cut between block write and sync → either checkpoint recovers", () => {
    const { machine, space, pages } = storeAtRest();
    const base = machine.disk.clone();
    dirty(machine, space, pages[0]!, "kept");
    machine.flush();
    machine.x.storeCheckpoint();
    machine.settle(() => machine.x.checkpointIsDone() !== 0);
    const at = machine.journal.findIndex(
      ({ type, request }) => type === "done" && isBlockWrite(request),
    );
    for (const keeps of [false, true]) {
      const disk = diskAfterCrash(base, machine.journal, at + 1, {
        ...LOST,
        keepsSector: () => keeps,
      });
      const opened = openRunning(disk, {});
      const body = opened.read(space, pages[0]!) as Uint8Array;
      expect(Buffer.from(body.subarray(0, 4)).toString()).toBe("kept");
    }
  });

  test("one data sync fails, the other ends well in the same poll → no block is asked for", () => {
    const { machine, space, pages } = storeAtRest();
    const other = machine.createSpace("u");
    const [page] = allocatePages(machine, other, 1);
    const before = checkpointOn(machine.disk).number;
    dirty(machine, space, pages[0]!);
    dirty(machine, other, page!);
    machine.hold = ({ point }) => point === "checkpoint-data";
    machine.x.storeCheckpoint();
    machine.rest();
    const syncs = machine.inFlight.filter(({ point }) => point === "checkpoint-data");
    expect(syncs.length).toBeGreaterThanOrEqual(2);

    machine.fault = (request) => (request === syncs[0] ? EIO : 0);
    syncs.forEach((sync) => machine.end(sync));
    machine.hold = () => false;
    machine.rest();

    expect(machine.state()).toBe("FAILED");
    expect(machine.inFlight).toEqual([]);
    expect(checkpointOn(machine.disk).number).toBe(before);
  });

  test.each(["checkpoint-data", "checkpoint-log"])(
    "a request at %s fails → poisoned",
    (failing) => {
      const { machine, space, pages } = storeAtRest();
      dirty(machine, space, pages[0]!);
      machine.fault = ({ point }) => (point === failing ? EIO : 0);
      machine.x.storeCheckpoint();
      machine.rest();
      expect(machine.state()).toBe("FAILED");
      expect(machine.x.checkpointIsDone()).toBe(0);
    },
  );
});

function isBlockWrite({ op, point }: Request): boolean {
  return op === "write" && point === "checkpoint-log";
}
