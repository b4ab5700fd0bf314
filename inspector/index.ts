// The inspector: a WASI command that looks into files of InnoDB, MariaDB and Tornproof.
//
//   inspector scan    file size, offset, bytes, kind, page size
//   inspector page    bytes, kind, physical size, logical size, full_crc32, position, offset
//   inspector compare bytes of a page
//
// It reads the file "window" and prints one JSON object per line; see docs/inspect.md. The host may
// start it again on the same instance, with the next window: a scan remembers what it saw.

import "./abort";
import { compare } from "./compare";
import { describe } from "./describe";
import { send } from "./out";
import { argument, command, EXIT_BAD_ARGUMENTS, exit, readArguments, readWindow } from "./sandbox";
import { scan } from "./scan";

const LETTER_S: u32 = 0x73;
const LETTER_P: u32 = 0x70;
const LETTER_C: u32 = 0x63;

/** The name a WASI runtime looks for. */
export function _start(): void {
  readArguments();
  if (command == LETTER_S) {
    readWindow(<u32>argument(2));
    scan(argument(0), argument(1), <u32>argument(3), <u32>argument(4));
  } else if (command == LETTER_P) {
    readWindow(<u32>argument(0));
    describe();
  } else if (command == LETTER_C) {
    readWindow(2 * <u32>argument(0));
    compare(<u32>argument(0));
  } else exit(EXIT_BAD_ARGUMENTS);
  send();
}
