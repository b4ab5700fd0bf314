// Torn pages: restored from their copies with doublewrite ON, refused with OFF, noticed with
// DETECT_ONLY.

import { describe, expect, test } from "vitest";
import { randomBytes, seededRandom } from "../../format/helpers.js";
import {
  allocatePages,
  createStore,
  diskAfterCrash,
  LOST,
  openStore,
  PAGE,
  sectors,
  STATUS,
  WriteSet,
} from "../harness.js";
import type { Disk, Machine, Options } from "../harness.js";
import { lsnOfPage, pageOf, setPageLsn, stampPage } from "../redo.js";
import { cutAt, cutsOf, forEveryCut, openRunning, record } from "../script.js";

const ON: Options = { doublewriteMode: 1 };
const OFF: Options = { doublewriteMode: 0 };
const DETECT: Options = { doublewriteMode: 2 };

/** A store whose page was written in place twice, the second time above the last checkpoint. */
function storeWithFlushedPage(options: Options): { disk: Disk; space: number; page: number } {
  const machine = createStore(options);
  const space = machine.createSpace("t");
  const [page] = allocatePages(machine, space, 1);
  machine.commit(new WriteSet().write(space, page!, 0, "first version"));
  machine.checkpoint();
  machine.commit(new WriteSet().write(space, page!, 0, "second version"));
  machine.hold = (request) => request.point === "checkpoint-log";
  machine.x.storeCheckpoint();
  for (let i = 0; i < 50; i++) {
    machine.poll();
    machine.complete();
  }
  return { disk: machine.disk, space, page: page! };
}

function contentOf(machine: Machine, space: number, page: number): string {
  const body = machine.read(space, page);
  return typeof body === "number" ? `status ${body}` : Buffer.from(body).toString("latin1", 0, 14);
}

describe("recv: a page torn at every sector boundary", () => {
  test("doublewrite ON → restored, and counted", () => {
    const { disk, space, page } = storeWithFlushedPage(ON);
    for (let cut = 512; cut < PAGE; cut += 512) {
      const torn = tornCopy(disk, space, page, cut);

      const machine = openRunning(torn, ON);

      expect(contentOf(machine, space, page), `torn at ${cut}`).toBe("second version");
      expect(machine.counter("RECV_PAGES_RESTORED"), `torn at ${cut}`).toBe(1);
      machine.dispose();
    }
  });

  test.each([
    ["OFF", OFF, ["WHAT_PAGE_TORN", "WHAT_PAGE_CHECKSUM"]],
    ["DETECT_ONLY", DETECT, ["WHAT_PAGE_DETECTED"]],
  ])("doublewrite %s → refused as damaged, and the page named", (_, options, reasons) => {
    const { disk, space, page } = storeWithFlushedPage(options);
    for (let cut = 512; cut < PAGE; cut += 512) {
      const machine = openStore(tornCopy(disk, space, page, cut), options);

      expect(machine.state(), `torn at ${cut}`).toBe("FAILED");
      expect(machine.x.storeStatus()).toBe(STATUS.DAMAGED);
      const { what, id, page: named } = machine.failure();
      expect(reasons.map((name) => machine.value(name))).toContain(what);
      expect([id, named]).toEqual([space, page]);
      machine.dispose();
    }
  });

  test("not torn, in every mode → nothing is restored", () => {
    for (const options of [ON, OFF, DETECT]) {
      const { disk, space, page } = storeWithFlushedPage(options);
      const machine = openRunning(disk.clone(), options);
      expect(contentOf(machine, space, page)).toBe("second version");
      expect(machine.counter("RECV_PAGES_RESTORED")).toBe(0);
      machine.dispose();
    }
  });
});

/** The page's last sectors are of another version, and so is the LSN half in its trailer. */
function tornCopy(disk: Disk, space: number, page: number, cut: number): Disk {
  const torn = disk.clone();
  const bytes = torn.file("data", space);
  bytes.set(randomBytes(seededRandom(cut), PAGE - cut), page * PAGE + cut);
  return torn;
}

