// Allocation, freeing and growth of a tablespace, held against a plain set of used pages.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import { allocatePages, createStore, EIO, ENOSPC, PAGE, STATUS, WriteSet } from "../harness.js";
import type { Machine, Options } from "../harness.js";
import { openRunning } from "../script.js";

/** Offsets in a space, see engine/fil/space.ts. */
const SIZE_AT = 0;

function storeWithSpace(options: Options): { machine: Machine; space: number } {
  const machine = createStore({ redoCapacity: 1 << 20, ...options });
  return { machine, space: machine.createSpace("t") };
}

function sizeOf(machine: Machine, space: number): number {
  const at = Number(machine.call("spaceFind", space));
  return machine.view.getUint32(at + SIZE_AT, true);
}

/** Pages of the tablespace that its descriptors call used. */
function usedPages(machine: Machine, space: number): Set<number> {
  const used = new Set<number>();
  const size = sizeOf(machine, space);
  for (let first = 0; first < size; first += PAGE) {
    let block = 0;
    machine.settle(() => (block = Number(machine.call("bufFix", space, first))) !== 0);
    const frame = Number(machine.call("frameOf", block));
    for (let page = first; page < Math.min(first + PAGE, size); page++) {
      const entry = Number(machine.call("xdesEntry", frame, PAGE, page));
      if (machine.call("xdesIsFree", entry, page % 256) === 0) used.add(page);
    }
    machine.call("bufUnfix", block);
  }
  return used;
}

describe("fsp: allocation", () => {
  test("three extents and more → every page exactly once, never the header", () => {
    const { machine, space } = storeWithSpace({ framesCount: 256, extendPages: 100 });
    const seen = new Set<number>([0]);
    while (seen.size < 800) {
      for (const page of allocatePages(machine, space, 50)) {
        expect(seen.has(page), `page ${page} twice`).toBe(false);
        seen.add(page);
      }
    }
    expect(usedPages(machine, space)).toEqual(seen);
    expect(Math.max(...seen)).toBe(seen.size - 1);
  });

  test("a page is freed → read as not allocated, and handed out again first", () => {
    const { machine, space } = storeWithSpace({});
    const pages = allocatePages(machine, space, 6);
    expect(machine.commit(new WriteSet().free(space, pages[2]!))).toBe(STATUS.OK);
    expect(machine.read(space, pages[2]!)).toBe(STATUS.NOT_ALLOCATED);
    expect(machine.reserve(space)).toBe(pages[2]);
    expect(machine.commit(new WriteSet().allocate(space, pages[2]!))).toBe(STATUS.OK);
    const body = machine.read(space, pages[2]!) as Uint8Array;
    expect(body.every((byte) => byte === 0)).toBe(true);
  });

  test("a freed page with content is allocated again, then a power cut → zeros, not the content", () => {
    const { machine, space } = storeWithSpace({});
    const [page] = allocatePages(machine, space, 1);
    machine.commit(new WriteSet().write(space, page!, 0, "secret"));
    machine.checkpoint();
    machine.commit(new WriteSet().free(space, page!));
    expect(machine.reserve(space)).toBe(page);
    machine.commit(new WriteSet().allocate(space, page!));
    machine.flush();

    const opened = openRunning(machine.disk, { redoCapacity: 1 << 20 });

    expect((opened.read(space, page!) as Uint8Array).every((byte) => byte === 0)).toBe(true);
  });

  test("reserved and rolled back → nothing on disk, handed out again", () => {
    const { machine, space } = storeWithSpace({});
    const lsn = machine.x.lsn();
    const page = machine.reserve(space);
    expect(machine.call("isReserved", space, page)).toBe(1);
    expect(machine.reserve(space)).not.toBe(page);
    machine.x.fspUnreserve(space, page);
    expect(machine.call("isReserved", space, page)).toBe(0);
    expect(machine.reserve(space)).toBe(page);
    expect(machine.x.lsn()).toBe(lsn);
  });

  test("reserved, never committed, power cut → the page is free again", () => {
    const { machine, space } = storeWithSpace({});
    const page = machine.reserve(space);
    machine.flush();
    const opened = openRunning(machine.disk.clone(), { redoCapacity: 1 << 20 });
    expect(opened.reserve(space)).toBe(page);
  });

  test("an unknown tablespace → NOT_FOUND", () => {
    const { machine } = storeWithSpace({});
    expect(machine.reserve(99)).toBe(-STATUS.NOT_FOUND);
  });

  test("8192 pages reserved and none committed → TOO_LARGE, until one is given back", () => {
    const { machine, space } = storeWithSpace({ extendPages: 4000 });
    for (let n = 0; n < 8192; n++) expect(machine.x.fspReserve(space) <= 1).toBe(true);
    let status = 0;
    machine.settle(() => (status = machine.x.fspReserve(space)) > 1);
    expect(status).toBe(STATUS.TOO_LARGE);
    machine.x.fspUnreserve(space, 17);
    expect(machine.reserve(space)).toBe(17);
  });
});

