// Reads the redo that is about to be written: which pages, files and notes its record groups name.
//
//   write   │hdr 12│ data 496 │trl 4│hdr 12│ data …          blocks of 512 bytes, as in the file
//   payload        └──────────┴──────────┘ …                joined; an unfinished group waits
//
// A partly filled block is written again and again; payload that was read before is skipped by its
// LSN. Layout: docs/format.md, "Log block" and "Redo records"; engine/format holds the originals.

import type { RedoChange, RedoWrite } from "./event.js";

export const LOG_BLOCK_SIZE = 512;
const HEADER = 12;
const DATA = 496;
/** Block numbers have 30 bits. */
const NUMBER_WRAP = 2 ** 30 * LOG_BLOCK_SIZE;

const WRITE_STRING = 30;
const MULTI_REC_END = 31;
const DUMMY_RECORD = 32;
const FILE_CREATE = 33;
const FILE_DELETE = 35;
const INIT_FILE_PAGE2 = 59;
const FILE_EXTEND = 65;
const FLUSHED_TO = 77;
const SINGLE_REC_FLAG = 0x80;

/** The LSN `payload` bytes of records after `start`; never on a header or a trailer. */
function lsnAfter(start: number, payload: number): number {
  const inBlock = start % LOG_BLOCK_SIZE;
  const total = inBlock - HEADER + payload;
  return start - inBlock + Math.floor(total / DATA) * LOG_BLOCK_SIZE + HEADER + (total % DATA);
}

export class RedoReader {
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  private length = 0;
  /** LSN of the first byte of the payload that waits; null before the first write. */
  private start: number | null = null;
  private at = 0;
  private changes: RedoChange[] = [];

  /** Reads one write of `length` bytes at `address` of `memory`. Units: `capacity` bytes. */
  read(memory: DataView, address: number, length: number, capacity: number): RedoWrite {
    const from = this.lsnOf(memory.getUint32(address));
    this.start ??= from + HEADER;
    for (let at = 0; at < length; at += LOG_BLOCK_SIZE) this.take(memory, address + at, from + at);
    this.changes = [];
    this.parse();
    const last = address + length - LOG_BLOCK_SIZE;
    return { from, to: endOf(memory, last, from + length), capacity, changes: this.changes };
  }

  /** The write that ends recovery: the log goes on behind it, whatever was read before. */
  close(memory: DataView, address: number, capacity: number): RedoWrite {
    const from = this.lsnOf(memory.getUint32(address));
    this.start = endOf(memory, address, from + LOG_BLOCK_SIZE);
    this.length = 0;
    return { from, to: this.start, capacity, changes: [] };
  }

  /** LSN of a block: its number repeats every 512 GiB, so the nearest one to the last is meant. */
  private lsnOf(number: number): number {
    const low = (number - 1) * LOG_BLOCK_SIZE;
    const laps = Math.round(((this.start ?? low) - low) / NUMBER_WRAP);
    return low + laps * NUMBER_WRAP;
  }

