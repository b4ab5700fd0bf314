// Tablespaces that forced recovery left out: their file is missing, short or has no sound header.
// They keep their name and their file; every access to them is refused with what was found.

import { pageSize } from "../abi/config";
import { fail, WHAT_FSP_HEADER } from "../abi/failure";
import { KIND_DATA } from "../abi/io";
import { DAMAGED, NOT_FOUND, OK, TOO_LARGE } from "../abi/status";
import { fspFlags } from "../format/fsp";
import { Space, SPACE_FOUND, SPACE_SKIPPED, spaceAdd, spaceFind } from "./space";

/** Leaves out the tablespace `id`; `what` of abi/failure.ts says why. */
export function skipSpace(id: u32, what: u32): u32 {
  let space = spaceFind(id);
  if (space === null) space = spaceAdd(id, SPACE_FOUND);
  if (space === null) return TOO_LARGE;
  space.state = SPACE_SKIPPED;
  space.skippedWhat = what;
  return OK;
}

/** Status of an access to a space that gives no pages: it does not exist, or was left out. */
export function whyNoPages(space: Space | null): u32 {
  if (space === null || space.state != SPACE_SKIPPED) return NOT_FOUND;
  const what = space.skippedWhat;
  const isHeader = what == WHAT_FSP_HEADER;
  const expected = isHeader ? fspFlags(pageSize) : space.sizePages;
  const found = isHeader ? 0 : space.filePages;
  return fail(DAMAGED, what, KIND_DATA, space.id, 0xffffffff, expected, found);
}
