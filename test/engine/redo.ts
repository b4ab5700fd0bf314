// Redo and pages on disk as the tests read and write them: an encoder and a reader of their own, so
// that a mistake of the engine's does not hide in both.
//
//   file offset of an LSN:  2048 + (lsn - 8192) mod (file size - 2048)

import { crc32cBitwise } from "../format/helpers.js";
import { PAGE, type Disk } from "./harness.js";

export const BLOCK = 512;
export const BLOCK_HEADER = 12;
export const BLOCK_DATA = 496;
export const LOG_HEADER = 2048;
export const LOG_START = 8192;
/** Where the first record group of a new store starts. */
export const FIRST_LSN = LOG_START + BLOCK_HEADER;

/** Bytes of log in the file. */
export function dataSizeOf(disk: Disk): number {
  const size = disk.file("log").length - LOG_HEADER;
  return size - (size % BLOCK);
}

/** Offset in the file of the block with this LSN. */
export function blockOffset(disk: Disk, lsn: number): number {
  const start = lsn - (lsn % BLOCK);
  return LOG_HEADER + ((start - LOG_START) % dataSizeOf(disk));
}

/** The block with this LSN, to be looked at or changed. */
export function blockOf(disk: Disk, lsn: number): DataView {
  const file = disk.file("log");
  return new DataView(file.buffer, file.byteOffset + blockOffset(disk, lsn), BLOCK);
}

export function stampBlock(block: DataView): void {
  block.setUint32(508, crc32cBitwise(bytesOfView(block).subarray(0, 508)));
}

export function bytesOfView(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** The LSN `payload` bytes after `lsn`, one byte at a time. */
export function lsnAfterSlowly(lsn: number, payload: number): number {
  let at = lsn;
  for (let i = 0; i < payload; i++) {
    at++;
    if (at % BLOCK === BLOCK_HEADER + BLOCK_DATA) at += 4 + BLOCK_HEADER;
  }
  return at;
}

/** Lays record groups out in blocks from `start` on; the result starts with its first block. */
export function encodeGroups(
  start: number,
  groups: readonly Uint8Array[],
  epoch: number,
): Uint8Array {
  const base = start - (start % BLOCK);
  const bytes = new Uint8Array(lsnAfterSlowly(start, total(groups)) - base + BLOCK);
  const view = new DataView(bytes.buffer);
  let lsn = start;
  openBlock(view, base, base, epoch);
  for (const group of groups) {
    const block = lsn - base - (lsn % BLOCK);
    if (view.getUint16(block + 6) === 0) view.setUint16(block + 6, lsn % BLOCK);
    for (const byte of group) {
      bytes[lsn - base] = byte;
      lsn++;
      if (lsn % BLOCK !== BLOCK_HEADER + BLOCK_DATA) continue;
      view.setUint16(lsn - base - (lsn % BLOCK) + 4, BLOCK);
      lsn += 4 + BLOCK_HEADER;
      openBlock(view, base, lsn - BLOCK_HEADER, epoch);
    }
  }
  view.setUint16(lsn - base - (lsn % BLOCK) + 4, lsn % BLOCK);
  const used = lsn % BLOCK === BLOCK_HEADER ? lsn - BLOCK_HEADER : lsn - (lsn % BLOCK) + BLOCK;
  for (let at = 0; at < used - base; at += BLOCK) stampBlock(new DataView(bytes.buffer, at, BLOCK));
  return bytes.subarray(0, used - base);
}

function total(groups: readonly Uint8Array[]): number {
  return groups.reduce((sum, group) => sum + group.length, 0);
}

function openBlock(view: DataView, base: number, lsn: number, epoch: number): void {
  view.setUint32(lsn - base, 1 + (Math.floor(lsn / BLOCK) & 0x3fffffff));
  view.setUint32(lsn - base + 8, epoch);
  view.setUint16(lsn - base + 4, BLOCK_HEADER);
}

/** A page of a data file, to be looked at or changed. */
export function pageOf(disk: Disk, space: number, page: number): DataView {
  const file = disk.file("data", space);
  return new DataView(file.buffer, file.byteOffset + page * PAGE, PAGE);
}

export function lsnOfPage(page: DataView): number {
  return Number(page.getBigUint64(16));
}

/** Makes the checksums right after a change. */
export function stampPage(page: DataView): void {
  const bytes = bytesOfView(page);
  const sum =
    (crc32cBitwise(bytes.subarray(4, 26)) ^ crc32cBitwise(bytes.subarray(38, PAGE - 8))) >>> 0;
  page.setUint32(0, sum);
  page.setUint32(PAGE - 8, sum);
}

/** Writes an LSN into both its places; the checksum is not touched. */
export function setPageLsn(page: DataView, lsn: number): void {
  page.setBigUint64(16, BigInt(lsn));
  page.setUint32(PAGE - 4, lsn);
}

/** The newest valid checkpoint: its number and its LSN. */
export function checkpointOn(disk: Disk): { number: number; lsn: number; epoch: number } {
  const file = disk.file("log");
  const view = new DataView(file.buffer, file.byteOffset);
  const blocks = [512, 1536].map((at) => ({
    number: Number(view.getBigUint64(at)),
    lsn: Number(view.getBigUint64(at + 8)),
    epoch: view.getUint32(at + 16),
  }));
  return blocks[0]!.number > blocks[1]!.number ? blocks[0]! : blocks[1]!;
}
