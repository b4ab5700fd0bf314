// LRU with midpoint insertion: who is old, who becomes young, and what a scan may not do.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import { allocatePages, createStore, Disk, Machine, STATUS, WriteSet } from "../harness.js";
import type { Options } from "../harness.js";

const FRAMES = 1000;
/** Offsets in a control block, see engine/buf/control-block.ts. */
const ACCESS_AT = 24;
const OLD_AT = 77;
const TOLERANCE = 20;

/** An engine whose LRU list holds the first `length` blocks, added in order. */
function listOf(length: number, options: Options = {}): { machine: Machine; blocks: number[] } {
  const machine = new Machine(
    { framesCount: FRAMES, oldBlocksTimeMs: 1000, ...options },
    new Disk(),
  );
  const blocks = Array.from({ length }, (_, index) => Number(machine.call("blockAt", index)));
  for (const block of blocks) machine.call("lruAdd", block);
  return { machine, blocks };
}

/** From the next victim to the most recently used. */
function order(machine: Machine): number[] {
  const found: number[] = [];
  let at = Number(machine.call("lruLast"));
  while (at !== 0) {
    found.push(at);
    at = Number(machine.call("lruPrevious", at));
  }
  return found;
}

function isOld(machine: Machine, block: number): boolean {
  return machine.view.getUint8(block + OLD_AT) !== 0;
}

describe("buf: the old sublist", () => {
  test("below 512 pages → there is none, and a page used again moves to the front", () => {
    const { machine, blocks } = listOf(511);
    expect(machine.x.poolPagesOld()).toBe(0);
    machine.call("lruAccess", blocks[100]!, 0n);
    machine.call("lruAccess", blocks[100]!, 1n);
    expect(order(machine).at(-1)).toBe(blocks[100]);
    machine.x.checkInvariants();
  });

  test.each([5, 37, 50, 95])("innodb_old_blocks_pct %i → the tail keeps that share", (share) => {
    const { machine, blocks } = listOf(900, { oldBlocksPct: share });
    const target = Math.min(Math.floor((900 * share) / 100), 900 - TOLERANCE - 5);
    expect(Math.abs(machine.x.poolPagesOld() - target)).toBeLessThanOrEqual(TOLERANCE);
    const tail = order(machine).slice(0, machine.x.poolPagesOld());
    expect(tail.every((block) => isOld(machine, block))).toBe(true);
    expect(blocks.filter((block) => isOld(machine, block))).toHaveLength(tail.length);
  });

  test("a page comes in → at the head of the old sublist, not at the front", () => {
    const { machine } = listOf(800);
    const block = Number(machine.call("blockAt", 900));
    machine.call("lruAdd", block);
    expect(isOld(machine, block)).toBe(true);
    expect(order(machine).indexOf(block)).toBeLessThanOrEqual(machine.x.poolPagesOld());
  });

  test("the list shrinks below 512 → the old sublist is given up", () => {
    const { machine, blocks } = listOf(520);
    expect(machine.x.poolPagesOld()).toBeGreaterThan(0);
    for (const block of blocks.slice(0, 9)) machine.call("lruRemove", block);
    expect(machine.x.poolPagesOld()).toBe(0);
    machine.x.checkInvariants();
  });

  test("10000 seeded additions, uses and removals → every invariant holds, as a plain array", () => {
    const { machine, blocks } = listOf(FRAMES);
    const random = seededRandom(21);
    const off: number[] = [];
    for (let step = 0; step < 10_000; step++) {
      const block = blocks[Math.floor(random() * FRAMES)]!;
      if (off.includes(block)) {
        off.splice(off.indexOf(block), 1);
        machine.view.setBigUint64(block + ACCESS_AT, 0n, true);
        machine.call("lruAdd", block);
      } else if (off.length < 600 && random() < 0.3) {
        off.push(block);
        machine.call("lruRemove", block);
      } else machine.call("lruAccess", block, BigInt(step));
      if (step % 50 === 0) machine.x.checkInvariants();
    }
    expect(new Set(order(machine)).size).toBe(FRAMES - off.length);
  });
});

describe("buf: made young, or not", () => {
  test("used again before innodb_old_blocks_time → stays old, counted", () => {
    const { machine, blocks } = listOf(800);
    const block = blocks.find((each) => isOld(machine, each))!;
    machine.call("lruAccess", block, 5000n);
    machine.call("lruAccess", block, 5999n);
    expect(isOld(machine, block)).toBe(true);
    expect(machine.counter("BUFFER_POOL_PAGES_MADE_NOT_YOUNG")).toBe(1);
    expect(machine.counter("BUFFER_POOL_PAGES_MADE_YOUNG")).toBe(0);
  });

  test("used again at innodb_old_blocks_time → young, at the front, counted", () => {
    const { machine, blocks } = listOf(800);
    const block = blocks.find((each) => isOld(machine, each))!;
    machine.call("lruAccess", block, 5000n);
    machine.call("lruAccess", block, 6000n);
    expect(isOld(machine, block)).toBe(false);
    expect(order(machine).at(-1)).toBe(block);
    expect(machine.counter("BUFFER_POOL_PAGES_MADE_YOUNG")).toBe(1);
  });

  test("innodb_old_blocks_time 0 → young at the second use", () => {
    const { machine, blocks } = listOf(800, { oldBlocksTimeMs: 0 });
    const block = blocks.find((each) => isOld(machine, each))!;
    machine.call("lruAccess", block, 5n);
    machine.call("lruAccess", block, 5n);
    expect(order(machine).at(-1)).toBe(block);
  });

  test("a young page used again → moves only after a quarter of the young pages turned over", () => {
    const { machine, blocks } = listOf(800);
    const block = order(machine).at(-50)!;
    expect(isOld(machine, block)).toBe(false);
    const distance = Math.floor((FRAMES * (100 - 37)) / 400);
    machine.call("lruAccess", block, 1n);
    for (let n = 0; n < distance; n++) machine.call("lruCountEviction");
    machine.call("lruAccess", block, 2n);
    expect(order(machine).at(-50)).toBe(block);
    machine.call("lruCountEviction");
    machine.call("lruAccess", block, 3n);
    expect(order(machine).at(-1)).toBe(block);
    expect(blocks).toContain(block);
  });
});

describe("buf: a scan", () => {
  test("one pass over 4 times the pool, each page used 8 times at once → the hot set stays", () => {
    const machine = createStore({
      framesCount: 640,
      redoCapacity: 4 << 20,
      oldBlocksTimeMs: 1000,
      extendPages: 64,
      lruScanDepth: 64,
    });
    const space = machine.createSpace("t");
    const pages: number[] = [];
    while (pages.length < 2560) pages.push(...allocatePages(machine, space, 64));
    machine.checkpoint();
    const hot = pages.slice(0, 120);
    for (let round = 0; round < 3; round++) {
      machine.now += 2000;
      for (const page of hot) expect(machine.read(space, page)).toBeInstanceOf(Uint8Array);
    }

    for (const page of pages.slice(120)) {
      for (let use = 0; use < 8; use++) machine.read(space, page);
    }

    const before = machine.counter("BUFFER_POOL_READS");
    for (const page of hot) machine.read(space, page);
    expect(machine.counter("BUFFER_POOL_READS") - before).toBe(0);
    expect(machine.tryCommit(new WriteSet().write(space, hot[0]!, 0, "x"))).toBe(STATUS.OK);
  });
});
