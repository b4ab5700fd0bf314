// The buffer pool: fixes, reads, evictions, and what a read failure does.

import { describe, expect, test } from "vitest";
import { randomBytes, seededRandom } from "../../format/helpers.js";
import { allocatePages, createStore, EIO, PAGE, STATUS, WriteSet } from "../harness.js";
import type { Machine, Options } from "../harness.js";
import { pageOf } from "../redo.js";
import { openRunning } from "../script.js";

const FIX_COUNT_AT = 40;
const IO_FIX_AT = 76;

interface Full {
  readonly machine: Machine;
  readonly space: number;
  readonly pages: number[];
}

/** A reopened store whose pool is far smaller than its tablespace; every page holds its number. */
function storeWith(count: number, options: Options = {}): Full {
  const maker = createStore({ framesCount: 256, redoCapacity: 1 << 20, extendPages: 16 });
  const space = maker.createSpace("t");
  const pages: number[] = [];
  while (pages.length < count) pages.push(...allocatePages(maker, space, 16));
  for (const page of pages) maker.commit(new WriteSet().write(space, page, 0, `page ${page};`));
  maker.checkpoint();
  maker.close();
  const machine = openRunning(maker.disk.clone(), { redoCapacity: 1 << 20, ...options });
  maker.dispose();
  return { machine, space, pages };
}

function textOf(body: Uint8Array | number): string {
  return typeof body === "number" ? `status ${body}` : Buffer.from(body).toString().split(";")[0]!;
}

describe("buf: working set", () => {
  test("8 times the pool, read and written at random, seeded → every page as the model has it", () => {
    const { machine, space, pages } = storeWith(256, { framesCount: 32 });
    const random = seededRandom(32);
    const model = new Map(pages.map((page) => [page, machine.read(space, page) as Uint8Array]));
    for (let step = 0; step < 3000; step++) {
      const page = pages[Math.floor(random() * pages.length)]!;
      if (random() < 0.4) {
        const offset = 20 + Math.floor(random() * 3900);
        const bytes = randomBytes(random, 1 + Math.floor(random() * 100));
        expect(machine.commit(new WriteSet().write(space, page, offset, bytes))).toBe(STATUS.OK);
        model.get(page)!.set(bytes, offset);
      } else {
        const body = machine.read(space, page) as Uint8Array;
        expect(Buffer.compare(body, model.get(page)!), `step ${step}, page ${page}`).toBe(0);
      }
      if (step % 100 === 0) machine.x.checkInvariants();
      expect(machine.x.poolPagesData() + machine.x.poolPagesFree()).toBe(32);
    }
    for (const [page, body] of model) {
      expect(Buffer.compare(machine.read(space, page) as Uint8Array, body), `${page}`).toBe(0);
    }
    expect(machine.counter("PAGES_EVICTED")).toBeGreaterThan(1000);
  });

  test("many pages asked for at once → their reads are in flight together", () => {
    const { machine, space, pages } = storeWith(32);
    machine.hold = () => true;
    for (const page of pages.slice(0, 20)) machine.x.pageRead(space, page);
    machine.poll();
    expect(machine.inFlight.filter(({ op }) => op === "read")).toHaveLength(20);
    machine.x.pageRead(space, pages[0]!);
    machine.poll();
    expect(machine.inFlight, "a page is not read twice at a time").toHaveLength(20);
    expect(machine.x.pageIsPending(space, pages[0]!)).toBe(1);
  });
});