describe("recv: which copy is taken", () => {
  test("a valid older copy in an earlier segment → the newest is taken", () => {
    const { disk, space, page } = storeWithFlushedPage(ON);
    const newest = lsnOfPage(pageOf(disk, space, page));
    for (const target of [0, 1, 2, 3]) {
      const torn = tornCopy(disk, space, page, 1024);
      putCopy(torn, 0, target, pageOf(disk, space, page), newest - 40, "an older one");
      putCopy(torn, 1, 3, pageOf(disk, space, page), newest, "second version");

      const machine = openRunning(torn, ON);

      expect(contentOf(machine, space, page), `older copy in slot ${target}`).toBe(
        "second version",
      );
      machine.dispose();
    }
  });

  test("an older copy behind the newest → the newest is taken", () => {
    const { disk, space, page } = storeWithFlushedPage(ON);
    const newest = lsnOfPage(pageOf(disk, space, page));
    const torn = tornCopy(disk, space, page, 1024);
    putCopy(torn, 0, 0, pageOf(disk, space, page), newest, "second version");
    putCopy(torn, 1, 3, pageOf(disk, space, page), newest - 40, "an older one");

    const machine = openRunning(torn, ON);

    expect(contentOf(machine, space, page)).toBe("second version");
  });

  test("a copy below the checkpoint of a page with another LSN → not taken, refused on reading", () => {
    const { disk, space, page } = storeWithFlushedPage(ON);
    const machine = openRunning(disk.clone(), ON);
    machine.checkpoint();
    machine.close();
    const closed = machine.disk;
    closed.file("data", space).fill(7, page * PAGE, page * PAGE + 1024);

    const again = openRunning(closed, ON);

    expect(again.counter("RECV_PAGES_RESTORED")).toBe(0);
    expect(again.read(space, page)).toBe(STATUS.DAMAGED);
  });

  test("a copy beyond the end of the log → refused, redo is missing", () => {
    const { disk, space, page } = storeWithFlushedPage(ON);
    const end = openRunning(disk.clone(), ON).x.lsn();
    putCopy(disk, 1, 0, pageOf(disk, space, page), end + 1000, "from the future");

    const machine = openStore(disk, ON);

    expect(machine.x.storeStatus()).toBe(STATUS.DAMAGED);
    expect(machine.failure().what).toBe(machine.value("WHAT_PAGE_LSN_AHEAD"));
  });
});

/** Puts a valid copy of the page, with this LSN and text, into a slot of a doublewrite file. */
function putCopy(
  disk: Disk,
  file: number,
  slot: number,
  page: DataView,
  lsn: number,
  text: string,
): void {
  const target = disk.file("dblwr", file);
  const copy = new DataView(target.buffer, target.byteOffset + slot * PAGE, PAGE);
  target.set(new Uint8Array(page.buffer, page.byteOffset, PAGE), slot * PAGE);
  target.set(Buffer.from(text.padEnd(14)), slot * PAGE + 38);
  setPageLsn(copy, lsn);
  stampPage(copy);
}

describe("recv: doublewrite settings change between two runs", () => {
  test.each([
    ["OFF", "ON", OFF, ON],
    ["ON", "DETECT_ONLY", ON, DETECT],
    ["DETECT_ONLY", "ON", DETECT, ON],
    ["two files", "one file of three segments", ON, { doublewriteFiles: 1, batchesCount: 3 }],
    ["4 pages", "2 pages", ON, { doublewritePages: 2 }],
  ])("%s, then %s → recovers, and writes pages meanwhile", (_a, _b, before, after) => {
    const machine = createStore({ ...before, framesCount: 64 });
    const space = machine.createSpace("t");
    const pages = [...allocatePages(machine, space, 8), ...allocatePages(machine, space, 8)];
    for (const page of pages) machine.commit(new WriteSet().write(space, page, 0, `is ${page}`));
    machine.flush();

    const next = openRunning(machine.disk, { ...after, framesCount: 16 });

    expect(next.counter("LRU_BATCHES")).toBeGreaterThan(0);
    for (const page of pages) {
      expect(contentOf(next, space, page).replaceAll("\0", "")).toBe(`is ${page}`);
    }
  });
});

describe("recv: power cut without copies", () => {
  test.each([
    ["OFF", 7, OFF],
    ["DETECT_ONLY", 8, DETECT],
  ])("doublewrite %s, every cut, whole writes → all that was promised", (_, seed, options) => {
    const recording = record(seed, options);
    forEveryCut(cutsOf(recording.machine.journal), (cut) => {
      const { disk, promised } = cutAt(recording, cut, LOST);
      const machine = openRunning(disk, options);
      recording.model.check(machine, promised, cut);
      machine.dispose();
    });
  });

  test.each([
    ["OFF", 9, OFF],
    ["DETECT_ONLY", 10, DETECT],
  ])("doublewrite %s, every cut, torn sectors → right, or refused for a torn page", (_, s, o) => {
    const recording = record(s, o);
    const random = seededRandom(s);
    let refused = 0;
    forEveryCut(cutsOf(recording.machine.journal), (cut) => {
      const choice = sectors(random, 0.5);
      const disk = diskAfterCrash(recording.base, recording.machine.journal, cut, choice);
      const promised = recording.model.promised(recording.machine, cut);
      const isTorn = hasTornPage(disk);
      const machine = openStore(disk, o);
      if (machine.state() === "RUNNING") recording.model.check(machine, promised, cut);
      else {
        expect(machine.x.storeStatus()).toBe(STATUS.DAMAGED);
        expect(isTorn, "a page is really torn").toBe(true);
        refused++;
      }
      machine.dispose();
    });
    expect(refused).toBeGreaterThan(0);
  });
});

/** A page with content and different LSN halves, or sectors of two versions. */
function hasTornPage(disk: Disk): boolean {
  for (const [key, bytes] of disk.files) {
    if (!key.startsWith("data")) continue;
    for (let at = 0; at + PAGE <= bytes.length; at += PAGE) {
      const page = bytes.slice(at, at + PAGE);
      if (page.every((byte) => byte === 0)) continue;
      const view = new DataView(page.buffer);
      const stored = view.getUint32(0);
      const trailer = view.getUint32(PAGE - 8);
      stampPage(view);
      if (stored !== trailer || view.getUint32(0) !== stored) return true;
    }
  }
  return false;
}
