// One number for a disk, so that the same disk is recovered once, however many cuts and choices
// lead to it. Sums of what differs from the image the run began with: a sector costs two hashes
// when it is recorded, and a few additions whenever it counts.
//
// 53 bits: among a million disks two different ones share a number with a chance of 1 in 18,000.

import type { Choice, CrashPoint } from "./crash-point.js";
import type { WriteRequest } from "./history.js";
import type { Persistence } from "./persistence.js";

const SECTOR = 512;
/** Sectors of a file that have a number of their own; a file is smaller than that many. */
const FILE_STRIDE = 2 ** 24;

/** Two hashes of every sector of a write, made once. */
const known = new WeakMap<WriteRequest, Uint32Array>();

function sectorHashes(request: WriteRequest): Uint32Array {
  const found = known.get(request);
  if (found !== undefined) return found;
  const count = Math.ceil(request.length / SECTOR);
  const hashes = new Uint32Array(count * 2);
  for (let i = 0; i < count; i++) {
    let a = 0x811c9dc5;
    let b = 0x9e3779b9;
    const end = Math.min(request.length, (i + 1) * SECTOR);
    for (let at = i * SECTOR; at < end; at += 4) {
      const word = request.data === null ? 0 : wordAt(request.data, at);
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul((b << 13) | (b >>> 19), 0x85ebca6b) ^ word;
    }
    hashes[2 * i] = a;
    hashes[2 * i + 1] = b;
  }
  known.set(request, hashes);
  return hashes;
}

function wordAt(data: Uint8Array, at: number): number {
  return data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
}

function mix(place: number, a: number, b: number): number {
  let low = Math.imul(place ^ a, 0xcc9e2d51);
  low = Math.imul(low ^ (low >>> 15) ^ b, 0x1b873593);
  let high = Math.imul(place + 0x5bd1e995, b ^ 0x2545f491) ^ a;
  high = Math.imul(high ^ (high >>> 13), 0x9e3779b1);
  return ((low ^ (low >>> 16)) >>> 0) * 2 ** 21 + ((high ^ (high >>> 16)) >>> 11);
}

const MODULUS = 2 ** 53;
const add = (a: number, b: number): number => {
  // Both are below 2^53: halve first, so that nothing is rounded.
  const left = MODULUS - a;
  return b >= left ? b - left : a + b;
};
const subtract = (a: number, b: number): number => (a >= b ? a - b : a + (MODULUS - b));

/** The durable part, kept up while the history is walked. */
export class DurableHash {
  private readonly sectors = new Map<number, number>();
  sum = 0;

  /** A write has become durable. Call in the order in which they do. */
  take(request: WriteRequest): void {
    const hashes = sectorHashes(request);
    const first = Math.floor(request.offset / SECTOR);
    for (let i = 0; i * 2 < hashes.length; i++) {
      const place = request.file.number * FILE_STRIDE + first + i;
      const value = mix(place, hashes[2 * i]!, hashes[2 * i + 1]!);
      this.sum = add(subtract(this.sum, this.sectors.get(place) ?? 0), value);
      this.sectors.set(place, value);
    }
  }

  at(place: number): number {
    return this.sectors.get(place) ?? 0;
  }
}

/** Numbers for the disks of one crash point. */
export class PointHash {
  /** Slots: one for each sector that some write of the point touches. */
  private readonly slots = new Map<number, number>();
  private readonly durable: number[] = [];
  private readonly values: Float64Array;
  private readonly writes: { slot: number; value: number }[][] = [];
  private readonly uncertain: number[] = [];
  private readonly isTouched: Uint8Array;

  constructor(
    private readonly point: CrashPoint,
    persistence: Persistence,
    private readonly hash: DurableHash,
  ) {
    const index = new Map(point.uncertain.map((request, i) => [request, i]));
    for (const { request } of persistence.writes) {
      this.writes.push(this.slotsOf(request));
      this.uncertain.push(index.get(request) ?? -1);
    }
    this.values = new Float64Array(this.slots.size);
    this.isTouched = new Uint8Array(this.slots.size);
  }

  private slotsOf(request: WriteRequest): { slot: number; value: number }[] {
    const hashes = sectorHashes(request);
    const first = Math.floor(request.offset / SECTOR);
    const found: { slot: number; value: number }[] = [];
    for (let i = 0; i * 2 < hashes.length; i++) {
      const place = request.file.number * FILE_STRIDE + first + i;
      let slot = this.slots.get(place);
      if (slot === undefined) {
        slot = this.slots.size;
        this.slots.set(place, slot);
        this.durable.push(this.hash.at(place));
      }
      found.push({ slot, value: mix(place, hashes[2 * i]!, hashes[2 * i + 1]!) });
    }
    return found;
  }

  /** Units: a number below 2^53. */
  of(choice: Choice): number {
    const { values, isTouched, writes, uncertain } = this;
    isTouched.fill(0);
    for (let w = 0; w < writes.length; w++) {
      const fate = uncertain[w]! < 0 ? "kept" : choice.fates[uncertain[w]!]!;
      if (fate === "lost") continue;
      const sectors = writes[w]!;
      for (let i = 0; i < sectors.length; i++) {
        if (fate !== "kept" && fate[this.unitOfSector(uncertain[w]!, i)] === 0) continue;
        const { slot, value } = sectors[i]!;
        values[slot] = value;
        isTouched[slot] = 1;
      }
    }
    let sum = this.hash.sum;
    for (let slot = 0; slot < values.length; slot++) {
      if (isTouched[slot] === 0) continue;
      sum = add(subtract(sum, this.durable[slot]!), values[slot]!);
    }
    return add(sum, this.metadata(choice));
  }

  private unitOfSector(index: number, sector: number): number {
    const { offset, atomic } = this.point.uncertain[index]!;
    if (atomic) return 0;
    const { unit } = this.point;
    return Math.floor((offset + sector * SECTOR) / unit) - Math.floor(offset / unit);
  }

  private metadata(choice: Choice): number {
    let sum = 0;
    for (const [, number] of this.point.names(choice)) {
      const size = this.point.sizeOf(number, choice);
      sum = add(sum, mix(number, size >>> 0, Math.floor(size / 512) ^ 0x1d));
    }
    return sum;
  }
}
