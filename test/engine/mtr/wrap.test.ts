// Counters that never start again in the life of a process, taken to where 32 bits come round. Of a
// counter that does wrap, only differences may be used.

import { describe, expect, test } from "vitest";
import { allocatePages, createStore, isOpen, Machine, PAGE, WriteSet } from "../harness.js";
import { openRunning } from "../script.js";

const COMMITS = 12;
/** A few before 2^32. */
const BEFORE = 2n ** 32n - 5n;

/** Pages that stand in frames and were never changed there. */
function storeWithCleanPages(): { machine: Machine; space: number; pages: number[] } {
  const first = createStore();
  const space = first.createSpace("t");
  const pages = allocatePages(first, space, COMMITS);
  first.close();
  const machine = openRunning(first.disk.clone(), {});
  for (const page of pages) machine.read(space, page);
  return { machine, space, pages };
}

function commitToEach(machine: Machine, space: number, pages: readonly number[]): void {
  for (const [n, page] of pages.entries()) {
    machine.commit(new WriteSet().write(space, page, 0, Uint8Array.of(n + 1)));
  }
}

function firstBytes(machine: Machine, space: number, pages: readonly number[]): number[] {
  return pages.map((page) => (machine.read(space, page) as Uint8Array)[0]!);
}

const EXPECTED = Array.from({ length: COMMITS }, (_, n) => n + 1);

describe("wrap: 2^32 mini-transactions", () => {
  test("commits to pages that were only read before → all dirty, all there after a close", () => {
    const { machine, space, pages } = storeWithCleanPages();
    machine.setValue("mtrSerial", BEFORE);
    const before = machine.x.poolPagesDirty();

    commitToEach(machine, space, pages);

    expect(machine.x.poolPagesDirty() - before).toBe(COMMITS);
    machine.close();
    expect(firstBytes(openRunning(machine.disk.clone(), {}), space, pages)).toEqual(EXPECTED);
  });

  test("pages allocated there → claimed by their own commit", () => {
    const { machine, space } = storeWithCleanPages();
    machine.setValue("mtrSerial", BEFORE);
    const taken = Array.from({ length: 8 }, () => allocatePages(machine, space, 1)[0]!);
    expect(new Set(taken).size).toBe(8);
    expect(machine.read(space, taken[7]!)).toHaveLength(PAGE - 46);
  });

  test("2^32 record groups applied by one recovery → each reaches its page, and the disk", () => {
    const { machine, space, pages } = storeWithCleanPages();
    commitToEach(machine, space, pages);
    machine.flush();

    const again = new Machine({}, machine.disk.clone());
    again.setValue("recvGroupSerial", (1n << 63n) + BEFORE);
    again.x.storeOpen();
    again.settle(() => isOpen(again), "the store to open");

    again.close();
    expect(firstBytes(openRunning(again.disk.clone(), {}), space, pages)).toEqual(EXPECTED);
  });
});
