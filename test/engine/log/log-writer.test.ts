// The log writer: group commit, writes in flight, wraps, and what it promises when.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import { allocatePages, createStore, EIO, STATUS, WriteSet } from "../harness.js";
import type { Machine, Request } from "../harness.js";
import { BLOCK, blockOf, stampBlock, bytesOfView } from "../redo.js";
import { openRunning } from "../script.js";

function logWrites(machine: Machine): Request[] {
  return machine.trace.filter(({ op, kind }) => op === "write" && kind === "log");
}

/** A running store with a tablespace of a few pages, its log at rest. */
function storeAtRest(options = {}): { machine: Machine; space: number; pages: number[] } {
  const machine = createStore(options);
  const space = machine.createSpace("t");
  const pages = allocatePages(machine, space, 6);
  machine.flush();
  machine.rest();
  machine.trace.length = 0;
  return { machine, space, pages };
}

function small(space: number, page: number, n: number): WriteSet {
  return new WriteSet().write(space, page, n % 4000, Uint8Array.of(n & 255));
}

describe("log: group commit", () => {
  test("100 commits while a write is in flight → they share exactly one next write", () => {
    const { machine, space, pages } = storeAtRest();
    expect(machine.tryCommit(small(space, pages[0]!, 0))).toBe(STATUS.OK);
    machine.x.logWrite(machine.x.commitLsn(), 1);
    machine.poll();
    expect(logWrites(machine)).toHaveLength(1);

    for (let n = 1; n <= 100; n++) {
      expect(machine.tryCommit(small(space, pages[n % 6]!, n))).toBe(STATUS.OK);
      machine.x.logWrite(machine.x.commitLsn(), 1);
      machine.poll();
    }
    expect(logWrites(machine), "nothing is written while a write is in flight").toHaveLength(1);
    machine.flush();

    expect(logWrites(machine)).toHaveLength(2);
    expect(machine.trace.filter(({ op }) => op === "sync")).toHaveLength(2);
  });

  test("a commit that is durable already → no write, no sync", () => {
    const { machine } = storeAtRest();
    machine.x.logWrite(machine.x.flushedToDiskLsn(), 1);
    machine.rest();
    expect(machine.trace).toEqual([]);
  });

  test("written first, made durable later → one write, one sync of its own", () => {
    const { machine, space, pages } = storeAtRest();
    machine.tryCommit(small(space, pages[0]!, 0));
    machine.x.logWrite(machine.x.lsn(), 0);
    machine.rest();
    expect(machine.x.writeLsn()).toBe(machine.x.lsn());
    expect(machine.x.flushedToDiskLsn()).toBeLessThan(machine.x.lsn());
    machine.flush();

    expect(machine.trace.map(({ op }) => op)).toEqual(["write", "sync"]);
  });

  test("nobody asks → redo is written and synced by the timer, after its time", () => {
    const { machine, space, pages } = storeAtRest({ logTimeoutMs: 1000 });
    machine.now += 1000;
    machine.rest();
    machine.tryCommit(small(space, pages[0]!, 0));
    machine.now += 999;
    machine.rest();
    const before = machine.x.flushedToDiskLsn();
    machine.now += 1;
    machine.rest();

    expect(before).toBeLessThan(machine.x.lsn());
    expect(machine.x.flushedToDiskLsn()).toBe(machine.x.lsn());
    expect(machine.trace.at(-1)!.point).toBe("log-background");
  });
});