  /** Takes the payload of one block that was not taken before. */
  private take(memory: DataView, block: number, lsn: number): void {
    const filled = memory.getUint16(block + 4);
    const end = filled === LOG_BLOCK_SIZE ? HEADER + DATA : filled;
    const next = lsnAfter(this.start!, this.length);
    const skip = Math.max(HEADER, next - lsn);
    if (skip >= end) return;
    this.reserve(end - skip);
    const source = new Uint8Array(memory.buffer, memory.byteOffset + block + skip, end - skip);
    this.bytes.set(source, this.length);
    this.length += end - skip;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  /** Parses every whole group; what is left of an unfinished one moves to the front. */
  private parse(): void {
    let done = 0;
    for (;;) {
      const known = this.changes.length;
      if (!this.group(done)) {
        this.changes.length = known;
        break;
      }
      const from = lsnAfter(this.start!, done);
      const to = lsnAfter(this.start!, this.at);
      for (let i = known; i < this.changes.length; i++) {
        this.changes[i]!.from = from;
        this.changes[i]!.to = to;
      }
      done = this.at;
    }
    if (done === 0) return;
    this.start = lsnAfter(this.start!, done);
    this.bytes.copyWithin(0, done, this.length);
    this.length -= done;
  }

  /** Parses the group at `position`, leaving `at` behind it; false when it is not whole yet. */
  private group(position: number): boolean {
    this.at = position;
    for (let isFirst = true; this.at < this.length; isFirst = false) {
      const head = this.bytes[this.at++]!;
      if (head === MULTI_REC_END || head === DUMMY_RECORD) return true;
      if (!this.record(head & ~SINGLE_REC_FLAG)) return false;
      if (isFirst && (head & SINGLE_REC_FLAG) !== 0) return true;
    }
    return false;
  }

  /** Parses what follows a record's type; false when the payload ends first. */
  private record(type: number): boolean {
    const space = this.compressed();
    const page = this.compressed();
    const at = this.at;
    if (at > this.length) return false;
    switch (type) {
      case WRITE_STRING:
        if (at + 4 > this.length) return false;
        this.at += 4 + this.view.getUint16(at + 2);
        this.note(space, page);
        break;
      case INIT_FILE_PAGE2:
        this.at += 2;
        this.note(space, page);
        break;
      case FILE_EXTEND:
        this.at += 16;
        if (this.at <= this.length) this.extend(space, at);
        break;
      case FLUSHED_TO:
        this.at += 8;
        if (this.at <= this.length) this.flushedTo(at);
        break;
      case FILE_CREATE:
        this.changes.push({ type: "create", space, from: 0, to: 0 });
        break;
      case FILE_DELETE:
        this.changes.push({ type: "delete", space, from: 0, to: 0 });
        break;
      default:
        throw new Error(`observer: redo holds a record of type ${type}; no such record is written`);
    }
    return this.at <= this.length;
  }

  /** Records of one page mostly follow each other. */
  private note(space: number, page: number): void {
    const last = this.changes.at(-1);
    const isSame = last?.type === "page" && last.to === 0;
    if (isSame && last.space === space && last.page === page) return;
    this.changes.push({ type: "page", space, page, from: 0, to: 0 });
  }

  private extend(space: number, at: number): void {
    const pages = Number(this.view.getBigUint64(at) + this.view.getBigUint64(at + 8));
    this.changes.push({ type: "extend", space, pages, from: 0, to: 0 });
  }

  private flushedTo(at: number): void {
    this.changes.push({ type: "note", lsn: lsnAt(this.view, at), from: 0, to: 0 });
  }

  /** A compressed integer; `at` lies behind the payload when it is not whole. */
  private compressed(): number {
    const first = this.bytes[this.at]!;
    const size = sizeOf(first);
    const at = this.at;
    this.at += size;
    if (this.at > this.length) return 0;
    if (size === 1) return first;
    if (size === 5) return this.view.getUint32(at + 1);
    let bits = first & (0xff >> size);
    for (let i = 1; i < size; i++) bits = bits * 256 + this.bytes[at + i]!;
    if (first < 0xf8) return bits;
    // The long forms stand for numbers near 2^32: ones in front.
    const kept = { 2: 10, 3: 17, 4: 24 }[size as 2 | 3 | 4];
    return 2 ** 32 - 2 ** kept + (bits % 2 ** kept);
  }
}

function sizeOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc0) return 2;
  if (first < 0xe0) return 3;
  if (first < 0xf0) return 4;
  if (first === 0xf0) return 5;
  if (first < 0xfc) return 2;
  return first < 0xfe ? 3 : 4;
}

/** Where redo ends in a block: behind it, when it is full, the next one's data goes on. */
function endOf(memory: DataView, block: number, next: number): number {
  const filled = memory.getUint16(block + 4);
  return filled === LOG_BLOCK_SIZE ? next + HEADER : next - LOG_BLOCK_SIZE + filled;
}

/** A big-endian 64-bit number below 2^53. */
export function lsnAt(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}
