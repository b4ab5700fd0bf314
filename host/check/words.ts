// The sentences of violations: requests, pages, files and LSNs in words.

import type { FileState, Write } from "./file-state.js";
import type { PageVersion } from "../observe/event.js";

const KIND_WORDS = {
  data: "tablespace",
  log: "the redo log",
  dblwr: "doublewrite file",
  bdblwr: "the DETECT_ONLY file",
  marker: "the marker of the creation",
} as const;

export function nameOfFile(file: FileState): string {
  const word = KIND_WORDS[file.kind];
  return file.kind === "data" || file.kind === "dblwr" ? `${word} ${file.id}` : word;
}

export function nameOfPage({ space, page, lsn }: PageVersion): string {
  return `page ${page} of tablespace ${space} (page LSN ${lsn})`;
}

/** Why a write is not durable. */
export function whyNotDurable(write: Write): string {
  const { file, seq } = write;
  if (write.endedAt === 0) return `write #${seq} was still in flight`;
  const elided = file.elidedAt;
  const sync = elided === null ? "" : `; the method makes no call at ${elided}`;
  return `write #${seq} had ended, and no sync of ${nameOfFile(file)} that began later has${sync}`;
}

/** Why redo is durable no further. */
export function whyRedoEnds(lost: Write | undefined, durable: number): string {
  if (lost === undefined) return `redo was written no further than ${durable}`;
  const range = `redo ${lost.redoFrom} to ${lost.redoTo}`;
  return `redo was durable up to ${durable}: ${range}, ${whyNotDurable(lost)}`;
}
