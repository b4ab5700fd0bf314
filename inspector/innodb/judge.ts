// Is this page whole? Tries every checksum InnoDB and MariaDB have written, and says which fits.
//
//   InnoDB      │checksum│ … header, body …                │checksum│lsn low│   crc32, innodb, none
//   full_crc32  │key     │ … header, body …                │lsn low │checksum│
//   compressed  │checksum│ … header, body without trailer …                 │   crc32, innodb, none
//
// The verdict is about the page alone; whether it belongs where it stands is the caller's part.
// Source: buf_page_is_corrupted, fil_space_verify_crypt_checksum, page_zip_verify_checksum.

import { loadU32 } from "../../engine/format/bytes";
import { crc32c } from "../../engine/format/crc32c";
import {
  FIL_PAGE_DATA_END,
  FIL_PAGE_FILE_FLUSH_LSN,
  lsnHalvesAgree,
  pageChecksum,
  pageLsn,
  pageType,
} from "../../engine/format/fil";
import { adler32, newChecksum, NO_CHECKSUM, oldChecksum } from "./fold";
import { isFullCrc32, isPageCompressed, isZip, physicalSize } from "./shape";

export const WHOLE: u32 = 0;
/** Every byte is zero: never written. */
export const EMPTY: u32 = 1;
/** Of a kind that carries no checksum, or one that only the key's owner can compute. */
export const UNVERIFIED: u32 = 2;
/** Written in part: the page ends in another image than it starts with. */
export const TORN: u32 = 3;
/** No checksum fits, and nothing says that it is torn. */
export const CORRUPT: u32 = 4;

export const ALGORITHM_NONE_YET: u32 = 0;
export const ALGORITHM_CRC32: u32 = 1;
export const ALGORITHM_INNODB: u32 = 2;
export const ALGORITHM_NONE: u32 = 3;
export const ALGORITHM_FULL_CRC32: u32 = 4;
export const ALGORITHM_CRYPT: u32 = 5;
export const ALGORITHMS: u32 = 6;

/** MariaDB's page compression before full_crc32; the page carries no checksum. */
const TYPE_PAGE_COMPRESSED: u32 = 34354;
const TYPE_PAGE_COMPRESSED_ENCRYPTED: u32 = 37401;
/** MySQL's: compressed, encrypted, both, and an encrypted R-tree. */
const TYPE_MYSQL_FIRST: u32 = 14;
const TYPE_MYSQL_LAST: u32 = 17;
/** full_crc32: the type's top bit, and the rest is the size in units of 256 bytes. */
const COMPRESSED_MARKER: u32 = 0x8000;

/** What the last `judge` found out. */
export let algorithm: u32 = ALGORITHM_NONE_YET;
export let storedFirst: u32 = 0;
export let storedLast: u32 = 0;
/** What the file's own algorithm gives for these bytes. */
export let computed: u32 = 0;
export let lsnLowLast: u32 = 0;
export let hasTrailer: bool = true;
/** full_crc32 gives the place of the space id to the compressed bytes. */
export let hasSpaceId: bool = true;

/** Judges `physicalSize` bytes at `page`. */
export function judge(page: usize): u32 {
  algorithm = ALGORITHM_NONE_YET;
  computed = 0;
  hasTrailer = !isZip();
  hasSpaceId = true;
  storedFirst = loadU32(page);
  if (isFullCrc32) return judgeFull(page);
  if (isZeroBut26To33(page)) return EMPTY;
  return isZip() ? judgeZip(page) : judgeClassic(page);
}

/** True when the halves of the LSN in the header and the trailer differ; false without trailer. */
export function lsnsDiffer(page: usize): bool {
  return hasTrailer && <u32>pageLsn(page) != lsnLowLast;
}

function judgeFull(page: usize): u32 {
  if (bytesAreZero(page, physicalSize)) return EMPTY;
  const type = pageType(page);
  let size = physicalSize;
  const isCompressed = (type & COMPRESSED_MARKER) != 0;
  if (isCompressed) size = (type & ~COMPRESSED_MARKER) << 8;
  // A size that cannot be leaves nothing to compute over.
  if (size < 64 || size > physicalSize) size = physicalSize;
  hasTrailer = !isCompressed && storedFirst == 0;
  hasSpaceId = !isCompressed;
  storedLast = loadU32(page + size - 4);
  lsnLowLast = loadU32(page + size - 8);
  computed = crc32c(page, size - 4);
  if (storedLast == computed && !lsnsDiffer(page)) {
    algorithm = ALGORITHM_FULL_CRC32;
    return WHOLE;
  }
  return lsnsDiffer(page) ? TORN : CORRUPT;
}

