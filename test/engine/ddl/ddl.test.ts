// Tablespaces are created and dropped as a whole, whatever happens on the way.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import {
  allocatePages,
  createStore,
  diskAfterCrash,
  EIO,
  ENOSPC,
  KEPT,
  LOST,
  PAGE,
  sectors,
  STATUS,
  WriteSet,
} from "../harness.js";
import type { Disk, JournalEvent, Machine } from "../harness.js";
import { cutsOf, forEveryCut, openRunning } from "../script.js";

function filesOf(disk: Disk): string[] {
  return [...disk.files.keys()].filter((key) => key.startsWith("data:")).sort();
}

describe("ddl: outcomes", () => {
  test("created → listed with its id, the file complete on disk, and usable", () => {
    const machine = createStore();
    expect(machine.ddl("create", "users")).toBe(STATUS.OK);
    const id = machine.x.ddlSpaceId();
    expect(machine.dictionary()).toEqual(new Map([["users", id]]));
    expect(machine.disk.file("data", id).length).toBe(4 * PAGE);
    expect(machine.x.spacePages(id)).toBe(4);
    expect(allocatePages(machine, id, 3)).toEqual([1, 2, 3]);
  });

  test("the name exists → EXISTS; the name is unknown → NOT_FOUND; nothing changed", () => {
    const machine = createStore();
    machine.createSpace("a");
    const lsn = machine.x.lsn();
    expect(machine.ddl("create", "a")).toBe(STATUS.EXISTS);
    expect(machine.ddl("drop", "b")).toBe(STATUS.NOT_FOUND);
    expect(machine.ddl("drop", "aa")).toBe(STATUS.NOT_FOUND);
    expect(machine.x.lsn()).toBe(lsn);
    expect(machine.dictionary().size).toBe(1);
  });

  test("dropped → file, pages and name are gone, and the id is never used again", () => {
    const machine = createStore();
    const id = machine.createSpace("a");
    const [page] = allocatePages(machine, id, 1);
    expect(machine.ddl("drop", "a")).toBe(STATUS.OK);
    expect(machine.disk.has("data", id)).toBe(false);
    expect(machine.read(id, page!)).toBe(STATUS.NOT_FOUND);
    expect(machine.commit(new WriteSet().write(id, page!, 0, "x"))).toBe(STATUS.NOT_FOUND);
    expect(machine.reserve(id)).toBe(-STATUS.NOT_FOUND);
    expect(machine.createSpace("a")).toBe(id + 1);
    machine.x.checkInvariants();
  });

  test("names of 1 and of 64 bytes → as they are", () => {
    const machine = createStore();
    const names = ["x", "n".repeat(64), "ä".repeat(32)];
    for (const name of names) machine.createSpace(name);
    expect([...machine.dictionary().keys()].sort()).toEqual([...names].sort());
  });

  test("one at a time → the second is told WRONG_STATE", () => {
    const machine = createStore();
    expect(machine.startDdl("create", "a")).toBe(STATUS.PENDING);
    expect(machine.startDdl("create", "b")).toBe(STATUS.WRONG_STATE);
    machine.settle(() => machine.x.ddlStatus() !== STATUS.PENDING);
    expect([...machine.dictionary().keys()]).toEqual(["a"]);
  });

  test("1023 tablespaces → the next is TOO_LARGE, until one is dropped", () => {
    const machine = createStore({ redoCapacity: 1 << 20, extendPages: 2 });
    let status: number = STATUS.OK;
    let count = 0;
    while (status === STATUS.OK && count < 1100) {
      status = machine.ddl("create", `t${count}`);
      if (status === STATUS.OK) count++;
    }
    expect([status, count]).toEqual([STATUS.TOO_LARGE, 1023]);
    expect(machine.ddl("drop", "t500")).toBe(STATUS.OK);
    expect(machine.ddl("create", "again")).toBe(STATUS.OK);
    expect(machine.ddl("create", "over")).toBe(STATUS.TOO_LARGE);
  });

  test("the pool is smaller than the dictionary → create, find and drop still end", () => {
    const machine = createStore({ framesCount: 12 });
    expect(machine.ddl("create", "a")).toBe(STATUS.OK);
    expect(machine.ddl("create", "a")).toBe(STATUS.EXISTS);
    expect(machine.ddl("drop", "nobody")).toBe(STATUS.NOT_FOUND);
    expect(machine.ddl("drop", "a")).toBe(STATUS.OK);
  });
});

