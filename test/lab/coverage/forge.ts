// Redo that no engine would write, in blocks that are valid: it takes the place of whatever stood
// at the checkpoint, so that it is the first that recovery reads.

import type { Image } from "../../../host/sim/image.js";
import { blockAt, checkpointOf, contentOf, editBlock, LOG } from "./patient.js";

const BLOCK = 512;
const HEADER = 12;
const DATA_END = 508;

export const SINGLE = 0x80;
export const MLOG = {
  writeString: 30,
  multiRecordEnd: 31,
  dummy: 32,
  fileDelete: 35,
  initPage: 59,
  fileExtend: 65,
} as const;

/** A change of `length` bytes at `offset` of a page; page and space below 128. */
export function writeRecord(space: number, page: number, offset: number, length: number): number[] {
  const payload = Array.from({ length }, () => 7);
  return [
    MLOG.writeString,
    space,
    page,
    offset >> 8,
    offset & 255,
    length >> 8,
    length & 255,
  ].concat(payload);
}

/** A new page of the ordinary kind. */
export function initRecord(space: number, page: number): number[] {
  return [MLOG.initPage, space, page, 0, 0];
}

/** The file of a space was made `pages` pages longer, from `first` on. */
export function extendRecord(space: number, first: number, pages: number): number[] {
  const u64 = (value: number): number[] => [0, 0, 0, 0, 0, 0, value >> 8, value & 255];
  return [MLOG.fileExtend, space, 0, ...u64(first), ...u64(pages)];
}

/** The records as a group of one, or with an end mark. */
export function group(...records: number[][]): number[] {
  if (records.length > 1) return [...records.flat(), MLOG.multiRecordEnd];
  const [only] = records;
  return [only![0]! | SINGLE, ...only!.slice(1)];
}

/** Replaces all redo from the checkpoint on by `payload`. */
export function forge(image: Image, payload: readonly number[]): Image {
  const { lsn } = checkpointOf(image);
  const epoch = epochAt(image, lsn);
  let at = lsn;
  let taken = 0;
  do {
    const start = at - (at % BLOCK);
    const from = at % BLOCK;
    const piece = payload.slice(taken, taken + DATA_END - from);
    editBlock(image, blockAt(image, at), (view) => {
      const isFull = from + piece.length === DATA_END;
      view.setUint32(0, 1 + (Math.floor(start / BLOCK) & 0x3fffffff));
      view.setUint16(4, isFull ? BLOCK : from + piece.length);
      view.setUint16(6, taken === 0 ? from : 0);
      view.setUint32(8, epoch);
      piece.forEach((byte, i) => view.setUint8(from + i, byte));
    });
    taken += piece.length;
    at = start + BLOCK + HEADER;
  } while (taken < payload.length);
  endAt(image, at - HEADER);
  return image;
}

function epochAt(image: Image, lsn: number): number {
  const bytes = new Uint8Array(BLOCK);
  contentOf(image, LOG).read(blockAt(image, lsn), bytes);
  return new DataView(bytes.buffer).getUint32(8);
}

/** Nothing stands behind the forged redo. */
export function endAt(image: Image, lsn: number): void {
  const { lsn: checkpoint } = checkpointOf(image);
  const size = contentOf(image, LOG).size - 2048;
  const laps = checkpoint - (checkpoint % BLOCK) + (size - (size % BLOCK));
  for (let at = lsn; at < laps; at += BLOCK) {
    contentOf(image, LOG).write(blockAt(image, at), null, 0, BLOCK);
  }
}
