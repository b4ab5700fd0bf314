// The page cleaner: which pages it writes, how many at once, and when.

import { describe, expect, test } from "vitest";
import { allocatePages, createStore, PAGE, STATUS, WriteSet } from "../harness.js";
import type { Machine, Options } from "../harness.js";

function storeAtRest(
  options: Options,
  count: number,
): { machine: Machine; space: number; pages: number[] } {
  const machine = createStore(options);
  const space = machine.createSpace("t");
  const pages: number[] = [];
  while (pages.length < count) pages.push(...allocatePages(machine, space, 4));
  machine.checkpoint();
  machine.rest();
  machine.trace.length = 0;
  return { machine, space, pages };
}

function dirty(machine: Machine, space: number, pages: readonly number[]): void {
  for (const page of pages) {
    expect(machine.commit(new WriteSet().write(space, page, 0, "dirty"))).toBe(STATUS.OK);
  }
}

/** Pages written in place since, in the order of the requests. */
function written(machine: Machine, space: number): number[] {
  return machine.trace
    .filter(({ op, kind, id }) => op === "write" && kind === "data" && id === space)
    .map(({ offset }) => offset / PAGE);
}

describe("flush: batches", () => {
  test("20 dirty pages, batches of 4 → never more than 4 pages and 2 batches at a time", () => {
    const { machine, space, pages } = storeAtRest({}, 20);
    dirty(machine, space, pages);
    let most = 0;
    machine.hold = () => true;
    machine.x.storeCheckpoint();
    for (let n = 0; n < 500 && machine.x.checkpointIsDone() === 0; n++) {
      machine.poll();
      const copies = machine.inFlight.filter(({ op, kind }) => op === "write" && kind === "dblwr");
      for (const { length } of copies) expect(length).toBeLessThanOrEqual(4 * PAGE);
      expect(machine.value("batchesBusy")).toBeLessThanOrEqual(2);
      most = Math.max(most, machine.value("batchesBusy"));
      const next = machine.inFlight.find(({ isStarted }) => isStarted);
      if (next !== undefined) machine.end(next);
    }
    expect(machine.x.checkpointIsDone()).toBe(1);
    expect(most).toBe(2);
    expect(written(machine, space).sort((a, b) => a - b)).toEqual([...pages].sort((a, b) => a - b));
  });

  test("a checkpoint → pages are written oldest change first", () => {
    const { machine, space, pages } = storeAtRest({ batchesCount: 1 }, 12);
    const order = [5, 2, 9, 0, 11, 7].map((index) => pages[index]!);
    dirty(machine, space, order);
    machine.checkpoint();
    expect(written(machine, space)).toEqual(order);
  });
});

describe("flush: innodb_flush_neighbors", () => {
  test.each([
    [0, "by age", [8, 4, 5, 7, 9, 11]],
    [1, "the run around each page", [8, 7, 9, 4, 5, 11]],
    [2, "all of the area around each page", [8, 7, 5, 4, 9, 11]],
  ])("%i, pages 8 4 5 7 9 11 dirty in this order → %s: %j", (neighbors, _, expected) => {
    // The area is a 16th of the pool: here pages 0 to 15.
    const { machine, space } = storeAtRest(
      { flushNeighbors: neighbors, framesCount: 256, batchesCount: 1, doublewritePages: 16 },
      16,
    );
    dirty(machine, space, [8, 4, 5, 7, 9, 11]);
    machine.hold = ({ kind }) => kind === "dblwr";
    machine.x.storeCheckpoint();
    machine.rest();
    const copies = machine.trace.find(({ op, kind }) => op === "write" && kind === "dblwr")!;
    const view = new DataView(copies.data!.buffer);
    const pages = Array.from({ length: copies.length / PAGE }, (_, i) =>
      view.getUint32(i * PAGE + 4),
    );
    expect(pages.slice(0, 6)).toEqual(expected);
  });
});

describe("flush: by the clock", () => {
  test("dirty share below the low-water mark → nothing is written, however long", () => {
    const { machine, space, pages } = storeAtRest({ maxDirtyPagesPctLwm: 50 }, 12);
    dirty(machine, space, pages);
    for (let n = 0; n < 20; n++) {
      machine.now += 1000;
      machine.rest();
    }
    expect(written(machine, space)).toEqual([]);
  });

  test("dirty share above it → a share of io capacity per second", () => {
    const { machine, space, pages } = storeAtRest(
      { maxDirtyPagesPctLwm: 10, maxDirtyPagesPct: 90, ioCapacity: 20, framesCount: 64 },
      24,
    );
    machine.now += 1000;
    machine.rest();
    machine.trace.length = 0;
    dirty(machine, space, pages);
    machine.now += 1000;
    machine.rest();
    const first = written(machine, space).length;
    machine.now += 1000;
    machine.rest();
    const second = written(machine, space).length - first;

    // 25 of 64 dirty: 39 percent of 91 is 43 percent of 20 pages a second.
    expect(first).toBeGreaterThanOrEqual(4);
    expect(first).toBeLessThanOrEqual(12);
    expect(second).toBeLessThanOrEqual(12);
  });

  test("an allowance that the last batch's neighbors exceed → is used up, not unlimited", () => {
    const { machine, space, pages } = storeAtRest(
      {
        maxDirtyPagesPctLwm: 1,
        ioCapacity: 18,
        flushNeighbors: 2,
        framesCount: 128,
        batchesCount: 1,
      },
      40,
    );
    machine.now += 1000;
    machine.rest();
    machine.trace.length = 0;
    dirty(machine, space, pages);
    machine.now += 1000;
    machine.rest();
    expect(written(machine, space).length).toBeGreaterThan(0);
    expect(written(machine, space).length).toBeLessThanOrEqual(12);
  });

  test("a checkpoint once per second → follows the flushing without being asked", () => {
    const { machine, space, pages } = storeAtRest({ maxDirtyPagesPctLwm: 1, ioCapacity: 1000 }, 12);
    dirty(machine, space, pages);
    const before = machine.x.checkpointLsn();
    for (let n = 0; n < 5; n++) {
      machine.now += 1000;
      machine.rest();
    }
    expect(machine.x.checkpointLsn()).toBeGreaterThan(before);
    expect(machine.x.checkpointLsn()).toBe(machine.x.lsn());
  });
});

describe("flush: frames are wanted", () => {
  test("every frame is dirty → the LRU tail is written and freed, commits go on", () => {
    const { machine, space, pages } = storeAtRest({ framesCount: 32, redoCapacity: 1 << 20 }, 60);
    for (let round = 0; round < 3; round++) dirty(machine, space, pages);
    expect(machine.counter("LRU_BATCHES")).toBeGreaterThan(5);
    expect(machine.x.poolPagesData() + machine.x.poolPagesFree()).toBe(32);
    machine.x.checkInvariants();
  });

  test("redo space runs short → pages are written until the checkpoint follows", () => {
    const { machine, space, pages } = storeAtRest({}, 4);
    for (let n = 0; n < 100; n++) {
      machine.commit(new WriteSet().write(space, pages[n % 4]!, 0, new Uint8Array(3000).fill(n)));
    }
    expect(machine.counter("LOG_CHECKPOINTS")).toBeGreaterThan(3);
    expect(machine.x.lsn() - machine.x.checkpointLsn()).toBeLessThanOrEqual(
      machine.x.redoLogHardLimit(),
    );
  });
});
