// CRC-32C (Castagnoli): the checksum of pages, log blocks and every other block on disk.
// Reflected polynomial 0x82F63B78, initial value and final xor 0xFFFFFFFF.
//
// Eight table lookups take 8 bytes forward, but each step waits for the one before. Therefore four
// streams run side by side over neighboring pieces of the input and are joined afterwards:
//
//        │ stream a │ stream b │ stream c │ stream d │ next round … │ rest, one stream │
//         ◀─ 1008 ─▶   bytes in a long round: the body of a 4 KiB page is one, and 18 bytes more
//         ◀─  112 ─▶   bytes in a short round: a log block is one, and 60 bytes more
//
// Joining rests on linearity: the state after piece b, entered with state s, is the state after b
// entered with 0, xor s moved over as many zero bytes as b is long. That move is a table too.
// The tables are computed before their first use, so there is no start function to forget.

const POLYNOMIAL: u32 = 0x82f63b78;

/** Bytes of one stream in a long round, and in a short one. */
const LONG: u32 = 1008;
const SHORT: u32 = 112;

/** Bytes of one table: 256 entries of 4 bytes. */
const TABLE: u32 = 1024;

/** 8 tables; entry b of table k is the state after byte b and then k zero bytes. */
const slices: usize = memory.data(8192, 64);
/** 4 tables each; entry b of table k is state b << 8k moved over LONG or SHORT zero bytes. */
const longMove: usize = memory.data(4096, 64);
const shortMove: usize = memory.data(4096, 64);

let tablesAreReady: bool = false;

if (LONG % 8 != 0) ERROR("crc32c: a long stream is a whole number of 8-byte steps");
if (SHORT % 8 != 0) ERROR("crc32c: a short stream is a whole number of 8-byte steps");

/** CRC-32C of `length` bytes at `at`, any alignment. */
export function crc32c(at: usize, length: u32): u32 {
  return crc32cUpdate(0, at, length);
}

/**
 * CRC-32C of earlier bytes followed by `length` bytes at `at`, where `crc` is the CRC-32C of the
 * earlier bytes; 0 when there are none.
 */
export function crc32cUpdate(crc: u32, at: usize, length: u32): u32 {
  if (!tablesAreReady) buildTables();
  let state = ~crc;
  while (length >= 4 * LONG) {
    state = fourStreams(state, at, LONG, longMove);
    at += 4 * LONG;
    length -= 4 * LONG;
  }
  while (length >= 4 * SHORT) {
    state = fourStreams(state, at, SHORT, shortMove);
    at += 4 * SHORT;
    length -= 4 * SHORT;
  }
  return ~oneStream(state, at, length);
}

/** Takes `state` over 4 × `piece` bytes at `at`; `move` is the table for a distance of `piece`. */
function fourStreams(state: u32, at: usize, piece: u32, move: usize): u32 {
  const end = at + piece;
  const piece2 = 2 * piece;
  const piece3 = 3 * piece;
  let a = state;
  let b: u32 = 0;
  let c: u32 = 0;
  let d: u32 = 0;
  while (at < end) {
    a = eightBytes(a, at);
    b = eightBytes(b, at + piece);
    c = eightBytes(c, at + piece2);
    d = eightBytes(d, at + piece3);
    at += 8;
  }
  a = moved(move, a) ^ b;
  a = moved(move, a) ^ c;
  return moved(move, a) ^ d;
}

function oneStream(state: u32, at: usize, length: u32): u32 {
  const end = at + length;
  while (at + 8 <= end) {
    state = eightBytes(state, at);
    at += 8;
  }
  while (at < end) {
    state = oneByte(state ^ load<u8>(at));
    at += 1;
  }
  return state;
}

/**
 * The first byte has the most zero bytes behind it, hence the last table.
 * Shaped by measurement: a table's address is a constant of the load instruction, and shift and
 * mask scale the index at once; together they are worth a quarter of the speed.
 */
function eightBytes(state: u32, at: usize): u32 {
  const low = state ^ load<u32>(at);
  const high = load<u32>(at, 4);
  return (
    load<u32>((low << 2) & 0x3fc, slices + 7 * TABLE) ^
    load<u32>((low >> 6) & 0x3fc, slices + 6 * TABLE) ^
    load<u32>((low >> 14) & 0x3fc, slices + 5 * TABLE) ^
    load<u32>((low >> 22) & 0x3fc, slices + 4 * TABLE) ^
    load<u32>((high << 2) & 0x3fc, slices + 3 * TABLE) ^
    load<u32>((high >> 6) & 0x3fc, slices + 2 * TABLE) ^
    load<u32>((high >> 14) & 0x3fc, slices + TABLE) ^
    load<u32>((high >> 22) & 0x3fc, slices)
  );
}

/** Moves `state`, already xored with the byte, over that byte. */
function oneByte(state: u32): u32 {
  return entry(slices, state & 255) ^ (state >> 8);
}

function moved(move: usize, state: u32): u32 {
  return (
    entry(move, state & 255) ^
    entry(move + TABLE, (state >> 8) & 255) ^
    (entry(move + 2 * TABLE, (state >> 16) & 255) ^ entry(move + 3 * TABLE, state >> 24))
  );
}

function entry(table: usize, index: u32): u32 {
  return load<u32>(table + (index << 2));
}

function buildTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let state = byte;
    for (let bit = 0; bit < 8; bit++) state = (state >> 1) ^ (state & 1 ? POLYNOMIAL : 0);
    store<u32>(slices + (byte << 2), state);
  }
  for (let byte: u32 = 0; byte < 256; byte++) {
    let state = entry(slices, byte);
    for (let slice: u32 = 1; slice < 8; slice++) {
      state = oneByte(state);
      store<u32>(slices + slice * TABLE + (byte << 2), state);
    }
  }
  buildMove(longMove, LONG);
  buildMove(shortMove, SHORT);
  tablesAreReady = true;
}

/** A move is linear, so the 32 single-bit states determine every entry. */
function buildMove(move: usize, zeros: u32): void {
  for (let slice: u32 = 0; slice < 4; slice++) {
    const table = move + slice * TABLE;
    store<u32>(table, 0);
    for (let index: u32 = 1; index < 256; index++) {
      const rest = index & (index - 1);
      const bit = (slice << 3) + ctz<u32>(index);
      const state =
        rest == 0 ? bitMoved(bit, zeros) : entry(table, rest) ^ entry(table, index ^ rest);
      store<u32>(table + (index << 2), state);
    }
  }
}

function bitMoved(bit: u32, zeros: u32): u32 {
  let state: u32 = 1 << bit;
  for (let step: u32 = 0; step < zeros; step++) state = oneByte(state);
  return state;
}
