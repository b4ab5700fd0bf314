// Damage in the redo log is told from a torn tail, refused, and cut on request.

import { describe, expect, test } from "vitest";
import { randomBytes, seededRandom } from "../../format/helpers.js";
import {
  allocatePages,
  createStore,
  diskAfterCrash,
  isOpen,
  KEPT,
  LOST,
  Machine,
  openStore,
  STATUS,
  WriteSet,
} from "../harness.js";
import type { Disk } from "../harness.js";
import { BLOCK, blockOf, blockOffset, bytesOfView, checkpointOn, stampBlock } from "../redo.js";
import { cutsOf, forEveryCut, openRunning } from "../script.js";

interface Logged {
  readonly disk: Disk;
  readonly space: number;
  readonly pages: number[];
  /** End LSN of every commit, all of them durable, one write each. */
  readonly lsns: number[];
  readonly end: number;
}

/** A store whose redo since the checkpoint fills many blocks. */
function storeWithRedo(commits = 22): Logged {
  const machine = createStore();
  const space = machine.createSpace("t");
  const pages = allocatePages(machine, space, 4);
  machine.checkpoint();
  const random = seededRandom(11);
  const lsns: number[] = [];
  for (let n = 1; n <= commits; n++) {
    const set = new WriteSet().write(space, pages[n % 4]!, 0, randomBytes(random, 200 + 10 * n));
    machine.commit(set.write(space, pages[0]!, 4000, Uint8Array.of(n)));
    lsns.push(machine.x.commitLsn());
    machine.flush();
  }
  return { disk: machine.disk, space, pages, lsns, end: machine.x.lsn() };
}

/** How many commits a store holds: the last number in the counter byte. */
function commitsIn(machine: Machine, { space, pages }: Logged): number {
  const body = machine.read(space, pages[0]!);
  return typeof body === "number" ? -body : body[4000]!;
}

const logged = storeWithRedo();
const first = checkpointOn(logged.disk).lsn;
const blocks = Array.from(
  { length: Math.ceil((logged.end - (first - (first % BLOCK))) / BLOCK) },
  (_, index) => first - (first % BLOCK) + index * BLOCK,
);
/** Where the last note starts: it proves that redo up to itself was durable. */
const lastNote = logged.lsns.at(-2)!;

describe("recv: a damaged redo block before the durable end", () => {
  test("the log spans at least ten blocks", () => {
    expect(blocks.length).toBeGreaterThan(10);
  });

  test("any byte of any block flipped → refused, block named", () => {
    for (const [index, lsn] of blocks.entries()) {
      const damaged = logged.disk.clone();
      const at = blockOffset(damaged, lsn);
      damaged.flip("log", 0, at + ((index * 37) % BLOCK));

      const machine = openStore(damaged);

      expect(machine.x.storeStatus(), `block ${index}`).toBe(STATUS.DAMAGED);
      expect(machine.failure()).toMatchObject({
        what: machine.value("WHAT_LOG_BLOCK"),
        kind: 1,
        page: at / BLOCK,
      });
      machine.dispose();
    }
  });

  test("any block zeroed, with a later note → refused as truncated", () => {
    for (const lsn of blocks.filter((each) => each + BLOCK <= lastNote)) {
      const damaged = logged.disk.clone();
      const at = blockOffset(damaged, lsn);
      damaged.file("log").fill(0, at, at + BLOCK);

      const machine = openStore(damaged);

      expect(machine.x.storeStatus(), `block at ${lsn}`).toBe(STATUS.DAMAGED);
      expect(machine.failure().what, `block at ${lsn}`).toBe(machine.value("WHAT_LOG_TRUNCATED"));
      machine.dispose();
    }
  });

  test("everything from some block on zeroed → the log ends there, as after a lost write", () => {
    for (const lsn of blocks.slice(1)) {
      const cut = logged.disk.clone();
      cut.file("log").fill(0, blockOffset(cut, lsn), blockOffset(cut, logged.end) + BLOCK);

      const machine = openRunning(cut, {});

      const whole = logged.lsns.filter((each) => each <= lsn + 12).length;
      expect(commitsIn(machine, logged), `zeros from ${lsn}`).toBe(whole);
      machine.dispose();
    }
  });

  test("a block of the next lap in its place → refused, needed redo is overwritten", () => {
    const damaged = logged.disk.clone();
    const block = blockOf(damaged, blocks[4]!);
    const lap = (damaged.file("log").length - 2048) / BLOCK;
    block.setUint32(0, block.getUint32(0) + lap);
    stampBlock(block);

    const machine = openStore(damaged);

    expect(machine.failure().what).toBe(machine.value("WHAT_LOG_BLOCK"));
  });

  test("any block copied over any other → refused, the place and the stranger named", () => {
    for (const [to, lsn] of blocks.entries()) {
      for (const [from, other] of blocks.entries()) {
        if (from === to) continue;
        const damaged = logged.disk.clone();
        const [target, source] = [blockOf(damaged, lsn), blockOf(damaged, other)];
        bytesOfView(target).set(bytesOfView(source));

        const machine = openStore(damaged);

        const label = `block ${from} over block ${to}`;
        expect(machine.x.storeStatus(), label).toBe(STATUS.DAMAGED);
        expect(machine.failure(), label).toMatchObject({
          what: machine.value("WHAT_LOG_MISPLACED"),
          page: blockOffset(damaged, lsn) / BLOCK,
          found: source.getUint32(0),
        });
        machine.dispose();
      }
    }
  });

  test("valid blocks that hold no records → refused as malformed", () => {
    const damaged = logged.disk.clone();
    const block = blockOf(damaged, first);
    block.setUint8(first % BLOCK, 0x55);
    stampBlock(block);

    const machine = openStore(damaged);

    expect(machine.failure().what).toBe(machine.value("WHAT_LOG_RECORD"));
  });
});

