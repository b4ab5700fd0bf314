// A second power cut while recovery runs, and a power cut after a killed process.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import {
  allocatePages,
  createStore,
  diskAfterCrash,
  isOpen,
  KEPT,
  LOST,
  Machine,
  sectors,
  STATUS,
  WriteSet,
} from "../harness.js";
import type { Disk, JournalEvent, Options } from "../harness.js";
import { cutAt, cutsOf, forEveryCut, openRunning, record, type Recording } from "../script.js";

const TIGHT: Options = { framesCount: 28 };

describe.each([
  ["64 frames", 4, 7, {}],
  ["28 frames", 5, 16, TIGHT],
])("recv: power cut during recovery, %s", (_name, seed, every, options: Options) => {
  const recording = record(seed, options);
  const random = seededRandom(seed);
  const some = cutsOf(recording.machine.journal).filter((_, index) => index % every === 0);

  test("after any write or sync of recovery → the next recovery finds the same", () => {
    let recoveries = 0;
    forEveryCut(some, (cut) => {
      const { disk, promised } = cutAt(recording, cut, sectors(random, 0.5));
      const base = disk.clone();
      const journal = journalOfOpening(disk, options);
      for (const second of cutsOf(journal)) {
        const choice = [LOST, KEPT, sectors(random, 0.5)][second % 3]!;
        const opened = openRunning(diskAfterCrash(base, journal, second, choice), options);
        recording.model.check(opened, promised, cut);
        opened.dispose();
        recoveries++;
      }
    });
    expect(recoveries).toBeGreaterThan(some.length * 6);
  });
});

describe("recv: process killed, then power cut", () => {
  const recording = record(6, TIGHT);
  const some = cutsOf(recording.machine.journal).filter((_, index) => index % 6 === 0);

  test("power cut during the recovery from the kill → all that was promised", () => {
    forEveryCut(some, (cut) => {
      const before = journalOfKilled(recording, cut);
      const disk = diskAfterCrash(recording.base, before, before.length, KEPT);
      const journal = [...before, ...journalOfOpening(disk, TIGHT)];
      const promised = recording.model.promised(recording.machine, cut);
      for (let at = before.length; at <= journal.length; at += 8) {
        const opened = openRunning(diskAfterCrash(recording.base, journal, at, LOST), TIGHT);
        recording.model.check(opened, promised, cut);
        opened.dispose();
      }
    });
  });

  test("power cut after a checkpoint of the next process → nothing that process had read is lost", () => {
    forEveryCut(some, (cut) => {
      const before = journalOfKilled(recording, cut);
      const next = openRunning(diskAfterCrash(recording.base, before, before.length, KEPT), TIGHT);
      const commits = recording.model.check(next, 0, cut);
      next.checkpoint();
      const journal = [...before, ...next.journal];
      next.dispose();
      const opened = openRunning(
        diskAfterCrash(recording.base, journal, journal.length, LOST),
        TIGHT,
      );
      expect(recording.model.check(opened, commits, cut)).toBe(commits);
      opened.dispose();
    });
  });

  test("redo was written and never synced, recovery writes pages back → no page outlives its redo", () => {
    const maker = createStore();
    const space = maker.createSpace("t");
    const pages = [...allocatePages(maker, space, 10), ...allocatePages(maker, space, 10)];
    maker.checkpoint();
    maker.rest();
    const base = maker.disk.clone();
    maker.journal = [];
    for (const page of pages) maker.commit(new WriteSet().write(space, page, 0, "unsynced"));
    maker.x.logWrite(maker.x.lsn(), 0);
    maker.rest();
    const before = maker.journal;
    const journal = [...before, ...journalOfOpening(maker.disk.clone(), { framesCount: 16 })];
    const isPageWrite = ({ request }: JournalEvent): boolean => request.point === "data-batch";
    expect(journal.filter(isPageWrite).length).toBeGreaterThan(10);

    forEveryCut(cutsOf(journal), (cut) => {
      const opened = openRunning(diskAfterCrash(base, journal, cut, LOST), {});
      const texts = pages.map((page) => (opened.read(space, page) as Uint8Array)[0]);
      expect(new Set(texts).size, "all of the commits or none").toBe(1);
      opened.dispose();
    });
  });
});

/** What recovery did to the disk, until the store ran. */
function journalOfOpening(disk: Disk, options: Options): JournalEvent[] {
  const machine = new Machine(options, disk);
  expect(machine.x.storeOpen()).toBe(STATUS.PENDING);
  machine.settle(() => isOpen(machine));
  const { journal } = machine;
  machine.dispose();
  return journal;
}

/** A kill leaves the file cache: writes that had begun end in it, and no sync ends. */
function journalOfKilled({ machine }: Recording, cut: number): JournalEvent[] {
  const journal = machine.journal.slice(0, cut);
  const ended = new Set(journal.filter(({ type }) => type === "done").map((e) => e.request));
  const left = journal.filter(({ request }) => !ended.has(request) && request.op === "write");
  return [
    ...journal,
    ...left.map(({ request }) => ({ type: "done", request, result: 0 }) as const),
  ];
}