describe("fsp: growth over a descriptor page", () => {
  test.each([1365, 1024, 4000, 2500, 255])("by %i pages → page 4096 describes, is used", (step) => {
    const { machine, space } = storeWithSpace({ extendPages: step, framesCount: 64 });
    const seen = new Set<number>();
    while (Math.max(0, ...(seen.size === 0 ? [0] : [last(seen)])) < 4100)
      seen.add(machine.reserve(space));

    expect(seen.has(0) || seen.has(4096)).toBe(false);
    expect([...seen].slice(-5)).toEqual([4095, 4097, 4098, 4099, 4100]);
    expect(usedPages(machine, space)).toEqual(new Set([0, 4096]));
    machine.checkpoint();
    const page = machine.disk.file("data", space).subarray(4096 * PAGE, 4097 * PAGE);
    expect(new DataView(page.buffer, page.byteOffset).getUint16(24)).toBe(9);
    machine.flush();
    const opened = openRunning(machine.disk, { redoCapacity: 1 << 20, extendPages: step });
    expect(opened.x.spacePages(space)).toBe(sizeOf(machine, space));
    expect(usedPages(opened, space)).toEqual(new Set([0, 4096]));
  });
});

function last(values: ReadonlySet<number>): number {
  let found = 0;
  for (const value of values) found = value;
  return found;
}

