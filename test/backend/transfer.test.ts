// Transfers in pieces: outcomes that a healthy disk never produces.

import { expect, test } from "vitest";
import { CALL } from "../../host/backend/backend.js";
import type { Call, IoOp } from "../../host/backend/backend.js";
import { Transfer } from "../../host/backend/transfer.js";

const EINTR = -4;
const EIO = -5;
const ENODATA = -61;
const MIB = 1 << 20;

test("transfer: a short write → the rest from where it stopped, then the whole length", () => {
  const transfer = new Transfer(op(CALL.pwrite, 1000), new Uint8Array(5000));

  expect(piece(transfer)).toEqual([200, 1000, 70]);
  expect(transfer.advance(600)).toBe(null);
  expect(piece(transfer)).toEqual([800, 400, 670]);
  expect(transfer.advance(400)).toBe(1000);
});

test("transfer: an interrupted call → the same piece again, without limit", () => {
  const transfer = new Transfer(op(CALL.pread, 1000), new Uint8Array(5000));

  for (let i = 0; i < 100; i++) expect(transfer.advance(EINTR), `call ${i}`).toBe(null);

  expect(piece(transfer)).toEqual([200, 1000, 70]);
  expect(transfer.advance(1000)).toBe(1000);
});

test("transfer: ten short calls, then all → the whole length; an eleventh → EIO", () => {
  for (const [last, expected] of [
    [90, 100],
    [1, EIO],
  ] as const) {
    const transfer = new Transfer(op(CALL.pwrite, 100), new Uint8Array(5000));
    for (let i = 0; i < 10; i++) expect(transfer.advance(1), `call ${i}`).toBe(null);

    expect(transfer.advance(last)).toBe(expected);
  }
});

test("transfer: a write that moves nothing → EIO after ten continuations, not for ever", () => {
  const transfer = new Transfer(op(CALL.pwrite, 100), new Uint8Array(5000));
  const results = Array.from({ length: 11 }, () => transfer.advance(0));

  expect(results).toEqual([...Array<null>(10).fill(null), EIO]);
});

test("transfer: a read that meets the end, at once or later → ENODATA", () => {
  const atOnce = new Transfer(op(CALL.pread, 100), new Uint8Array(5000));
  const later = new Transfer(op(CALL.pread, 100), new Uint8Array(5000));

  expect(atOnce.advance(0)).toBe(ENODATA);
  expect([later.advance(60), later.advance(0)]).toEqual([null, ENODATA]);
});

test("transfer: an errno in any piece → that errno", () => {
  const transfer = new Transfer(op(CALL.pwrite, 100), new Uint8Array(5000));

  expect([transfer.advance(60), transfer.advance(-28)]).toEqual([null, -28]);
});

test("transfer: a zero fill → aligned pieces of 1 MiB that are no short calls", () => {
  const transfer = new Transfer(op(CALL.zeroFill, 20 * MIB + 5), new Uint8Array(0));

  for (let i = 0; i < 20; i++) {
    expect(piece(transfer)).toEqual([0, MIB, 70 + i * MIB]);
    expect(transfer.advance(MIB), `piece ${i}`).toBe(null);
  }

  expect(piece(transfer)).toEqual([0, 5, 70 + 20 * MIB]);
  expect(transfer.buffer.byteOffset).toBe(0);
  expect(transfer.buffer.every((byte) => byte === 0)).toBe(true);
  expect(transfer.advance(5)).toBe(20 * MIB + 5);
});

function op(call: Call, length: number): IoOp {
  return { tag: 1, call, file: 1, flags: 0, offset: 70, address: 200, length };
}

/** Start in the buffer, length, and position in the file of the next call. */
function piece(transfer: Transfer): number[] {
  return [transfer.start, transfer.length, transfer.position];
}