describe("ddl: failures", () => {
  test.each(["create", "write", "extend", "sync", "sync-dir"])(
    "%s of the new file fails → NO_SPACE, the file is gone, and the next try works",
    (op) => {
      const machine = createStore();
      machine.fault = (request) =>
        request.op === op && request.kind === "data" && request.id !== 0 ? ENOSPC : 0;
      if (op === "sync-dir") {
        machine.fault = (request) => (request.op === op ? ENOSPC : 0);
      }
      expect(machine.ddl("create", "a")).toBe(STATUS.NO_SPACE);
      expect(filesOf(machine.disk)).toEqual(["data:0"]);
      expect(machine.dictionary().size).toBe(0);
      machine.fault = () => 0;
      expect(machine.ddl("create", "a")).toBe(STATUS.OK);
      expect(machine.state()).toBe("RUNNING");
    },
  );

  test.each(["delete", "sync-dir"])("%s of a dropped file fails → poisoned", (op) => {
    const machine = createStore();
    machine.createSpace("a");
    machine.fault = (request) => (request.op === op ? EIO : 0);
    machine.startDdl("drop", "a");
    machine.rest();
    expect(machine.state()).toBe("FAILED");
  });

  test("a transaction names a tablespace that is being created → NOT_FOUND, no read of it", () => {
    const machine = createStore();
    machine.hold = ({ op, id }) => op === "write" && id === 1;
    machine.startDdl("create", "a");
    machine.rest();
    expect(machine.disk.has("data", 1)).toBe(true);
    const reads = machine.trace.filter(({ op }) => op === "read").length;
    expect(machine.tryCommit(new WriteSet().write(1, 0, 0, "x"))).toBe(STATUS.NOT_FOUND);
    expect(machine.read(1, 1)).toBe(STATUS.NOT_FOUND);
    expect(machine.trace.filter(({ op }) => op === "read")).toHaveLength(reads);
    machine.hold = () => false;
    machine.settle(() => machine.x.ddlStatus() === STATUS.OK);
  });

  test("dropped while reads, page writes and an extension are in flight → waits, then ends", () => {
    const machine = createStore();
    const id = machine.createSpace("a");
    const pages = allocatePages(machine, id, 3);
    for (const page of pages) machine.commit(new WriteSet().write(id, page, 0, "dirty"));
    machine.hold = (request) => request.kind === "data" && request.id === id;
    machine.x.storeCheckpoint();
    machine.x.fspReserve(id);
    machine.rest();
    machine.startDdl("drop", "a");
    machine.rest();
    expect(machine.inFlight.length).toBeGreaterThan(0);
    expect(machine.disk.has("data", id)).toBe(true);
    expect(machine.x.ddlStatus()).toBe(STATUS.PENDING);

    machine.hold = () => false;
    machine.settle(() => machine.x.ddlStatus() !== STATUS.PENDING);

    expect(machine.x.ddlStatus()).toBe(STATUS.OK);
    expect(machine.disk.has("data", id)).toBe(false);
    machine.checkpoint();
    machine.x.checkInvariants();
  });
});

interface Run {
  readonly base: Disk;
  readonly journal: readonly JournalEvent[];
  /** Length of the journal when the call was answered. */
  readonly answered: number;
}

/** Journals one call on a store that holds tablespace "old" with a page. */
function journaled(verb: "create" | "drop", name: string): Run {
  const machine = createStore();
  const id = machine.createSpace("old");
  const [page] = allocatePages(machine, id, 1);
  machine.commit(new WriteSet().write(id, page!, 0, "content"));
  machine.flush();
  machine.rest();
  const base = machine.disk.clone();
  machine.journal = [];
  expect(machine.ddl(verb, name)).toBe(STATUS.OK);
  const answered = machine.journal.length;
  machine.checkpoint();
  return { base, journal: machine.journal, answered };
}

/** What of the tablespace is there: all of it or nothing, never something between. */
function presence(machine: Machine, name: string): "there" | "absent" {
  const id = machine.dictionary().get(name);
  const files = filesOf(machine.disk);
  if (id === undefined) return "absent";
  expect(files).toContain(`data:${id}`);
  expect(machine.x.spacePages(id)).toBeGreaterThan(0);
  const page = machine.reserve(id);
  expect(page).toBeGreaterThan(0);
  expect(machine.commit(new WriteSet().allocate(id, page))).toBe(STATUS.OK);
  return "there";
}

describe("ddl: power cut", () => {
  test.each([
    ["create", "new", "there", "absent"],
    ["drop", "old", "absent", "there"],
  ] as const)(
    "%s cut anywhere → all or nothing, and no file nobody knows",
    (verb, name, after, before) => {
      const run = journaled(verb, name);
      const random = seededRandom(1);
      const seen = new Set<string>();
      forEveryCut(cutsOf(run.journal), (cut) => {
        for (const choice of [LOST, KEPT, sectors(random, 0.5), sectors(random, 0.5)]) {
          const machine = openRunning(diskAfterCrash(run.base, run.journal, cut, choice), {});
          const found = presence(machine, name);
          seen.add(found);
          if (cut >= run.answered) expect(found, choice.name).toBe(after);
          if (cut === 0) expect(found, choice.name).toBe(before);
          const known = [0, ...machine.dictionary().values()].map((id) => `data:${id}`).sort();
          expect(filesOf(machine.disk), choice.name).toEqual(known);
          machine.dispose();
        }
      });
      expect([...seen].sort()).toEqual(["absent", "there"]);
    },
  );

  test("a file left behind by a creation, recovery cut again → gone in the end", () => {
    const run = journaled("create", "new");
    const create = run.journal.findIndex(
      ({ type, request }) => type === "done" && request.op === "extend",
    );
    const disk = diskAfterCrash(run.base, run.journal, create, KEPT);
    expect(filesOf(disk)).toEqual(["data:0", "data:1", "data:2"]);
    const base = disk.clone();
    const first = openRunning(disk, {});
    forEveryCut(cutsOf(first.journal), (cut) => {
      for (const choice of [LOST, KEPT]) {
        const machine = openRunning(diskAfterCrash(base, first.journal, cut, choice), {});
        expect(filesOf(machine.disk)).toEqual(["data:0", "data:1"]);
        machine.dispose();
      }
    });
  });
});