describe("log: what is in flight", () => {
  test("the block in flight grows → its older image arrives, then the newer one", () => {
    const { machine, space, pages } = storeAtRest();
    machine.hold = ({ kind }) => kind === "log";
    machine.tryCommit(small(space, pages[0]!, 1));
    const first = machine.x.lsn();
    machine.x.logWrite(first, 1);
    machine.poll();
    const before = machine.trace[0]!.data!.slice(-BLOCK);
    machine.tryCommit(small(space, pages[0]!, 2));
    machine.x.logWrite(machine.x.lsn(), 1);
    machine.poll();

    machine.end(machine.inFlight[0]!);

    const block = blockOf(machine.disk, first - 1);
    expect(Buffer.compare(bytesOfView(block), before)).toBe(0);
    expect(block.getUint16(4)).toBe(first % BLOCK);
    machine.hold = () => false;
    machine.flush();
    expect(blockOf(machine.disk, first - 1).getUint16(4)).not.toBe(first % BLOCK);
  });

  test("write LSN moves when write and sync have ended, and never goes back", () => {
    const { machine, space, pages } = storeAtRest();
    const random = seededRandom(3);
    let written = 0;
    let flushed = 0;
    for (let n = 0; n < 400; n++) {
      if (random() < 0.5) machine.tryCommit(small(space, pages[n % 6]!, n));
      if (random() < 0.3) machine.x.logWrite(machine.x.lsn(), random() < 0.5 ? 1 : 0);
      machine.poll();
      const started = machine.inFlight.filter((request) => request.isStarted);
      if (started.length > 0) machine.end(started[0]!);
      const { x } = machine;
      expect(x.writeLsn()).toBeGreaterThanOrEqual(written);
      expect(x.flushedToDiskLsn()).toBeGreaterThanOrEqual(flushed);
      expect(x.flushedToDiskLsn()).toBeLessThanOrEqual(x.writeLsn());
      expect(x.writeLsn()).toBeLessThanOrEqual(x.lsn());
      written = x.writeLsn();
      flushed = x.flushedToDiskLsn();
    }
    expect(flushed).toBeGreaterThan(0);
  });

  test("every block ever written → has a right checksum, also inside a large write", () => {
    const { machine, space, pages } = storeAtRest();
    for (let n = 0; n < 20; n++) {
      machine.commit(new WriteSet().write(space, pages[n % 6]!, 0, new Uint8Array(900).fill(n)));
      if (n % 3 === 0) machine.flush();
    }
    machine.flush();
    for (const { data } of logWrites(machine)) {
      for (let at = 0; at < data!.length; at += BLOCK) {
        const copy = data!.slice(at, at + BLOCK);
        stampBlock(new DataView(copy.buffer));
        expect(Buffer.compare(copy, data!.subarray(at, at + BLOCK))).toBe(0);
      }
    }
  });
});

describe("log: wraps and limits", () => {
  test("a write across the end of the file → two requests, linked, then the sync", () => {
    const { machine, space, pages } = storeAtRest();
    const end = 8192 + 65536 - 2048;
    while (machine.x.lsn() < end - 1500) {
      machine.commit(new WriteSet().write(space, pages[0]!, 0, new Uint8Array(700)));
      machine.flush();
      if (machine.x.lsn() - machine.x.checkpointLsn() > 20000) machine.checkpoint();
    }
    machine.checkpoint();
    machine.rest();
    machine.trace.length = 0;

    machine.commit(new WriteSet().write(space, pages[0]!, 0, new Uint8Array(3000).fill(5)));
    machine.flush();

    const [before, behind, sync] = machine.trace;
    expect(before!.offset + before!.length).toBe(65536);
    expect([behind!.offset, behind!.after, sync!.op, sync!.after]).toEqual([
      2048,
      before,
      "sync",
      behind,
    ]);
    const opened = openRunning(machine.disk, {});
    expect((opened.read(space, pages[0]!) as Uint8Array)[2999]).toBe(5);
  });

  test("more redo than one write takes → written in pieces of 1 MiB, durable at the end", () => {
    const machine = createStore({
      logBufferSize: 4 * 2 ** 20,
      trxBytesMax: 2 ** 20,
      redoCapacity: 16 * 2 ** 20,
    });
    const space = machine.createSpace("t");
    const pages = allocatePages(machine, space, 6);
    machine.flush();
    machine.trace.length = 0;
    let promised = 0;
    for (let n = 0; n < 800; n++) {
      const set = new WriteSet().write(space, pages[n % 6]!, 0, new Uint8Array(4000).fill(n));
      expect(machine.tryCommit(set)).toBe(STATUS.OK);
      if (n === 600) promised = machine.x.commitLsn();
    }
    machine.x.logWrite(promised, 1);
    const seen: number[] = [];
    machine.settle(() => {
      const now = machine.x.flushedToDiskLsn();
      if (now !== seen.at(-1)) seen.push(now);
      expect(machine.value("flushedGroupsLsn")).toBeLessThanOrEqual(now);
      return now >= promised;
    });

    const lengths = logWrites(machine).map(({ length }) => length);
    expect(lengths.slice(0, 2)).toEqual([2 ** 20, 2 ** 20]);
    expect(seen.length).toBeGreaterThanOrEqual(3);
    machine.flush();
    const opened = openRunning(machine.disk, {
      logBufferSize: 4 * 2 ** 20,
      trxBytesMax: 2 ** 20,
    });
    expect((opened.read(space, pages[799 % 6]!) as Uint8Array)[0]).toBe(799 & 255);
  });

  test("the log buffer is full → PENDING, redo goes to the file, then the commit is taken", () => {
    const { machine, space, pages } = storeAtRest({ redoCapacity: 1 << 20 });
    machine.hold = ({ kind }) => kind === "log";
    let status: number = STATUS.OK;
    let commits = 0;
    while (status === STATUS.OK) {
      status = machine.tryCommit(new WriteSet().write(space, pages[0]!, 0, new Uint8Array(2000)));
      if (status === STATUS.OK) commits++;
    }
    expect(status).toBe(STATUS.PENDING);
    expect(commits).toBeGreaterThan(20);
    machine.hold = () => false;
    expect(machine.commit(small(space, pages[0]!, 1))).toBe(STATUS.OK);
  });

  test("a redo write or sync fails → poisoned, nothing is promised any more", () => {
    for (const failing of ["write", "sync"]) {
      const { machine, space, pages } = storeAtRest();
      const durable = machine.x.flushedToDiskLsn();
      machine.fault = ({ op }) => (op === failing ? EIO : 0);
      machine.tryCommit(small(space, pages[0]!, 1));
      machine.x.logWrite(machine.x.lsn(), 1);
      machine.rest();

      expect(machine.state(), failing).toBe("FAILED");
      expect(machine.x.isPoisoned()).toBe(1);
      expect(machine.failure()).toMatchObject({ what: machine.value("WHAT_IO"), kind: 1 });
      expect(machine.x.flushedToDiskLsn()).toBe(durable);
    }
  });
});