describe("fsp: an extension fails", () => {
  test("no room → NO_SPACE once, to the next caller, nothing changed; then it grows", () => {
    const { machine, space } = storeWithSpace({ extendPages: 4 });
    allocatePages(machine, space, 3);
    machine.flush();
    const before = { size: sizeOf(machine, space), lsn: machine.x.lsn() };
    machine.fault = ({ op }) => (op === "extend" ? ENOSPC : 0);

    expect(machine.reserve(space)).toBe(-STATUS.NO_SPACE);

    expect(machine.failure()).toMatchObject({ status: STATUS.NO_SPACE, id: space });
    expect({ size: sizeOf(machine, space), lsn: machine.x.lsn() }).toEqual(before);
    expect(machine.state()).toBe("RUNNING");
    machine.fault = () => 0;
    expect(machine.reserve(space)).toBe(before.size);
    expect(sizeOf(machine, space)).toBe(before.size + 4);
  });

  test("the sync of an extension fails → poisoned", () => {
    const { machine, space } = storeWithSpace({ extendPages: 4 });
    allocatePages(machine, space, 3);
    machine.fault = ({ op, point }) => (op === "sync" && point === "file-extend" ? EIO : 0);
    machine.x.fspReserve(space);
    machine.rest();
    expect(machine.state()).toBe("FAILED");
  });

  /** Fills the tablespace to its end and takes its page 0 out of the pool. */
  function fullAndCold(page: number): { machine: Machine; space: number; size: number } {
    const { machine, space } = storeWithSpace({ extendPages: 4, framesCount: 32 });
    const pages = allocatePages(machine, space, 3);
    while (sizeOf(machine, space) <= page) pages.push(...allocatePages(machine, space, 1));
    while (pages.at(-1)! + 1 < sizeOf(machine, space)) {
      pages.push(...allocatePages(machine, space, 1));
    }
    machine.checkpoint();
    const other = machine.createSpace("other");
    for (const each of allocatePages(machine, other, 8)) machine.read(other, each);
    machine.checkpoint();
    for (let n = 0; machine.call("hashFind", space, page) !== 0 && n < 400; n++) {
      machine.read(other, allocatePages(machine, other, 1)[0]!);
      machine.checkpoint();
    }
    expect(machine.call("hashFind", space, page), `page ${page} has left the pool`).toBe(0);
    return { machine, space, size: sizeOf(machine, space) };
  }

  test("page 0 is damaged → every allocation that has to grow the file is refused, none waits", () => {
    const { machine, space, size } = fullAndCold(0);
    machine.disk.flip("data", space, 1000);
    for (let n = 0; n < 3; n++) {
      expect(machine.reserve(space), `allocation ${n}`).toBe(-STATUS.DAMAGED);
      expect(machine.failure()).toMatchObject({ id: space, page: 0 });
    }
    expect(sizeOf(machine, space)).toBe(size);
    machine.close();
    expect(machine.state()).toBe("CLOSED");
  });

  test("page 0 is damaged while the file grows → refused, and the store can be closed", () => {
    const { machine, space, size } = fullAndCold(0);
    expect(machine.call("bufFix", space, 0)).toBe(0);
    machine.rest();
    machine.x.fspReserve(space);
    expect(machine.trace.some(({ point }) => point === "file-extend")).toBe(true);
    machine.call("evict", machine.call("hashFind", space, 0));
    machine.disk.flip("data", space, 1000);
    machine.rest();
    expect(machine.reserve(space)).toBe(-STATUS.DAMAGED);
    expect(sizeOf(machine, space)).toBe(size);
    machine.disk.flip("data", space, 1000);
    expect(machine.reserve(space), "the page is mended").toBe(size);
    expect(sizeOf(machine, space)).toBe(size + 4);
    machine.close();
    expect(machine.state()).toBe("CLOSED");
    expect(openRunning(machine.disk, { framesCount: 32 }).x.spacePages(space)).toBe(size + 4);
  });

  test("grown, not logged, power cut → longer than its header, and works", () => {
    const { machine, space } = storeWithSpace({ extendPages: 4 });
    const pages = allocatePages(machine, space, 3);
    machine.flush();
    const size = sizeOf(machine, space);
    machine.x.fspReserve(space);
    machine.poll();
    machine.complete();
    expect(machine.disk.file("data", space).length).toBe((size + 4) * PAGE);

    const opened = openRunning(machine.disk.clone(), { redoCapacity: 1 << 20 });

    expect(opened.x.spacePages(space)).toBe(size);
    expect(allocatePages(opened, space, 6)).not.toContain(pages[0]);
  });
});

describe("fsp: against a model", () => {
  test.each([1, 2])("seed %i: 1500 steps → no page in use is ever called free", (seed) => {
    const options = { extendPages: 7, framesCount: 64 };
    const { machine, space } = storeWithSpace(options);
    const random = seededRandom(seed);
    const used = new Set<number>([0]);
    const held: number[] = [];
    const any = (): number => held.splice(Math.floor(random() * held.length), 1)[0]!;
    for (let step = 0; step < 1500; step++) {
      const dice = random();
      if (dice < 0.45 || held.length === 0) {
        const page = machine.reserve(space);
        expect(used.has(page) || held.includes(page), `step ${step}: page ${page} twice`).toBe(
          false,
        );
        held.push(page);
      } else if (dice < 0.7) {
        const page = any();
        expect(machine.commit(new WriteSet().allocate(space, page))).toBe(STATUS.OK);
        used.add(page);
      } else if (dice < 0.8) machine.x.fspUnreserve(space, any());
      else if (used.size > 1) {
        const page = [...used].filter((each) => each !== 0)[
          Math.floor(random() * (used.size - 1))
        ]!;
        expect(machine.commit(new WriteSet().free(space, page))).toBe(STATUS.OK);
        used.delete(page);
      }
      if (step % 10 === 0)
        expect(usedPages(machine, space), `seed ${seed}, step ${step}`).toEqual(used);
    }
    machine.flush();
    const opened = openRunning(machine.disk, { redoCapacity: 1 << 20, ...options });
    expect(usedPages(opened, space)).toEqual(used);
  });
});
