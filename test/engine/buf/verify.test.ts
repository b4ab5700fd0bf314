// Every reason for which a page that was read is refused.

import { describe, expect, test } from "vitest";
import { allocatePages, createStore, Disk, Machine, PAGE, STATUS, WriteSet } from "../harness.js";
import { setPageLsn, stampPage } from "../redo.js";
import { openRunning } from "../script.js";

const LIMIT = 20_000;

/** A frame with a sound page 7 of space 3, LSN 9000, and a way to ask for the verdict. */
function sound(): {
  page: DataView;
  verdict: (limit?: number, known?: boolean) => number;
  at: Machine;
} {
  const machine = new Machine({}, new Disk());
  const frame = machine.value("framesBase");
  const page = new DataView(machine.bytes.buffer, frame, PAGE);
  machine.call("initPage", frame, PAGE, 3, 7, 0x5450);
  machine.bytes.fill(0xab, frame + 38, frame + PAGE - 8);
  setPageLsn(page, 9000);
  stampPage(page);
  const verdict = (limit = LIMIT, known = false): number =>
    Number(machine.call("verifyPage", frame, 3, 7, known ? 1 : 0, BigInt(limit)));
  return { page, verdict, at: machine };
}

describe("verify: one page", () => {
  test("sound → no reason, also when an executor has compared the checksum", () => {
    const { verdict } = sound();
    expect(verdict()).toBe(0);
    expect(verdict(LIMIT, true)).toBe(0);
  });

  test("every byte the checksum covers flipped → checksum, or torn when it is an LSN half", () => {
    const { page, verdict, at } = sound();
    for (let byte = 0; byte < PAGE; byte += byte < 40 || byte > 4080 ? 1 : 41) {
      if (byte >= 26 && byte < 38) continue;
      const old = page.getUint8(byte);
      page.setUint8(byte, old ^ 0x10);
      const isHalf = (byte >= 20 && byte < 24) || byte >= PAGE - 4;
      const expected = isHalf ? "WHAT_PAGE_TORN" : "WHAT_PAGE_CHECKSUM";
      expect(verdict(), `byte ${byte}`).toBe(at.value(expected));
      page.setUint8(byte, old);
    }
  });

  test("LSN halves differ, checksum right → torn, also when the checksum is known to match", () => {
    const { page, verdict, at } = sound();
    page.setUint32(PAGE - 4, 9001);
    expect(verdict()).toBe(at.value("WHAT_PAGE_TORN"));
    expect(verdict(LIMIT, true)).toBe(at.value("WHAT_PAGE_TORN"));
    expect([at.value("verifyExpected"), at.value("verifyFound")]).toEqual([9000, 9001]);
  });

  test("a sound page of another number → page number", () => {
    const { page, verdict, at } = sound();
    page.setUint32(4, 8);
    stampPage(page);
    expect(verdict()).toBe(at.value("WHAT_PAGE_NUMBER"));
    expect([at.value("verifyExpected"), at.value("verifyFound")]).toEqual([7, 8]);
  });

  test("a sound page of another space, which the checksum does not cover → space", () => {
    const { page, verdict, at } = sound();
    page.setUint32(34, 4);
    expect(verdict()).toBe(at.value("WHAT_PAGE_SPACE"));
    expect([at.value("verifyExpected"), at.value("verifyFound")]).toEqual([3, 4]);
  });

  test("zeros → zero page, whatever an executor says about the checksum", () => {
    const { page, verdict, at } = sound();
    new Uint8Array(page.buffer, page.byteOffset, PAGE).fill(0);
    expect(verdict()).toBe(at.value("WHAT_PAGE_ZERO"));
    expect(verdict(LIMIT, true)).toBe(at.value("WHAT_PAGE_ZERO"));
  });

  test("an LSN beyond the end of the log → ahead; exactly at it → sound", () => {
    const { verdict, at } = sound();
    expect(verdict(9000)).toBe(0);
    expect(verdict(8999)).toBe(at.value("WHAT_PAGE_LSN_AHEAD"));
    expect([at.value("verifyExpected"), at.value("verifyFound")]).toEqual([8999, 9000]);
  });
});

describe("verify: through the pool", () => {
  // Without copies: recovery would repair some of this from them.
  const maker = createStore({ doublewriteMode: 0 });
  const space = maker.createSpace("t");
  const [page, other] = allocatePages(maker, space, 2) as [number, number];
  maker.commit(new WriteSet().write(space, page, 0, "first"));
  maker.checkpoint();
  maker.close();

  const spoil: [string, (view: DataView, disk: Disk) => void][] = [
    ["WHAT_PAGE_CHECKSUM", (view) => view.setUint8(2000, 1)],
    ["WHAT_PAGE_TORN", (view) => view.setUint32(PAGE - 4, 1)],
    ["WHAT_PAGE_SPACE", (view) => view.setUint32(34, 9)],
    ["WHAT_PAGE_NUMBER", (view, disk) => misplace(view, disk)],
    ["WHAT_PAGE_ZERO", (view) => new Uint8Array(view.buffer, view.byteOffset, PAGE).fill(0)],
    [
      "WHAT_PAGE_LSN_AHEAD",
      (view) => {
        setPageLsn(view, 1_000_000);
        stampPage(view);
      },
    ],
  ];

  /** A write of the other page landed here. */
  function misplace(view: DataView, disk: Disk): void {
    const file = disk.file("data", space);
    file.copyWithin(view.byteOffset - file.byteOffset, other * PAGE, (other + 1) * PAGE);
  }

  test.each(spoil)("%s: DAMAGED, with the page named", (what, change) => {
    const disk = maker.disk.clone();
    const file = disk.file("data", space);
    change(new DataView(file.buffer, file.byteOffset + page * PAGE, PAGE), disk);

    const machine = openRunning(disk, { doublewriteMode: 0 });

    expect(machine.read(space, page)).toBe(STATUS.DAMAGED);
    expect(machine.failure()).toMatchObject({ what: machine.value(what), id: space, page });
    expect(machine.read(space, other)).toBeInstanceOf(Uint8Array);
  });
});