describe("log: the log is full", () => {
  test("commits faster than checkpoints → LOG_FULL, and progress after a checkpoint", () => {
    const { machine, space, pages } = storeAtRest();
    machine.hold = ({ point }) => point === "checkpoint-log";
    let status: number = STATUS.OK;
    for (let n = 0; n < 200 && status !== STATUS.LOG_FULL; n++) {
      status = machine.tryCommit(
        new WriteSet().write(space, pages[n % 6]!, 0, new Uint8Array(2000)),
      );
      machine.rest();
    }
    expect(status).toBe(STATUS.LOG_FULL);
    const age = machine.x.lsn() - machine.x.checkpointLsn();
    expect(age).toBeLessThanOrEqual(machine.x.redoLogSoftLimit());
    expect(age).toBeGreaterThan(machine.x.redoLogSoftLimit() - 3000);

    machine.hold = () => false;
    expect(machine.commit(small(space, pages[0]!, 7))).toBe(STATUS.OK);
  });

  test("50 laps of a small log → it is used again for ever, and recovers after any lap", () => {
    const { machine, space, pages } = storeAtRest();
    const lap = 65536 - 2048;
    const random = seededRandom(50);
    let laps = 0;
    for (let n = 0; laps < 50; n++) {
      const text = new Uint8Array(500 + Math.floor(random() * 3000)).fill(n);
      expect(machine.commit(new WriteSet().write(space, pages[n % 6]!, 0, text))).toBe(STATUS.OK);
      expect(machine.x.lsn() - machine.x.checkpointLsn()).toBeLessThan(lap);
      if (Math.floor((machine.x.lsn() - 8192) / lap) === laps) continue;
      laps++;
      if (laps % 7 !== 0) continue;
      machine.flush();
      const opened = openRunning(machine.disk.clone(), {});
      expect(opened.x.lsn(), `after lap ${laps}`).toBe(machine.x.lsn());
      expect((opened.read(space, pages[n % 6]!) as Uint8Array)[0]).toBe(n & 255);
      opened.dispose();
    }
    expect(machine.counter("LOG_CHECKPOINTS")).toBeGreaterThan(50);
  });
});
