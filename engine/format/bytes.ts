// Byte order: integers on disk are big-endian, as in InnoDB; linear memory is little-endian.
// This is the only file of the engine that knows the difference. Addresses need no alignment.
//
// The 8-bit and 16-bit functions work on u32, so that callers need no casts.

/** Loads the byte at `at`. */
export function loadU8(at: usize): u32 {
  return <u32>load<u8>(at);
}

/** Loads 2 bytes, most significant first. */
export function loadU16(at: usize): u32 {
  return <u32>bswap<u16>(load<u16>(at));
}

/** Loads 4 bytes, most significant first. */
export function loadU32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

/** Loads 8 bytes, most significant first. */
export function loadU64(at: usize): u64 {
  return bswap<u64>(load<u64>(at));
}

/** Stores one byte. */
export function storeU8(at: usize, value: u32): void {
  assert(value <= 0xff, "bytes: the value fits one byte");
  store<u8>(at, <u8>value);
}

/** Stores 2 bytes, most significant first. */
export function storeU16(at: usize, value: u32): void {
  assert(value <= 0xffff, "bytes: the value fits two bytes");
  store<u16>(at, bswap<u16>(<u16>value));
}

/** Stores 4 bytes, most significant first. */
export function storeU32(at: usize, value: u32): void {
  store<u32>(at, bswap<u32>(value));
}

/** Stores 8 bytes, most significant first. */
export function storeU64(at: usize, value: u64): void {
  store<u64>(at, bswap<u64>(value));
}
