// The table of tablespaces, through what the store says about them.

import { describe, expect, test } from "vitest";
import { allocatePages, createStore, Disk, Machine, PAGE, STATUS } from "../harness.js";
import { openRunning } from "../script.js";

describe("fil: tablespaces", () => {
  test("an unknown id → size 0, no space", () => {
    const machine = createStore();
    expect(machine.x.spacePages(5)).toBe(0);
    expect(machine.call("spaceFind", 5)).toBe(0);
  });

  test("twenty created, every other one dropped → the others stay findable, slots are used again", () => {
    const machine = createStore();
    const ids = Array.from({ length: 20 }, (_, n) => machine.createSpace(`t${n}`));
    for (let n = 0; n < 20; n += 2) expect(machine.ddl("drop", `t${n}`)).toBe(STATUS.OK);
    const slots = new Set(
      ids.filter((_, n) => n % 2 === 1).map((id) => machine.call("spaceFind", id)),
    );
    expect(slots.size).toBe(10);
    expect(slots.has(0)).toBe(false);
    const again = machine.createSpace("again");
    expect(ids.map((id) => machine.call("spaceFind", id))).toContain(0);
    expect(slots.has(machine.call("spaceFind", again))).toBe(false);
    expect(machine.x.spacePages(again)).toBe(4);
  });

  test("reopened → every tablespace with the size its header says", () => {
    const machine = createStore();
    const ids = ["a", "b", "c"].map((name) => machine.createSpace(name));
    allocatePages(machine, ids[1]!, 9);
    machine.flush();
    const sizes = ids.map((id) => machine.x.spacePages(id));
    const opened = openRunning(machine.disk, {});
    expect(ids.map((id) => opened.x.spacePages(id))).toEqual(sizes);
    expect(sizes).toEqual([4, 12, 4]);
  });
});

describe("fil: files found", () => {
  test("more data files than tablespaces can be → the 1025th is refused", () => {
    const machine = new Machine({}, new Disk());
    for (let id = 0; id < 1024; id++) expect(machine.x.foundFile(0, id, PAGE)).toBe(1);
    expect(machine.x.foundFile(0, 1024, PAGE)).toBe(0);
  });

  test("a doublewrite file with a number beyond the last batch → refused", () => {
    const machine = new Machine({}, new Disk());
    expect(machine.x.foundFile(2, 255, PAGE)).toBe(1);
    expect(machine.x.foundFile(2, 256, PAGE)).toBe(0);
  });
});
