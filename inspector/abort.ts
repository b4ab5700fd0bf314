// Where a failed assertion of the inspector goes: one line on stderr, then the exit code that says
// so. A trap would end the run as well, but could not say why.
//
// Messages are the compiler's string literals: UTF-16, their length in bytes four bytes before.

import { EXIT_ASSERTION, exit, STDERR, writeStream } from "./sandbox";

const LINE_MAX: u32 = 200;
const line: usize = memory.data(200, 8);

/** Prints the message and ends the run; the build routes assert() here. */
export function abort(message: string | null, _file: string | null, row: u32, _column: u32): void {
  const at = changetype<usize>(message);
  let length: u32 = 0;
  if (at != 0) length = min<u32>(load<u32>(at - 4) >> 1, LINE_MAX - 16);
  for (let index: u32 = 0; index < length; index++) {
    store<u8>(line + index, load<u8>(at + 2 * index));
  }
  let end = line + length;
  store<u8>(end++, 0x20);
  for (let scale: u32 = 10000; scale > 0; scale /= 10) {
    store<u8>(end++, 48 + ((row / scale) % 10));
  }
  store<u8>(end++, 0x0a);
  writeStream(STDERR, line, <u32>(end - line));
  exit(EXIT_ASSERTION);
  unreachable();
}
