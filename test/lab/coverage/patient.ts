// Disks for recovery to fail on: cut off in the middle of a run, then changed at will, with
// checksums made right again where the damage is to lie deeper.

import type { Image } from "../../../host/sim/image.js";
import type { Content } from "../../../host/sim/content.js";
import { crc32cBitwise } from "../../format/helpers.js";

export const PAGE = 4096;
export const LOG = "/store/ib_logfile0";
export const SYSTEM = "/store/ibdata1";
const BLOCK = 512;

export function contentOf(image: Image, path: string): Content {
  const content = image.files.get(path);
  if (content === undefined) throw new Error(`patient: no file ${path}`);
  return content;
}

/** Changes `length` bytes of a file in place. */
export function edit(
  image: Image,
  path: string,
  offset: number,
  length: number,
  change: (view: DataView) => void,
): Image {
  const bytes = new Uint8Array(length);
  const content = contentOf(image, path);
  content.read(offset, bytes);
  change(new DataView(bytes.buffer));
  content.write(offset, bytes, 0, length);
  return image;
}

/** Changes a 512-byte block of the redo log; its checksum is right afterwards. */
export function editBlock(image: Image, offset: number, change: (view: DataView) => void): Image {
  return edit(image, LOG, offset, BLOCK, (view) => {
    change(view);
    const bytes = new Uint8Array(view.buffer);
    view.setUint32(508, crc32cBitwise(bytes.subarray(0, 508)));
  });
}

/** Changes a page; its checksums are right afterwards. */
export function editPage(
  image: Image,
  path: string,
  page: number,
  change: (view: DataView) => void,
): Image {
  return edit(image, path, page * PAGE, PAGE, (view) => {
    change(view);
    const bytes = new Uint8Array(view.buffer);
    const head = crc32cBitwise(bytes.subarray(4, 26));
    const sum = (head ^ crc32cBitwise(bytes.subarray(38, PAGE - 8))) >>> 0;
    view.setUint32(0, sum);
    view.setUint32(PAGE - 8, sum);
  });
}

/** The checkpoint that recovery starts at. */
export function checkpointOf(image: Image): { lsn: number; at: number } {
  const blocks = [512, 1536].map((at) => {
    const found = { number: 0, lsn: 0, at };
    edit(image, LOG, at, BLOCK, (view) => {
      found.number = Number(view.getBigUint64(0));
      found.lsn = Number(view.getBigUint64(8));
    });
    return found;
  });
  return blocks[0]!.number > blocks[1]!.number ? blocks[0]! : blocks[1]!;
}

/** Offset in the log file of the block with this LSN. */
export function blockAt(image: Image, lsn: number): number {
  const size = contentOf(image, LOG).size - 2048;
  return 2048 + ((lsn - (lsn % BLOCK) - 8192) % (size - (size % BLOCK)));
}
