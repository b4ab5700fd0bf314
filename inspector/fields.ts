// Named fields of one structure: where in the page, how long, what it is called, what it holds.
// The names are those of docs/format.md and of InnoDB's sources.

import { loadU16, loadU32, loadU64, loadU8 } from "../engine/format/bytes";
import { begin, count, end, fileText, hex, text, wide } from "./out";
import { window } from "./sandbox";

/** An unsigned integer of 1, 2, 4 or 8 bytes, with a remark or "". */
export function number(at: u32, size: u32, name: string, note: string = ""): void {
  start(at, size, name);
  wide("value", valueAt(at, size));
  if (note != "") text("note", note);
  end();
}

/** Four bytes as hexadecimal, with a remark or "". */
export function hexNumber(at: u32, name: string, note: string = ""): void {
  start(at, 4, name);
  hex("value", loadU32(window + at));
  if (note != "") text("note", note);
  end();
}

export function letters(at: u32, size: u32, name: string): void {
  start(at, size, name);
  fileText("value", window + at, size);
  end();
}

/** Bytes that hold nothing by definition, or nothing that is shown. */
export function bytes(at: u32, size: u32, name: string, note: string = ""): void {
  start(at, size, name);
  text("value", "");
  if (note != "") text("note", note);
  end();
}

/** A list base: length, then the page and byte of the first and the last node. */
export function list(at: u32, name: string): void {
  begin("field");
  count("at", at);
  count("size", 16);
  text("name", name);
  wide("value", loadU32(window + at));
  count("first_page", loadU32(window + at + 4));
  count("first_offset", loadU16(window + at + 8));
  count("last_page", loadU32(window + at + 10));
  count("last_offset", loadU16(window + at + 14));
  end();
}

/** A page number, where 0xFFFFFFFF means none. */
export function pageNumber(at: u32, name: string): void {
  const isNone = loadU32(window + at) == 0xffffffff;
  number(at, 4, name, isNone ? "FIL_NULL: none" : "");
}

function start(at: u32, size: u32, name: string): void {
  begin("field");
  count("at", at);
  count("size", size);
  text("name", name);
}

function valueAt(at: u32, size: u32): u64 {
  if (size == 1) return loadU8(window + at);
  if (size == 2) return loadU16(window + at);
  return size == 4 ? loadU32(window + at) : loadU64(window + at);
}
