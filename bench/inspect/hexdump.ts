// Bytes as lines: offset, 16 bytes, the letters among them, and the names of the fields that start
// in the line. Lines that repeat the one above are one star, unless a field starts in them.

import type { Facts } from "./report.js";

const PER_LINE = 16;

/** Returns the lines of a dump. `fields`: anything with "at" and a "name". */
export function hexdump(bytes: Uint8Array, fields: readonly Facts[]): string[] {
  const names = namesByLine(fields);
  const lines: string[] = [];
  let previous = "";
  let isSkipping = false;
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const piece = bytes.subarray(at, at + PER_LINE);
    const hex = hexOf(piece);
    const here = names.get(at) ?? "";
    const isLast = at + PER_LINE >= bytes.length;
    if (hex === previous && here === "" && !isLast) {
      if (!isSkipping) lines.push("*");
      isSkipping = true;
      continue;
    }
    isSkipping = false;
    previous = hex;
    const offset = at.toString(16).padStart(5, "0");
    lines.push(`${offset}  ${hex.padEnd(49)} ${lettersOf(piece).padEnd(16)}  ${here}`.trimEnd());
  }
  return lines;
}

function namesByLine(fields: readonly Facts[]): Map<number, string> {
  const names = new Map<number, string>();
  for (const field of fields) {
    const line = Math.floor(Number(field["at"]) / PER_LINE) * PER_LINE;
    const before = names.get(line);
    names.set(line, before === undefined ? labelOf(field) : `${before} ${labelOf(field)}`);
  }
  return names;
}

/** What a field is called in a dump. */
export function labelOf(field: Facts): string {
  switch (field["what"]) {
    case "extent":
      return `extent ${field["index"]}`;
    case "dictionary-entry":
      return `dictionary entry`;
    case "detect-entry":
      return "entry";
    case "record":
      return field["name"] === "" ? `record type ${field["type"]}` : String(field["name"]);
    default:
      return String(field["name"]);
  }
}

function hexOf(piece: Uint8Array): string {
  const pairs = [...piece].map((byte) => byte.toString(16).padStart(2, "0"));
  return `${pairs.slice(0, 8).join(" ")}  ${pairs.slice(8).join(" ")}`.trimEnd();
}

function lettersOf(piece: Uint8Array): string {
  return [...piece]
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
    .join("");
}
