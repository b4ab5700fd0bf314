// A page of a tablespace: header, body by its type, trailer.

import { loadU32, loadU64 } from "../engine/format/bytes";
import {
  FIL_PAGE_DATA,
  FIL_PAGE_TORNPROOF_DICT,
  FIL_PAGE_TORNPROOF_STORE,
  FIL_PAGE_TYPE_FSP_HDR,
  FIL_PAGE_TYPE_XDES,
  pageType,
} from "../engine/format/fil";
import { describeDictionary, describeExtents, describeFspHeader } from "./describe-body";
import { describeIndexHeader, describeStorePage, describeTrxSys } from "./describe-body";
import { bytes, hexNumber, number, pageNumber } from "./fields";
import { algorithm, computed, EMPTY, hasTrailer, WHOLE } from "./innodb/judge";
import { isFullCrc32, physicalSize } from "./innodb/shape";
import { algorithmName, pageTypeName } from "./names";
import { begin, end, hex, text } from "./out";
import { window } from "./sandbox";

/** Describes the page in the window, which `judge` has just judged. */
export function describePage(verdict: u32): void {
  if (verdict != EMPTY) {
    begin("checksum");
    text("algorithm", verdict == WHOLE ? algorithmName(algorithm) : "");
    hex("computed", computed);
    end();
  }
  describeHeader();
  const type = pageType(window);
  // Bodies of small pages of other makers may end early: every description stays inside 512 bytes,
  // or checks the size of the page.
  if (type == FIL_PAGE_TYPE_FSP_HDR) {
    describeFspHeader();
    describeExtents();
  } else if (type == FIL_PAGE_TYPE_XDES) describeExtents();
  else if (type == FIL_PAGE_TORNPROOF_STORE) describeStorePage();
  else if (type == FIL_PAGE_TORNPROOF_DICT) describeDictionary();
  else if (type == 7) describeTrxSys();
  else if (type >= 17853 && type <= 17855) describeIndexHeader();
  else bytes(<u32>FIL_PAGE_DATA, physicalSize - <u32>FIL_PAGE_DATA - trailerBytes(), "body");
  describeTrailer();
}

function describeHeader(): void {
  const type = pageType(window);
  const isPageZero = type == FIL_PAGE_TYPE_FSP_HDR && loadU32(window + 4) == 0;
  if (isFullCrc32) number(0, 4, "key_version", loadU32(window) == 0 ? "not encrypted" : "");
  else hexNumber(0, "checksum");
  number(4, 4, "page_no");
  if (isPageZero && loadU32(window + 8) != 0xffffffff) {
    number(8, 4, "server_version");
    number(12, 4, "space_version");
  } else {
    pageNumber(8, "prev");
    pageNumber(12, "next");
  }
  number(16, 8, "page_lsn");
  number(24, 2, "type", pageTypeName(type));
  number(26, 8, "flush_lsn", loadU64(window + 26) == 0 ? "" : "or key, or compression data");
  number(34, 4, "space_id");
}

function trailerBytes(): u32 {
  return hasTrailer || isFullCrc32 ? 8 : 0;
}

function describeTrailer(): void {
  if (trailerBytes() == 0) return;
  const at = physicalSize - 8;
  const isSame = loadU32(window + at + (isFullCrc32 ? 0 : 4)) == loadU32(window + 20);
  const lsnNote = isSame ? "low half of page_lsn" : "differs from the low half of page_lsn";
  if (isFullCrc32) {
    hexNumber(at, "lsn_low", lsnNote);
    hexNumber(at + 4, "checksum");
  } else {
    hexNumber(at, "checksum");
    hexNumber(at + 4, "lsn_low", lsnNote);
  }
}
