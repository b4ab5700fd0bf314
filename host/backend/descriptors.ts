// Descriptors 0 to 2 are standard input, output and error for every program and library. Where one
// is closed, the next file opened would take its place, and a printed line would land in it.

import { closeSync, openSync } from "node:fs";

const FIRST_FREE = 3;

/** Occupies what is closed of descriptors 0 to 2, for good; call it before a file is opened. */
export function occupyStandardDescriptors(): void {
  let fd = openSync("/dev/null", "r+");
  while (fd < FIRST_FREE) fd = openSync("/dev/null", "r+");
  closeSync(fd);
}
