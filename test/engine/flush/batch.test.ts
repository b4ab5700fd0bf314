// A flush batch: the order of its requests in every doublewrite mode, what may change meanwhile.

import { describe, expect, test } from "vitest";
import { allocatePages, createStore, EIO, PAGE, STATUS, WriteSet } from "../harness.js";
import type { Machine, Options, Request } from "../harness.js";
import { lsnOfPage, pageOf } from "../redo.js";

function storeAtRest(options: Options): { machine: Machine; space: number; pages: number[] } {
  const machine = createStore(options);
  const space = machine.createSpace("t");
  const pages = allocatePages(machine, space, 8);
  machine.checkpoint();
  machine.rest();
  machine.trace.length = 0;
  return { machine, space, pages };
}

function dirtyAll(machine: Machine, space: number, pages: number[], text = "changed"): void {
  for (const page of pages) {
    expect(machine.tryCommit(new WriteSet().write(space, page, 0, text))).toBe(STATUS.OK);
  }
}

/** The steps of a batch as they begin, equal neighbors once: "write dblwr", "sync data", … */
function steps(machine: Machine): string[] {
  const names = machine.trace
    .filter(({ point }) => !point.startsWith("checkpoint"))
    .map(({ op, kind }) => `${op} ${kind}`);
  return names.filter((name, index) => name !== names[index - 1]);
}

describe("flush: the order of one batch", () => {
  test.each([
    ["ON", 1, ["write dblwr", "sync dblwr", "write data", "sync data"]],
    ["DETECT_AND_RECOVER", 3, ["write dblwr", "sync dblwr", "write data", "sync data"]],
    ["DETECT_ONLY", 2, ["write bdblwr", "sync bdblwr", "write data", "sync data"]],
    ["OFF", 0, ["write data", "sync data"]],
  ])("doublewrite %s → redo, copies, pages, each synced before the next", (_, mode, rest) => {
    const { machine, space, pages } = storeAtRest({ doublewriteMode: mode, batchesCount: 1 });
    dirtyAll(machine, space, pages.slice(0, 3));
    machine.checkpoint();
    expect(steps(machine)).toEqual(["write log", "sync log", ...rest]);
  });

  test.each([
    ["redo is not durable", "log", ["write log", "sync log"]],
    ["the copies are not synced", "dblwr", ["write log", "sync log", "write dblwr", "sync dblwr"]],
  ])("%s → nothing beyond it starts", (_, kind, expected) => {
    const { machine, space, pages } = storeAtRest({ batchesCount: 1 });
    machine.hold = (request) => request.kind === kind && request.op === "sync";
    dirtyAll(machine, space, pages.slice(0, 3));
    machine.x.storeCheckpoint();
    machine.rest();
    expect(steps(machine)).toEqual(expected);
  });

  test("the copy fails → its sync is canceled, no page is written, poisoned", () => {
    const { machine, space, pages } = storeAtRest({});
    machine.fault = ({ op, kind }) => (op === "write" && kind === "dblwr" ? EIO : 0);
    dirtyAll(machine, space, pages);
    machine.x.storeCheckpoint();
    machine.rest();
    expect(machine.state()).toBe("FAILED");
    expect(machine.trace.some(({ op, kind }) => op === "write" && kind === "data")).toBe(false);
  });

  test.each(["write", "sync"])(
    "the %s of a page fails → poisoned, the checkpoint does not pass it",
    (op) => {
      const { machine, space, pages } = storeAtRest({});
      // The first change stands behind the note that goes with it.
      const oldest = machine.x.lsn() + 11;
      machine.fault = (request) => (request.kind === "data" && request.op === op ? EIO : 0);
      dirtyAll(machine, space, pages);
      machine.x.storeCheckpoint();
      machine.rest();
      expect(machine.state()).toBe("FAILED");
      expect(machine.failure()).toMatchObject({ kind: 0, what: machine.value("WHAT_IO") });
      expect(machine.x.checkpointLsn()).toBeLessThanOrEqual(oldest);
    },
  );
});

