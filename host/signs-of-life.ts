// Has a store been in use? A creation makes neither of these, however far it got, so a marker of an
// interrupted creation beside one of them proves nothing: it came from a backup, say. Layout of the
// redo log: docs/format.md.

import * as fs from "node:fs";
import type { OurFile } from "./inspect-directory.js";

const LOG_CHECKPOINTS = [512, 1536] as const;
const LOG_FILE_HDR_SIZE = 2048;
const LOG_BLOCK = 512;

/** What shows that a store was complete once, in words; null when nothing does. */
export function signOfLife(found: readonly OurFile[]): string | null {
  const space = found.find(({ kind, id }) => kind === "data" && id > 0);
  if (space !== undefined) return `the tablespace ${space.name}`;
  const log = found.find(({ kind }) => kind === "log");
  return log === undefined ? null : signInLog(log);
}

function signInLog({ path, name }: OurFile): string | null {
  const bytes = headOf(path, LOG_FILE_HDR_SIZE + LOG_BLOCK);
  for (const at of LOG_CHECKPOINTS) {
    if (at + 8 > bytes.length) break;
    // The creation writes checkpoint 1 and no other.
    const number = bytes.readBigUInt64BE(at);
    if (number > 1n) return `checkpoint ${number} in ${name}`;
  }
  return bytes.subarray(LOG_FILE_HDR_SIZE).some((byte) => byte !== 0) ? `redo in ${name}` : null;
}

function headOf(path: string, length: number): Buffer {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, 0));
  } finally {
    fs.closeSync(fd);
  }
}
