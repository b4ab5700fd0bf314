// What the inspector says: one JSON object per line, the first key of each is "event".
//
// 64-bit values are decimal strings, since a JSON number of a reader may keep 53 bits only. Text
// is ASCII: bytes of a file that are not letters become dots, so no file can break a line.

import { STDOUT, writeStream } from "./sandbox";

const BUFFER_BYTES: u32 = 65536;
/** A line is never longer: every key and value is bounded, and lists are counted by the callers. */
const ROOM: u32 = 256;
const buffer: usize = memory.data(65536, 16);
let used: u32 = 0;
let isFirst: bool = true;

const QUOTE: u32 = 0x22;
const DIGITS_MAX: u32 = 20;
const digits: usize = memory.data(24, 8);

/** Starts a line. */
export function begin(event: string): void {
  byte(0x7b);
  isFirst = true;
  text("event", event);
}

/** Ends a line. */
export function end(): void {
  byte(0x7d);
  byte(0x0a);
}

/** Hands what was said to the host. */
export function send(): void {
  if (used > 0) writeStream(STDOUT, buffer, used);
  used = 0;
}

export function text(key: string, value: string): void {
  startKey(key);
  byte(QUOTE);
  literal(value);
  byte(QUOTE);
}

/** `length` bytes of a file as text; it ends at the first zero. */
export function fileText(key: string, at: usize, length: u32): void {
  startKey(key);
  byte(QUOTE);
  for (let index: u32 = 0; index < length && load<u8>(at + index) != 0; index++) {
    byte(printable(load<u8>(at + index)));
  }
  byte(QUOTE);
}

export function count(key: string, value: u32): void {
  startKey(key);
  decimal(value);
}

/** A file offset or a number of bytes: below 2^53. */
export function size(key: string, value: u64): void {
  startKey(key);
  decimal(value);
}

/** A 64-bit value as a decimal string. */
export function wide(key: string, value: u64): void {
  startKey(key);
  byte(QUOTE);
  decimal(value);
  byte(QUOTE);
}

/** A 32-bit value as "0x" and eight digits. */
export function hex(key: string, value: u32): void {
  startKey(key);
  byte(QUOTE);
  literal("0x");
  for (let shift: i32 = 28; shift >= 0; shift -= 4) {
    const digit = (value >> shift) & 15;
    byte(digit < 10 ? 0x30 + digit : 0x37 + digit);
  }
  byte(QUOTE);
}

export function flag(key: string, value: bool): void {
  startKey(key);
  literal(value ? "true" : "false");
}

function startKey(key: string): void {
  if (used + ROOM > BUFFER_BYTES) send();
  if (!isFirst) byte(0x2c);
  isFirst = false;
  byte(QUOTE);
  literal(key);
  byte(QUOTE);
  byte(0x3a);
}

/** A string of the compiler: UTF-16, its length in bytes four bytes before it. */
function literal(value: string): void {
  const at = changetype<usize>(value);
  const bytes = load<u32>(at - 4);
  for (let offset: u32 = 0; offset < bytes; offset += 2) byte(load<u8>(at + offset));
}

function decimal(value: u64): void {
  let at = digits + DIGITS_MAX;
  const stop = at;
  do {
    at--;
    store<u8>(at, 48 + <u8>(value % 10));
    value /= 10;
  } while (value != 0);
  while (at < stop) byte(load<u8>(at++));
}

function printable(value: u32): u32 {
  const isPlain = value >= 0x20 && value < 0x7f && value != QUOTE && value != 0x5c;
  return isPlain ? value : 0x2e;
}

function byte(value: u32): void {
  if (used == BUFFER_BYTES) send();
  store<u8>(buffer + used, value);
  used++;
}

/** Starts a text that `letter` fills and `endText` ends. */
export function startText(key: string): void {
  startKey(key);
  byte(QUOTE);
}

/** One printable ASCII character of the text under way. */
export function letter(value: u32): void {
  byte(printable(value));
}

export function endText(): void {
  byte(QUOTE);
}