describe("flush: copies", () => {
  test("a copy → byte for byte the page that is written in place, in the batch's segment", () => {
    const { machine, space, pages } = storeAtRest({});
    dirtyAll(machine, space, pages);
    machine.checkpoint();
    const copies = machine.trace.filter(({ op, kind }) => op === "write" && kind === "dblwr");
    const images = machine.trace.filter(({ op, kind }) => op === "write" && kind === "data");
    const copied = copies.flatMap((copy) => pagesOf(copy));
    expect(images.length).toBeGreaterThanOrEqual(pages.length);
    expect(copied.length).toBe(images.length);
    for (const image of images) {
      const twin = copied.filter((each) => Buffer.compare(each, image.data!) === 0);
      expect(twin.length, `page ${image.offset / PAGE}`).toBe(1);
    }
    for (const { id, offset, length } of copies) {
      expect(offset % (4 * PAGE)).toBe(0);
      expect(offset + length).toBeLessThanOrEqual(machine.disk.file("dblwr", id).length);
    }
  });

  test("DETECT_ONLY → one block of 8192 bytes per batch, naming every page with its LSN", () => {
    const { machine, space, pages } = storeAtRest({ doublewriteMode: 2, batchesCount: 1 });
    dirtyAll(machine, space, pages.slice(0, 3));
    machine.checkpoint();
    const record = machine.trace.find(({ op, kind }) => op === "write" && kind === "bdblwr")!;
    const view = new DataView(record.data!.buffer);
    expect([record.offset, record.length, view.getUint16(8)]).toEqual([0, 8192, 3 * 16]);
    const named = [0, 1, 2].map((index) => {
      const at = 20 + 16 * index;
      return [view.getUint32(at), view.getUint32(at + 4), Number(view.getBigUint64(at + 8))];
    });
    const written = pages
      .slice(0, 3)
      .map((page) => [space, page, lsnOfPage(pageOf(machine.disk, space, page))]);
    expect(named).toEqual(written);
  });
});

function pagesOf({ data }: Request): Uint8Array[] {
  const count = data!.length / PAGE;
  return Array.from({ length: count }, (_, index) =>
    data!.subarray(index * PAGE, (index + 1) * PAGE),
  );
}

describe("flush: a page changes while it is written", () => {
  test("the image in flight stays as it was, and the page is written again", () => {
    const { machine, space, pages } = storeAtRest({ batchesCount: 1 });
    const page = pages[0]!;
    dirtyAll(machine, space, [page], "before");
    machine.hold = ({ op, kind }) => op === "write" && kind === "data";
    machine.x.storeCheckpoint();
    machine.rest();
    dirtyAll(machine, space, [page], "during");
    machine.hold = () => false;
    machine.complete();
    const text = (): string => Buffer.from(bytesAt(machine, space, page)).toString();
    expect(text()).toBe("before");

    machine.checkpoint();

    expect(text()).toBe("during");
    const writes = machine.trace.filter(({ op, kind }) => op === "write" && kind === "data");
    expect(writes.map(({ offset }) => offset / PAGE)).toEqual([page, page]);
  });

  test("a page in a batch → in no second batch until the first has ended", () => {
    const { machine, space, pages } = storeAtRest({ batchesCount: 2 });
    machine.hold = ({ kind, op }) => kind === "data" && op === "write";
    dirtyAll(machine, space, [pages[0]!], "one");
    machine.x.storeCheckpoint();
    machine.rest();
    dirtyAll(machine, space, [pages[0]!], "two");
    machine.x.storeCheckpoint();
    machine.rest();
    expect(
      machine.inFlight.filter(({ op, kind }) => op === "write" && kind === "data"),
    ).toHaveLength(1);
  });
});

function bytesAt(machine: Machine, space: number, page: number): Uint8Array {
  const at = page * PAGE + 38;
  return machine.disk.file("data", space).subarray(at, at + 6);
}
