// Compressed integers: a u32 in 1 to 5 bytes, short for small values and for values near 2^32.
//
//   value              bytes                 value              bytes
//   below 0x80         0xxxxxxx              from 0xFFFFFC00    111110xx x      (10 low bits)
//   below 0x4000       10xxxxxx x            from 0xFFFE0000    1111110x x x    (17 low bits)
//   below 0x200000     110xxxxx x x          from 0xFF000000    11111110 x x x  (24 low bits)
//   below 0x10000000   1110xxxx x x x        any other          11110000 x x x x
//
// Every value has exactly one encoding here, the shortest; the reader refuses the others, because
// nothing but damage produces them. Spec: docs/format.md, "Compressed integer".

import { loadU8, loadU16, loadU32, storeU8, storeU16, storeU32 } from "./bytes";

export const COMPRESSED_SIZE_MAX: u32 = 5;

/** `readSize` when the input ends inside the integer. */
export const READ_TRUNCATED: u32 = 0;
/** `readSize` when the bytes are no compressed integer, whatever may follow them. */
export const READ_MALFORMED: u32 = 0xffffffff;

/** What the last `readCompressed` found; `readValue` is 0 unless `readSize` is 1 to 5. */
export let readValue: u32 = 0;
export let readSize: u32 = 0;

/** Bytes `writeCompressed` will use for `value`. */
export function compressedSize(value: u32): u32 {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  if (value >= 0xfffffc00) return 2;
  if (value >= 0xfffe0000) return 3;
  if (value >= 0xff000000) return 4;
  return 5;
}

/** Stores `value` at `at` and returns the bytes used. */
export function writeCompressed(at: usize, value: u32): u32 {
  const size = compressedSize(value);
  if (value < 0x10000000) storeLow(at, size, value | shortPrefix(size));
  else if (value >= 0xfffffc00) storeLow(at, size, 0xf800 | (value & 0x3ff));
  else if (value >= 0xfffe0000) storeLow(at, size, 0xfc0000 | (value & 0x1ffff));
  else if (value >= 0xff000000) storeLow(at, size, 0xfe000000 | (value & 0xffffff));
  else {
    storeU8(at, 0xf0);
    storeU32(at + 1, value);
  }
  return size;
}

/**
 * Reads the integer at `at` into `readValue` and `readSize`; never touches a byte at or beyond
 * `limit`.
 * Errors: `readSize` is READ_TRUNCATED or READ_MALFORMED.
 */
export function readCompressed(at: usize, limit: usize): void {
  readValue = 0;
  readSize = READ_TRUNCATED;
  if (at >= limit) return;
  const size = sizeFromFirstByte(loadU8(at));
  if (size == READ_MALFORMED) readSize = READ_MALFORMED;
  if (size > <u32>(limit - at)) return;
  const value = valueOfSize(at, size);
  // Zeros in front, or a long form of a value near 2^32: a writer never does that.
  if (compressedSize(value) != size) {
    readSize = READ_MALFORMED;
    return;
  }
  readValue = value;
  readSize = size;
}

function shortPrefix(size: u32): u32 {
  if (size == 1) return 0;
  if (size == 2) return 0x8000;
  return size == 3 ? 0xc00000 : 0xe0000000;
}

function sizeFromFirstByte(first: u32): u32 {
  if (first < 0x80) return 1;
  if (first < 0xc0) return 2;
  if (first < 0xe0) return 3;
  if (first < 0xf0) return 4;
  if (first == 0xf0) return 5;
  if (first < 0xf8) return READ_MALFORMED;
  if (first < 0xfc) return 2;
  if (first < 0xfe) return 3;
  return first == 0xfe ? 4 : READ_MALFORMED;
}

function valueOfSize(at: usize, size: u32): u32 {
  const first = loadU8(at);
  if (size == 1) return first;
  if (size == 5) return loadU32(at + 1);
  if (size == 2) {
    const bits = loadU16(at);
    return first < 0xf8 ? bits & 0x3fff : 0xfffffc00 | (bits & 0x3ff);
  }
  if (size == 3) {
    const bits = (first << 16) | loadU16(at + 1);
    return first < 0xf8 ? bits & 0x1fffff : 0xfffe0000 | (bits & 0x1ffff);
  }
  const bits = loadU32(at);
  return first < 0xf8 ? bits & 0xfffffff : 0xff000000 | (bits & 0xffffff);
}

/** Stores the low `size` bytes of `bits`, most significant first; 1 to 4 bytes. */
function storeLow(at: usize, size: u32, bits: u32): void {
  if (size == 1) storeU8(at, bits);
  else if (size == 2) storeU16(at, bits);
  else if (size == 4) storeU32(at, bits);
  else {
    storeU8(at, bits >> 16);
    storeU16(at + 1, bits & 0xffff);
  }
}
