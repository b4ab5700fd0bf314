// What is wrong with one page, in numbers: the host makes the sentence.
//
// A page that was only partly written often ends, or starts, in zeros that were there before: the
// file had been extended, this was the page's first write. The edge of the zeros is then the place
// where the write stopped, and no second copy is needed to know it.

import { loadU32 } from "../engine/format/bytes";
import { FIL_PAGE_OFFSET, FIL_PAGE_SPACE_ID, pageLsn, pageType } from "../engine/format/fil";
import { bytesAreZero, computed, hasTrailer, lsnLowLast, lsnsDiffer } from "./innodb/judge";
import { storedFirst, storedLast } from "./innodb/judge";
import { physicalSize } from "./innodb/shape";
import { begin, count, end, flag, hex, size, text, wide } from "./out";
import { pageTypeName } from "./names";

/** Disks write this much in one piece, at least. */
const SECTOR: u32 = 512;
/** Damaged pages described one by one; more are only counted. */
const DESCRIBED_MAX: u32 = 1000;
let described: u32 = 0;

/** Describes the page that `judge` saw last. `position`: its place in the file, in pages. */
export function reportDamage(page: usize, position: u32, offset: u64, verdict: string): void {
  if (described == DESCRIBED_MAX) return;
  described++;
  begin("damage");
  count("position", position);
  size("offset", offset);
  text("verdict", verdict);
  count("page_no", loadU32(page + FIL_PAGE_OFFSET));
  count("space_id", loadU32(page + FIL_PAGE_SPACE_ID));
  count("type", pageType(page));
  text("type_name", pageTypeName(pageType(page)));
  wide("lsn", pageLsn(page));
  hex("checksum_first", storedFirst);
  hex("checksum_last", storedLast);
  hex("checksum_computed", computed);
  flag("has_trailer", hasTrailer);
  hex("lsn_low_header", <u32>pageLsn(page));
  hex("lsn_low_trailer", lsnLowLast);
  flag("lsns_differ", lsnsDiffer(page));
  count("zeros_from", zerosFrom(page));
  count("zeros_to", zerosTo(page));
  end();
}

/** Where the zeros at the end of the page start, in whole sectors; the page size when none do. */
function zerosFrom(page: usize): u32 {
  let from = physicalSize;
  while (from >= SECTOR && bytesAreZero(page + from - SECTOR, SECTOR)) from -= SECTOR;
  return from;
}

/** Where the zeros at the start of the page end, in whole sectors; 0 when it does not start so. */
function zerosTo(page: usize): u32 {
  let to: u32 = 0;
  while (to < physicalSize && bytesAreZero(page + to, SECTOR)) to += SECTOR;
  return to;
}