function judgeClassic(page: usize): u32 {
  const trailer = page + physicalSize - FIL_PAGE_DATA_END;
  storedLast = loadU32(trailer);
  lsnLowLast = loadU32(trailer + 4);
  if (carriesNoChecksum(pageType(page))) return UNVERIFIED;
  computed = pageChecksum(page, physicalSize);
  const isWhole = lsnHalvesAgree(page, physicalSize);
  if (isWhole && classicFits(page)) return WHOLE;
  if (cryptFits(page, computed)) return WHOLE;
  // Two images have two checksums. One checksum and two LSNs is a damaged LSN, not a torn write.
  const isTwoImages = storedFirst != storedLast || storedFirst == NO_CHECKSUM;
  return !isWhole && isTwoImages ? TORN : CORRUPT;
}

function classicFits(page: usize): bool {
  if (storedFirst == computed && storedLast == computed) algorithm = ALGORITHM_CRC32;
  else if (storedFirst == NO_CHECKSUM && storedLast == NO_CHECKSUM) algorithm = ALGORITHM_NONE;
  else if (storedLast == oldChecksum(page) && storedFirst == newChecksum(page, physicalSize)) {
    algorithm = ALGORITHM_INNODB;
  } else return false;
  return true;
}

/** MariaDB's encrypted pages: a key version where flush_lsn was, then the checksum. */
function cryptFits(page: usize, checksum: u32): bool {
  const keyVersion = loadU32(page + FIL_PAGE_FILE_FLUSH_LSN);
  if (keyVersion == 0 || loadU32(page + FIL_PAGE_FILE_FLUSH_LSN + 4) != checksum) return false;
  algorithm = ALGORITHM_CRYPT;
  return true;
}

function judgeZip(page: usize): u32 {
  storedLast = storedFirst;
  computed = zipCrc32(page, physicalSize);
  if (zipFits(page, physicalSize)) return WHOLE;
  return cryptFits(page, computed) ? WHOLE : CORRUPT;
}

function zipFits(page: usize, size: u32): bool {
  const stored = loadU32(page);
  if (stored == zipCrc32(page, size)) algorithm = ALGORITHM_CRC32;
  else if (stored == NO_CHECKSUM) algorithm = ALGORITHM_NONE;
  else if (stored == zipAdler(page, size)) algorithm = ALGORITHM_INNODB;
  else return false;
  return true;
}

/** True when the first `size` bytes are a compressed page; for copies, padded to a whole page. */
export function isZipImage(page: usize, size: u32): bool {
  if (loadU32(page) == NO_CHECKSUM || !zipFits(page, size)) return false;
  return bytesAreZero(page + size, physicalSize - size);
}

function zipCrc32(page: usize, size: u32): u32 {
  return crc32c(page + 4, 12) ^ crc32c(page + 24, 2) ^ crc32c(page + 34, size - 34);
}

function zipAdler(page: usize, size: u32): u32 {
  const header = adler32(adler32(1, page + 4, 12), page + 24, 2);
  return adler32(header, page + 34, size - 34);
}

function carriesNoChecksum(type: u32): bool {
  if (type >= TYPE_MYSQL_FIRST && type <= TYPE_MYSQL_LAST) return true;
  return isPageCompressed && isPageCompressedType(type);
}

/** True for the types MariaDB gave compressed pages before full_crc32. */
export function isPageCompressedType(type: u32): bool {
  return type == TYPE_PAGE_COMPRESSED || type == TYPE_PAGE_COMPRESSED_ENCRYPTED;
}

/** Older servers left garbage in flush_lsn of pages that are zero otherwise. */
function isZeroBut26To33(page: usize): bool {
  if (load<u64>(page) != 0 || load<u64>(page, 8) != 0 || load<u64>(page, 16) != 0) return false;
  if (load<u16>(page, 24) != 0 || load<u32>(page, 34) != 0 || load<u16>(page, 38) != 0)
    return false;
  return bytesAreZero(page + 40, physicalSize - 40);
}

/** True when `length` bytes are zero; `length` is a multiple of 8. */
export function bytesAreZero(at: usize, length: u32): bool {
  const end = at + length;
  for (; at < end; at += 8) {
    if (load<u64>(at) != 0) return false;
  }
  return true;
}