describe("recv: innodb_force_recovery=1", () => {
  test("any block flipped → opens with what was before it, and reports what is dropped", () => {
    for (const lsn of blocks) {
      const damaged = logged.disk.clone();
      damaged.flip("log", 0, blockOffset(damaged, lsn) + 100);

      const machine = openRunning(damaged, { forceRecovery: 1 });

      const kept = logged.lsns.filter((each) => each <= lsn + 12).length;
      expect(commitsIn(machine, logged), `block at ${lsn}`).toBe(kept);
      const from = machine.counter("RECV_DROPPED_FROM_LSN");
      expect(from, `block at ${lsn}`).toBeLessThanOrEqual(Math.max(first, lsn + 12));
      expect(from, `block at ${lsn}`).toBeGreaterThanOrEqual(logged.lsns[kept - 1] ?? first);
      expect(machine.counter("RECV_DROPPED_TO_LSN"), `block at ${lsn}`).toBeGreaterThanOrEqual(lsn);
      machine.dispose();
    }
  });

  test("opened by force → goes on beyond every LSN, and opens without force after that", () => {
    const damaged = logged.disk.clone();
    damaged.flip("log", 0, blockOffset(damaged, blocks[6]!) + 100);
    const forced = openRunning(damaged, { forceRecovery: 1 });
    const kept = commitsIn(forced, logged);
    expect(forced.x.lsn()).toBeGreaterThan(logged.end);
    forced.commit(new WriteSet().write(logged.space, logged.pages[0]!, 4000, Uint8Array.of(99)));
    forced.flush();

    const again = openRunning(forced.disk, {});

    expect(kept).toBeLessThan(logged.lsns.length);
    expect(commitsIn(again, logged)).toBe(99);
    expect(again.counter("RECV_DROPPED_TO_LSN")).toBe(0);
  });

  test("power cut at any point of a forced recovery → force again finds the same", () => {
    const damaged = logged.disk.clone();
    damaged.flip("log", 0, blockOffset(damaged, blocks[6]!) + 100);
    const base = damaged.clone();
    const forced = new Machine({ forceRecovery: 1 }, damaged);
    forced.x.storeOpen();
    forced.settle(() => isOpen(forced));
    const kept = commitsIn(forced, logged);

    forEveryCut(cutsOf(forced.journal), (cut) => {
      for (const choice of [LOST, KEPT]) {
        const disk = diskAfterCrash(base, forced.journal, cut, choice);
        const again = openRunning(disk, { forceRecovery: 1 });
        expect(commitsIn(again, logged), choice.name).toBe(kept);
        again.dispose();
      }
    });
  });
});
