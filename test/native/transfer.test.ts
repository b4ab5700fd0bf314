// Transfers that the kernel serves in pieces, driven by scripted outcomes of the calls.

import { describe, expect, test } from "vitest";
import { CALL, OP_RWF_ATOMIC } from "../../host/backend/backend.js";
import type { Call } from "../../host/backend/backend.js";
import { loadAddon } from "../../native/index.js";

const addon = loadAddon();
const MIB = 1 << 20;
const EINTR = -4;
const EIO = -5;
const ENOSPC = -28;
const EINVAL = -22;
const ENODATA = -61;

/** Runs a script; `asked` is what each call was asked to move, for the calls that were made. */
function script(call: Call, length: number, outcomes: number[], flags = 0) {
  const asked = Float64Array.from(outcomes);
  const result = addon!.scriptTransfer(call, flags, length, asked);
  return { result, asked: [...asked].filter((bytes) => bytes >= 0) };
}

describe.skipIf(addon === null)("native transfer", () => {
  test("pwrite: cut short → continues with the rest and reports the whole", () => {
    const { result, asked } = script(CALL.pwrite, 16384, [4096, 12288]);

    expect(asked).toEqual([16384, 12288]);
    expect(result).toBe(16384);
  });

  test("pwrite: interrupted by a signal → made again", () => {
    expect(script(CALL.pwrite, 512, [EINTR, EINTR, 512])).toEqual({
      result: 512,
      asked: [512, 512, 512],
    });
  });

  test("fdatasync: interrupted by a signal → made again, result 0", () => {
    expect(script(CALL.fdatasync, 0, [EINTR, 0]).result).toBe(0);
  });

  test("pwrite: cut short ten times → still continues; the eleventh time → EIO", () => {
    const tenth = script(CALL.pwrite, 1100, [...Array<number>(10).fill(100), 100]);
    const eleventh = script(CALL.pwrite, 1200, [...Array<number>(11).fill(100), 100]);

    expect(tenth.result).toBe(1100);
    expect(eleventh).toMatchObject({ result: EIO });
    expect(eleventh.asked).toHaveLength(11);
  });

  test("pwrite: no byte moves, again and again → EIO, not an endless loop", () => {
    expect(script(CALL.pwrite, 512, Array<number>(20).fill(0)).result).toBe(EIO);
  });

  test("pwrite: disk full after a part → that errno", () => {
    expect(script(CALL.pwrite, 8192, [4096, ENOSPC]).result).toBe(ENOSPC);
  });

  test("pwrite: atomic and cut short → EIO, because two calls are not one", () => {
    const { result, asked } = script(CALL.pwrite, 16384, [4096, 12288], OP_RWF_ATOMIC);

    expect(result).toBe(EIO);
    expect(asked).toHaveLength(1);
  });

  test("pread: end of file at once or after a part → ENODATA", () => {
    expect(script(CALL.pread, 4096, [0]).result).toBe(ENODATA);
    expect(script(CALL.pread, 4096, [100, 0]).result).toBe(ENODATA);
  });

  test("pread: direct I/O refuses the rest behind an unaligned end of file → ENODATA", () => {
    expect(script(CALL.pread, 4096, [100, EINVAL]).result).toBe(ENODATA);
    expect(script(CALL.pread, 4096, [EINVAL]).result).toBe(EINVAL);
  });

  test("zeroFill: 2.5 MiB → pieces of at most 1 MiB", () => {
    const { result, asked } = script(CALL.zeroFill, 2.5 * MIB, [MIB, MIB, MIB / 2]);

    expect(asked).toEqual([MIB, MIB, MIB / 2]);
    expect(result).toBe(2.5 * MIB);
  });

  test("pwrite: 3 GiB → pieces of at most 1 GiB, which do not count as cut short", () => {
    const GIB = 2 ** 30;

    expect(script(CALL.pwrite, 3 * GIB, [GIB, GIB, GIB])).toEqual({
      result: 3 * GIB,
      asked: [GIB, GIB, GIB],
    });
  });

  test("nop: result 0", () => {
    expect(script(CALL.nop, 0, [0]).result).toBe(0);
  });
});
