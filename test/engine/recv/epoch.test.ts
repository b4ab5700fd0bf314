// Blocks that a crash left behind the end of the log never come back to life: the epoch rule.

import { describe, expect, test } from "vitest";
import {
  allocatePages,
  createStore,
  diskAfterCrash,
  LOST,
  openStore,
  WriteSet,
} from "../harness.js";
import type { CrashChoice, Disk } from "../harness.js";
import { BLOCK, BLOCK_HEADER, blockOf, stampBlock } from "../redo.js";
import { openRunning } from "../script.js";

/** Payload of the note in front of a commit: how far redo was durable. */
const NOTE = 11;
/** Payload of redo for one write of `size` bytes to a page below 128 in a space below 128. */
const recordSize = (size: number): number => 7 + size;

interface Left {
  /** The first block of the lost write is gone, the others are there. */
  readonly disk: Disk;
  readonly space: number;
  readonly pages: number[];
  readonly end: number;
}

/** A crash that keeps everything of one large redo write but its first sector. */
function storeWithLeftovers(): Left {
  const machine = createStore();
  const space = machine.createSpace("t");
  const pages = allocatePages(machine, space, 3);
  machine.flush();
  machine.rest();
  const base = machine.disk.clone();
  machine.journal = [];
  const end = machine.x.lsn();
  for (let n = 0; n < 12; n++) {
    const text = new Uint8Array(BLOCK - 16 - recordSize(0)).fill(0x40 + n);
    machine.commit(new WriteSet().write(space, pages[n % 3]!, 0, text));
  }
  machine.hold = (request) => request.op === "sync";
  machine.x.logWrite(machine.x.lsn(), 1);
  machine.poll();
  machine.complete();
  const choice: CrashChoice = { ...LOST, keepsSector: (_, sector) => sector > 0 };
  const disk = diskAfterCrash(base, machine.journal, machine.journal.length, choice);
  return { disk, space, pages, end };
}

describe("recv: leftovers of a lost write", () => {
  test("its first block is lost → the log ends before it, at the end of what was durable", () => {
    const { disk, end } = storeWithLeftovers();
    expect(blockOf(disk, end + 3 * BLOCK).getUint32(0)).not.toBe(0);
    const machine = openRunning(disk, {});
    expect(machine.x.lsn()).toBe(end);
  });

  test("new redo grows over them, to every length → only new redo is recovered", () => {
    const { disk, space, pages, end } = storeWithLeftovers();
    for (let size = 300; size < 300 + 2 * BLOCK; size += 13) {
      const machine = openRunning(disk.clone(), {});
      machine.commit(new WriteSet().write(space, pages[0]!, 0, new Uint8Array(size).fill(0x7a)));
      machine.flush();
      const after = machine.x.lsn();

      const again = openRunning(machine.disk, {});

      expect(after).toBeGreaterThan(end + size);
      expect(again.x.lsn(), `a write of ${size} bytes`).toBe(after);
      const body = again.read(space, pages[0]!) as Uint8Array;
      expect(body[size - 1]).toBe(0x7a);
      expect(body[size], `a write of ${size} bytes`).toBe(0);
      machine.dispose();
      again.dispose();
    }
  });

  test("the same leftovers under the new epoch → they are taken for redo: the epoch tells", () => {
    const { disk, space, pages } = storeWithLeftovers();
    const machine = openRunning(disk, {});
    // A commit that ends exactly where a block does, so that a leftover would follow it.
    fillBlock(machine.x.lsn() % BLOCK, (size) =>
      machine.commit(new WriteSet().write(space, pages[0]!, 0, new Uint8Array(size).fill(0x7a))),
    );
    machine.flush();
    const after = machine.x.lsn();
    expect(after % BLOCK).toBe(BLOCK_HEADER);
    const genuine = openStore(machine.disk.clone());
    for (let lsn = after; lsn < after + 9 * BLOCK; lsn += BLOCK) {
      const block = blockOf(machine.disk, lsn);
      if (block.getUint32(8) === 0) continue;
      block.setUint32(8, machine.value("epoch"));
      stampBlock(block);
    }

    const fooled = openStore(machine.disk);

    expect([genuine.state(), genuine.x.lsn()]).toEqual(["RUNNING", after]);
    expect(fooled.state() === "FAILED" || fooled.x.lsn() > after).toBe(true);
  });

  test("every open raises the epoch, in the last block and in the checkpoint", () => {
    let { disk } = storeWithLeftovers();
    for (let epoch = 2; epoch < 6; epoch++) {
      const machine = openRunning(disk, {});
      expect(machine.value("epoch")).toBe(epoch);
      expect(blockOf(machine.disk, machine.x.lsn()).getUint32(8)).toBe(epoch);
      disk = machine.disk;
      machine.dispose();
    }
  });
});

/** Commits a write that fills the block to its last byte. */
function fillBlock(inBlock: number, commit: (size: number) => void): void {
  const left = BLOCK - 4 - inBlock;
  commit(left - NOTE - recordSize(0) + (left < 64 ? BLOCK - 16 : 0));
}

describe("recv: the last, partly filled block", () => {
  test("a group cut off in it → it is rewritten without the rest, under the new epoch", () => {
    const machine = createStore();
    const space = machine.createSpace("t");
    const [page] = allocatePages(machine, space, 1);
    machine.flush();
    machine.rest();
    const base = machine.disk.clone();
    machine.journal = [];
    const end = machine.x.lsn();
    machine.commit(new WriteSet().write(space, page!, 0, new Uint8Array(1500).fill(9)));
    machine.flush();
    const cut = machine.journal.findLastIndex(({ request }) => request.op === "write");
    // Only the first sector of the write arrived: a block full of a group without its end.
    const disk = diskAfterCrash(base, machine.journal, cut, {
      ...LOST,
      keepsSector: (_, sector) => sector === 0,
    });
    expect(blockOf(disk, end).getUint16(4), "the block is full on disk").toBe(BLOCK);

    const opened = openRunning(disk, {});

    const block = blockOf(opened.disk, end);
    // The note in front of the group is a group of its own, and whole.
    const used = (end + NOTE) % BLOCK;
    expect(opened.x.lsn()).toBe(end + NOTE);
    expect(block.getUint16(4)).toBe(used);
    expect(block.getUint32(8)).toBe(2);
    const rest = new Uint8Array(block.buffer, block.byteOffset + used, 508 - used);
    expect(rest.every((byte) => byte === 0)).toBe(true);
    expect((opened.read(space, page!) as Uint8Array)[0]).toBe(0);
  });
});
