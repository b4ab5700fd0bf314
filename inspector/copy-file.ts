// A doublewrite file: an array of pages, each a copy that says itself which page it is.
//
// Nothing marks a copy as current. Torn copies are what a power cut during the write of the copies
// leaves; their pages in place were not touched yet.

import { copiesDamaged, copiesEmpty, copiesUnverified, copiesWhole, takeCopy } from "./copies";
import { reportDamage } from "./damage";
import { EMPTY, UNVERIFIED, WHOLE } from "./innodb/judge";
import { physicalSize } from "./innodb/shape";
import { verdictName } from "./names";
import { begin, count, end, size } from "./out";
import { window } from "./sandbox";

/** Takes in the window, which starts at slot `position`. */
export function takeCopies(position: u32, pages: u32): void {
  for (let index: u32 = 0; index < pages; index++) {
    const page = window + index * physicalSize;
    const slot = position + index;
    const offset = <u64>slot * physicalSize;
    const verdict = takeCopy(page, slot, offset);
    if (verdict == WHOLE || verdict == EMPTY || verdict == UNVERIFIED) continue;
    reportDamage(page, slot, offset, verdictName(verdict));
  }
}

export function reportCopies(trailing: u32): void {
  begin("doublewrite");
  count("copies_whole", copiesWhole);
  count("copies_damaged", copiesDamaged);
  count("copies_empty", copiesEmpty);
  count("copies_unverified", copiesUnverified);
  size("trailing_bytes", trailing);
  end();
}