describe("buf: fixed, dirty and busy pages", () => {
  test("fix counts → rise and fall, and a page is unfixed as often as it was fixed", () => {
    const { machine, space, pages } = storeWith(16);
    machine.read(space, pages[0]!);
    const block = Number(machine.call("bufFix", space, pages[0]!));
    machine.call("bufFix", space, pages[0]!);
    expect(machine.view.getUint32(block + FIX_COUNT_AT, true)).toBe(2);
    machine.call("bufUnfix", block);
    machine.call("bufUnfix", block);
    expect(() => machine.call("bufUnfix", block)).toThrow("unfixed as often as it was fixed");
  });

  test("every other page passes through → the fixed page keeps its frame", () => {
    const { machine, space, pages } = storeWith(64, { framesCount: 16 });
    machine.read(space, pages[5]!);
    const block = Number(machine.call("bufFix", space, pages[5]!));
    for (const page of pages) machine.read(space, page);
    expect(machine.call("hashFind", space, pages[5]!)).toBe(block);
    expect(() => machine.call("evict", block)).toThrow("only a clean, unfixed page");
    machine.call("bufUnfix", block);
    for (const page of pages.slice(6)) machine.read(space, page);
    expect(machine.call("hashFind", space, pages[5]!)).toBe(0);
  });

  test("a dirty page → not evicted before its write has ended, its sync included", () => {
    const { machine, space, pages } = storeWith(64, { framesCount: 16 });
    machine.commit(new WriteSet().write(space, pages[0]!, 20, "dirty"));
    machine.hold = ({ op, kind }) => op === "sync" && kind === "data";
    for (const page of pages.slice(1)) machine.read(space, page);
    expect(machine.call("hashFind", space, pages[0]!)).not.toBe(0);
    machine.x.storeCheckpoint();
    machine.rest();
    const block = Number(machine.call("hashFind", space, pages[0]!));
    expect(machine.view.getUint8(block + IO_FIX_AT)).toBe(2);
    for (const page of pages.slice(1)) machine.read(space, page);
    expect(machine.call("hashFind", space, pages[0]!)).toBe(block);

    machine.hold = () => false;
    machine.rest();
    for (const page of pages.slice(1)) machine.read(space, page);
    expect(machine.call("hashFind", space, pages[0]!)).toBe(0);
    expect(textOf(machine.read(space, pages[0]!))).toBe(`page ${pages[0]}`);
  });

  test("every frame is fixed → a miss is PENDING, and served when some are unfixed", () => {
    const { machine, space, pages } = storeWith(64, { framesCount: 16 });
    const fixed = pages.slice(0, 14).map((page) => {
      machine.read(space, page);
      return Number(machine.call("bufFix", space, page));
    });
    while (machine.call("bufCreate", space, 5000 + fixed.length, 0x5450) !== 0) fixed.push(0);
    expect(fixed).toHaveLength(16);
    machine.x.pageRead(space, pages[40]!);
    expect(machine.x.pageReadStatus()).toBe(STATUS.PENDING);
    machine.rest();
    expect(machine.x.pageIsPending(space, pages[40]!)).toBe(0);

    for (const block of fixed.slice(0, 3)) machine.call("bufUnfix", block);
    expect(textOf(machine.read(space, pages[40]!))).toBe(`page ${pages[40]}`);
  });
});

describe("buf: a read fails", () => {
  test("told once, then read again", () => {
    const { machine, space, pages } = storeWith(16);
    machine.fault = ({ op }) => (op === "read" ? EIO : 0);
    expect(machine.read(space, pages[0]!)).toBe(STATUS.READ_FAILED);
    expect(machine.failure()).toMatchObject({
      what: machine.value("WHAT_IO"),
      id: space,
      page: pages[0],
    });
    machine.fault = () => 0;
    expect(textOf(machine.read(space, pages[0]!))).toBe(`page ${pages[0]}`);
    expect(machine.state()).toBe("RUNNING");
    machine.x.checkInvariants();
  });

  test("200 pages fail, nobody asks again → only forgotten, every frame comes back", () => {
    const { machine, space, pages } = storeWith(208, { framesCount: 32 });
    machine.fault = ({ op }) => (op === "read" ? EIO : 0);
    for (const page of pages.slice(0, 200)) {
      machine.x.pageRead(space, page);
      machine.rest();
    }
    machine.fault = () => 0;
    for (const page of pages.slice(0, 64)) {
      expect(textOf(machine.read(space, page))).toBe(`page ${page}`);
    }
    expect(machine.x.poolPagesData() + machine.x.poolPagesFree()).toBe(32);
    machine.x.checkInvariants();
  });

  test("the file is damaged, then repaired on disk → told as damage once, then served", () => {
    const { machine, space, pages } = storeWith(16);
    machine.disk.flip("data", space, pages[0]! * PAGE + 1000);
    expect(machine.read(space, pages[0]!)).toBe(STATUS.DAMAGED);
    machine.disk.flip("data", space, pages[0]! * PAGE + 1000);
    expect(textOf(machine.read(space, pages[0]!))).toBe(`page ${pages[0]}`);
  });

  test("a page beyond the end, an unknown space → NOT_FOUND without a read", () => {
    const { machine, space } = storeWith(16);
    const before = machine.trace.length;
    expect(machine.read(space, 1_000_000)).toBe(STATUS.NOT_FOUND);
    expect(machine.failure().what).toBe(machine.value("WHAT_PAGE_BEYOND_END"));
    expect(machine.read(77, 1)).toBe(STATUS.NOT_FOUND);
    expect(machine.trace.length).toBe(before);
  });

  test("a commit that needs a damaged page → refused, nothing changed", () => {
    const { machine, space, pages } = storeWith(16);
    machine.disk.flip("data", space, pages[1]! * PAGE + 1000);
    const set = new WriteSet().write(space, pages[0]!, 20, "x").write(space, pages[1]!, 20, "x");
    const lsn = machine.x.lsn();
    expect(machine.commit(set)).toBe(STATUS.DAMAGED);
    expect(machine.x.lsn()).toBe(lsn);
    expect((machine.read(space, pages[0]!) as Uint8Array)[20]).toBe(0);
    expect(pageOf(machine.disk, space, pages[1]!).byteLength).toBe(PAGE);
  });
});
