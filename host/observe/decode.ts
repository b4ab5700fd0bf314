// What the bytes of a write say: page ids with their LSNs, the entries of a DETECT_ONLY record, the
// LSN of a checkpoint block. Layout: docs/format.md; engine/format holds the originals.

import type { PageVersion } from "./event.js";
import { lsnAt } from "./redo-reader.js";

const PAGE_NO = 4;
const PAGE_LSN = 16;
const SPACE_ID = 34;
const RECORD_BYTES = 8;
const RECORD_ENTRIES = 20;
const ENTRY = 16;
const CHECKPOINT_LSN = 8;

/** The page in the frame at `at`. */
export function pageAt(memory: DataView, at: number): PageVersion {
  return {
    space: memory.getUint32(at + SPACE_ID),
    page: memory.getUint32(at + PAGE_NO),
    lsn: lsnAt(memory, at + PAGE_LSN),
  };
}

/** The pages in `length` bytes of frames. */
export function pagesAt(
  memory: DataView,
  at: number,
  length: number,
  pageSize: number,
): PageVersion[] {
  const pages: PageVersion[] = [];
  for (let byte = 0; byte < length; byte += pageSize) pages.push(pageAt(memory, at + byte));
  return pages;
}

/** The entries of a DETECT_ONLY record. */
export function entriesAt(memory: DataView, at: number): PageVersion[] {
  const entries: PageVersion[] = [];
  const end = at + RECORD_ENTRIES + memory.getUint16(at + RECORD_BYTES);
  for (let entry = at + RECORD_ENTRIES; entry < end; entry += ENTRY) {
    entries.push({
      space: memory.getUint32(entry),
      page: memory.getUint32(entry + 4),
      lsn: lsnAt(memory, entry + 8),
    });
  }
  return entries;
}

export function checkpointLsnAt(memory: DataView, at: number): number {
  return lsnAt(memory, at + CHECKPOINT_LSN);
}
