// What the flags word of page 0 says about every page of its tablespace.
//
//   InnoDB      bit 0   1..4                5     6..9                10..16
//               │used   │compressed size    │row  │page size          │ other
//   full_crc32  bit 0..3           4     5..7                    (MariaDB since 10.5)
//               │page size         │1    │page compression
//
// A size field of n means 512 << n bytes; 0 stands for 16 KiB, or for "not compressed".
// Bit 4 tells the two apart: InnoDB's compressed sizes need three of their four bits.
// Source: fsp0types.h of MySQL and MariaDB.

import { PAGE_SIZE_DEFAULT, pageSizeIsValid } from "../../engine/format/page-size";

const FULL_CRC32_MARKER: u32 = 1 << 4;
/** MariaDB before full_crc32: pages may be of the page-compressed types, without a checksum. */
const PAGE_COMPRESSION: u32 = 1 << 16;
const ZIP_FIELD_MAX: u32 = 5;

/** Bytes of a page in memory. */
export let logicalSize: u32 = PAGE_SIZE_DEFAULT;
/** Bytes of a page in the file; smaller than logicalSize under ROW_FORMAT=COMPRESSED. */
export let physicalSize: u32 = PAGE_SIZE_DEFAULT;
/** MariaDB's full_crc32: the checksum covers the page and stands at its end. */
export let isFullCrc32: bool = false;
export let isPageCompressed: bool = false;

export function setShape(logical: u32, physical: u32, full: bool): void {
  assert(pageSizeIsValid(logical), "shape: a page size InnoDB has");
  assert(physical >= 1024 && physical <= logical, "shape: a compressed page is no larger");
  logicalSize = logical;
  physicalSize = physical;
  isFullCrc32 = full;
  isPageCompressed = false;
}

/** Takes the shape from a flags word; false, and nothing changes, when the word is impossible. */
export function setShapeFromFlags(flags: u32): bool {
  if ((flags & FULL_CRC32_MARKER) != 0) {
    const size: u32 = 512 << (flags & 15);
    if (!pageSizeIsValid(size)) return false;
    setShape(size, size, true);
    return true;
  }
  const sizeField = (flags >> 6) & 15;
  const logical: u32 = sizeField == 0 ? PAGE_SIZE_DEFAULT : 512 << sizeField;
  const zipField = (flags >> 1) & 15;
  if (!pageSizeIsValid(logical) || zipField > ZIP_FIELD_MAX) return false;
  const physical: u32 = zipField == 0 ? logical : 512 << zipField;
  if (physical > logical || (zipField != 0 && logical > PAGE_SIZE_DEFAULT)) return false;
  setShape(logical, physical, false);
  isPageCompressed = (flags & PAGE_COMPRESSION) != 0;
  return true;
}

/** True under ROW_FORMAT=COMPRESSED: such pages have no trailer. */
export function isZip(): bool {
  return physicalSize != logicalSize;
}
