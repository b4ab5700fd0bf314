// The parts of a store's files from which recovery never reads anything, by name. A byte that makes
// no difference must lie in one of them.

import type { Image } from "../../../host/sim/image.js";
import { identify } from "../../../host/layout.js";

const PAGE = 4096;
const BLOCK = 512;
const LOG_HEADER = 2048;
const LOG_START_LSN = 8192;

export interface Subject {
  readonly image: Image;
  /** Redo that recovery needs: from the checkpoint to the end. LSNs. */
  readonly log: { readonly checkpoint: number; readonly end: number };
  /** Bytes of the redo log file. */
  readonly capacity: number;
  readonly pages: ReadonlyMap<string, string>;
}

/** The name of the region, or null when the byte should have been noticed. */
export function regionOf(subject: Subject, path: string, offset: number): string | null {
  const known = identify(path.slice(path.lastIndexOf("/") + 1));
  if (known === null) return null;
  if (known.kind === "log") return logRegion(subject, offset);
  if (known.kind === "data") return pageRegion(subject, path, known.id, offset);
  // Pages in place are whole, or the copy would have been needed.
  return known.kind === "dblwr" ? "copy of a page that is whole" : null;
}

function logRegion({ log, capacity }: Subject, offset: number): string | null {
  const block = Math.floor(offset / BLOCK);
  if (offset < LOG_HEADER) return headerRegion(block);
  const size = Math.floor((capacity - LOG_HEADER) / BLOCK) * BLOCK;
  if (offset - LOG_HEADER >= size) return "behind the last redo block";
  const first = Math.floor(log.checkpoint / BLOCK);
  const last = Math.floor(log.end / BLOCK);
  for (let each = first; each <= last; each++) {
    const at = LOG_HEADER + ((each * BLOCK - LOG_START_LSN) % size);
    if (offset >= at && offset < at + BLOCK) return null;
  }
  return "redo before the checkpoint, or never written";
}

function headerRegion(block: number): string | null {
  if (block === 1 || block === 3) return "one of two checkpoint blocks";
  if (block === 2) return "reserved block of the redo header";
  return null;
}

function pageRegion(
  { image, pages }: Subject,
  path: string,
  id: number,
  offset: number,
): string | null {
  const page = Math.floor(offset / PAGE);
  const at = offset % PAGE;
  if (at >= 26 && at < 34) return "bytes 26 to 33 of a page";
  const bytes = new Uint8Array(PAGE);
  const view = new DataView(bytes.buffer);
  image.files.get(path)!.read(page * PAGE, bytes);
  if (bytes.every((byte) => byte === 0)) return "page that was never written";
  // The low half of the LSN at both ends of a page.
  if (view.getUint32(20) !== view.getUint32(PAGE - 4)) return "torn page that a copy replaces";
  if ((pages.get(`${id}:${page}`) ?? "").startsWith("status ")) return "page that is free";
  return null;
}
