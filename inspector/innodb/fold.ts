// InnoDB's checksum from before CRC-32C: a hash folded over the bytes, one after the other, and
// Adler-32 for compressed pages.
//
//   new-style field, at 0:               fold(4..26) + fold(38..size − 8)
//   old-style field, 8 before the end:   fold(0..26), with the new-style field already stored
//   compressed page, at 0:               Adler-32 of 4..16, 24..26 and 34..size
//
// Source: buf_calc_page_new_checksum, buf_calc_page_old_checksum, page_zip_calc_checksum.

const FOLD_MASK_1: u32 = 1653893711;
const FOLD_MASK_2: u32 = 1463735687;

/** What `none` stores instead of a checksum. */
export const NO_CHECKSUM: u32 = 0xdeadbeef;

/** Checksum for offset 0 of a page. */
export function newChecksum(page: usize, pageSize: u32): u32 {
  return fold(page + 4, 22) + fold(page + 38, pageSize - 46);
}

/** Checksum for the trailer of a page. */
export function oldChecksum(page: usize): u32 {
  return fold(page, 26);
}

function fold(at: usize, length: u32): u32 {
  const end = at + length;
  let hash: u32 = 0;
  while (at < end) {
    const byte = <u32>load<u8>(at);
    hash = (((((hash ^ byte ^ FOLD_MASK_1) << 8) + hash) ^ FOLD_MASK_2) + byte) as u32;
    at++;
  }
  return hash;
}

const ADLER_PRIME: u32 = 65521;

/** Adler-32 of earlier bytes, whose own is `adler`, followed by `length` bytes; 1 to begin with. */
export function adler32(adler: u32, at: usize, length: u32): u32 {
  let low = adler & 0xffff;
  let high = adler >> 16;
  while (length > 0) {
    // 5552 steps are the most that cannot overflow 32 bits.
    const piece = min<u32>(length, 5552);
    for (let index: u32 = 0; index < piece; index++) {
      low += load<u8>(at + index);
      high += low;
    }
    low %= ADLER_PRIME;
    high %= ADLER_PRIME;
    at += piece;
    length -= piece;
  }
  return (high << 16) | low;
}
