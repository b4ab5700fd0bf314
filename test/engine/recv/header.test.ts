// What recovery says about files that are not this store's, or not whole.

import { describe, expect, test } from "vitest";
import { crc32cBitwise } from "../../format/helpers.js";
import { allocatePages, createStore, openStore, PAGE, STATUS, WriteSet } from "../harness.js";
import type { Disk, Options } from "../harness.js";
import { checkpointOn, pageOf, stampPage } from "../redo.js";
import { openRunning } from "../script.js";

const { disk: closed, space, page } = closedStore();

function closedStore(): { disk: Disk; space: number; page: number } {
  const machine = createStore();
  const id = machine.createSpace("t");
  const [first] = allocatePages(machine, id, 1);
  machine.commit(new WriteSet().write(id, first!, 0, "content"));
  machine.checkpoint();
  machine.close();
  return { disk: machine.disk, space: id, page: first! };
}

function expectRefused(disk: Disk, status: number, what: string, options: Options = {}): void {
  const machine = openStore(disk, options);
  expect(machine.state()).toBe("FAILED");
  expect(machine.x.storeStatus()).toBe(status);
  expect(machine.failure().what).toBe(machine.value(what));
  machine.dispose();
}

function logHeader(disk: Disk): DataView {
  const file = disk.file("log");
  return new DataView(file.buffer, file.byteOffset, 2048);
}

function stampHeader(disk: Disk, at = 0): void {
  const sum = crc32cBitwise(disk.file("log").subarray(at, at + 508));
  logHeader(disk).setUint32(at + 508, sum);
}

describe("recv: the log header", () => {
  test("every byte of it flipped → damaged", () => {
    for (let at = 0; at < 512; at += 7) {
      const disk = closed.clone();
      disk.flip("log", 0, at);
      expectRefused(disk, STATUS.DAMAGED, "WHAT_LOG_HEADER");
    }
  });

  test("another format, checksum right → another format, not damage", () => {
    const disk = closed.clone();
    logHeader(disk).setUint32(0, 6);
    stampHeader(disk);
    expectRefused(disk, STATUS.FORMAT, "WHAT_FORMAT_VERSION");
  });

  test("a start LSN inside a block, checksum right → damaged", () => {
    const disk = closed.clone();
    logHeader(disk).setBigUint64(8, 8193n);
    stampHeader(disk);
    expectRefused(disk, STATUS.DAMAGED, "WHAT_LOG_HEADER");
  });

  test("opened with another page size → says so", () => {
    expectRefused(closed.clone(), STATUS.FORMAT, "WHAT_PAGE_SIZE", { pageSize: 8192 });
  });

  test("shorter than a header → the read fails", () => {
    const disk = closed.clone();
    disk.files.set("log:0", disk.file("log").slice(0, 1024));
    const machine = openStore(disk);
    expect(machine.x.storeStatus()).toBe(STATUS.READ_FAILED);
  });

  test("another capacity than the option's → the header's counts", () => {
    const machine = openRunning(closed.clone(), { redoCapacity: 262144 });
    expect(machine.x.redoLogCapacity()).toBe(65536);
  });
});

describe("recv: checkpoint blocks", () => {
  test("the newer one damaged → the older one is used, nothing is lost", () => {
    const machine = createStore();
    const id = machine.createSpace("t");
    const [first] = allocatePages(machine, id, 1);
    machine.checkpoint();
    machine.commit(new WriteSet().write(id, first!, 0, "after"));
    machine.flush();
    const disk = machine.disk;
    const { number } = checkpointOn(disk);
    disk.flip("log", 0, number % 2 === 0 ? 512 + 9 : 1536 + 9);

    const opened = openRunning(disk, {});

    const body = opened.read(id, first!) as Uint8Array;
    expect(Buffer.from(body.subarray(0, 5)).toString()).toBe("after");
  });

  test("both damaged → refused", () => {
    const disk = closed.clone();
    disk.flip("log", 0, 512);
    disk.flip("log", 0, 1536);
    expectRefused(disk, STATUS.DAMAGED, "WHAT_LOG_CHECKPOINT");
  });

  test("a valid one with an LSN in a block header → not considered", () => {
    const disk = closed.clone();
    const { number } = checkpointOn(disk);
    const at = number % 2 === 0 ? 512 : 1536;
    logHeader(disk).setBigUint64(at + 8, 8192n);
    stampHeader(disk, at);
    const machine = openRunning(disk, {});
    expect(machine.read(space, page)).toBeInstanceOf(Uint8Array);
  });
});

describe("recv: the store page, tablespace headers and files", () => {
  test("a newer version → another format", () => {
    const disk = closed.clone();
    pageOf(disk, 0, 1).setUint32(54, 2);
    stampPage(pageOf(disk, 0, 1));
    expectRefused(disk, STATUS.FORMAT, "WHAT_FORMAT_VERSION");
  });

  test("a store page that is not one → damaged", () => {
    const disk = closed.clone();
    pageOf(disk, 0, 1).setUint32(38, 0);
    stampPage(pageOf(disk, 0, 1));
    expectRefused(disk, STATUS.DAMAGED, "WHAT_STORE_PAGE");
  });

  test.each([
    ["other flags", 54],
    ["another space id", 38],
  ])("a tablespace header with %s → damaged", (_, offset) => {
    const disk = closed.clone();
    pageOf(disk, space, 0).setUint32(offset, 77);
    stampPage(pageOf(disk, space, 0));
    expectRefused(disk, STATUS.DAMAGED, "WHAT_FSP_HEADER");
  });

  test("a tablespace file gone → damaged, missing", () => {
    const disk = closed.clone();
    disk.files.delete(`data:${space}`);
    expectRefused(disk, STATUS.DAMAGED, "WHAT_SPACE_MISSING");
  });

  test("a tablespace file shorter than its header says → damaged, short", () => {
    const disk = closed.clone();
    disk.files.set(`data:${space}`, disk.file("data", space).slice(0, 2 * PAGE));
    expectRefused(disk, STATUS.DAMAGED, "WHAT_SPACE_SHORT");
  });

  test("a tablespace file shorter than redo needs → damaged, short", () => {
    const machine = createStore();
    const id = machine.createSpace("t");
    const pages = allocatePages(machine, id, 3);
    machine.checkpoint();
    machine.commit(new WriteSet().write(id, pages[2]!, 0, "x"));
    machine.flush();
    machine.disk.files.set(`data:${id}`, machine.disk.file("data", id).slice(0, 2 * PAGE));
    expectRefused(machine.disk, STATUS.DAMAGED, "WHAT_SPACE_SHORT");
  });

  test("a data file nobody knows → deleted", () => {
    const disk = closed.clone();
    disk.files.set("data:9", new Uint8Array(8 * PAGE));
    const machine = openRunning(disk, {});
    expect(machine.disk.has("data", 9)).toBe(false);
    expect(machine.read(space, page)).toBeInstanceOf(Uint8Array);
  });
});
