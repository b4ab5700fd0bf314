// One number for a disk, so that the same disk is recovered once, however many cuts and choices
// lead to it. Sums of what differs from the image the run began with: a sector costs two hashes
// when it is recorded, and a few additions whenever it counts.
//
// Two choices that leave the same bytes have the same number: what lies behind the end of a file,
// what belongs to a file without a name, and what was written over its like make no difference.
//
// 53 bits: among a million disks two different ones share a number with a chance of 1 in 18,000.

import type { Content } from "./content.js";
import type { Choice, CrashPoint } from "./crash-point.js";
import type { SimFile, WriteRequest } from "./history.js";
import type { Image } from "./image.js";
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
    const end = Math.min(request.length, (i + 1) * SECTOR);
    hashSector(request.data?.subarray(i * SECTOR, end) ?? ZEROS, hashes, 2 * i);
  }
  known.set(request, hashes);
  return hashes;
}

const ZEROS = new Uint8Array(SECTOR);
const ZERO_HASHES = new Uint32Array(2);
hashSector(ZEROS, ZERO_HASHES, 0);

/** Two hashes of a sector into `target` at `at`; a sector that is cut counts as filled up. */
function hashSector(sector: Uint8Array, target: Uint32Array, at: number): void {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < SECTOR; i += 4) {
    const word = wordAt(sector, i);
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul((b << 13) | (b >>> 19), 0x85ebca6b) ^ word;
  }
  target[at] = a;
  target[at + 1] = b;
}

/** Bytes behind the end of `data` are zeros. */
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
  /** Values of the sectors written since, and of those of the base that were asked for. */
  private readonly sectors = new Map<number, number>();
  private readonly bases = new Map<number, number>();
  private readonly sums = new Map<number, number>();
  private readonly contents = new Map<number, Content>();

  constructor(base: Image, files: readonly SimFile[]) {
    for (const { number, path } of files) this.contents.set(number, base.files.get(path)!);
  }

  /** A write has become durable. Call in the order in which they do. */
  take(request: WriteRequest): void {
    const hashes = sectorHashes(request);
    const { number } = request.file;
    const first = Math.floor(request.offset / SECTOR);
    let sum = this.sumOf(number);
    for (let i = 0; i * 2 < hashes.length; i++) {
      const place = number * FILE_STRIDE + first + i;
      const value = mix(place, hashes[2 * i]!, hashes[2 * i + 1]!);
      sum = add(subtract(sum, this.at(place)), value);
      this.sectors.set(place, value);
    }
    this.sums.set(number, sum);
  }

  /** How a file differs from what it was at first. */
  sumOf(file: number): number {
    return this.sums.get(file) ?? 0;
  }

  at(place: number): number {
    return this.sectors.get(place) ?? this.baseAt(place);
  }

  /** The value of a sector when the run began; zeros behind the end. */
  baseAt(place: number): number {
    const found = this.bases.get(place);
    if (found !== undefined) return found;
    const content = this.contents.get(Math.floor(place / FILE_STRIDE));
    const offset = (place % FILE_STRIDE) * SECTOR;
    const hashes = ZERO_HASHES.slice();
    if (content !== undefined && offset < content.size) {
      const sector = new Uint8Array(Math.min(SECTOR, content.size - offset));
      content.read(offset, sector);
      hashSector(sector, hashes, 0);
    }
    const value = mix(place, hashes[0]!, hashes[1]!);
    this.bases.set(place, value);
    return value;
  }

  /** Places of a file that have been written, from a sector on. */
  placesFrom(file: number, sector: number): number[] {
    const from = file * FILE_STRIDE + sector;
    const to = (file + 1) * FILE_STRIDE;
    return [...this.sectors.keys()].filter((place) => place >= from && place < to);
  }
}

/** One sector that some write of a point touches, or that lies behind the end of a growing file. */
interface Slot {
  readonly file: number;
  readonly sector: number;
  readonly durable: number;
  readonly base: number;
}

/** What a number of directory changes makes of the files. */
interface Named {
  readonly files: ReadonlySet<number>;
  /** The durable part of them, and the sizes of those that do not grow. */
  readonly sum: number;
}

/** Numbers for the disks of one crash point. */
export class PointHash {
  private readonly slotOf = new Map<number, number>();
  private readonly slots: Slot[] = [];
  private readonly values: Float64Array;
  private readonly writes: { slot: number; value: number }[][] = [];
  private readonly uncertain: number[] = [];
  private readonly isTouched: Uint8Array;
  private readonly named: Named[] = [];

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
    for (const file of point.growingFiles) {
      const size = persistence.files.get(file)!.durableSize;
      for (const place of hash.placesFrom(file, Math.ceil(size / SECTOR))) this.slotAt(place);
    }
    this.values = new Float64Array(this.slots.length);
    this.isTouched = new Uint8Array(this.slots.length);
  }

  private slotsOf(request: WriteRequest): { slot: number; value: number }[] {
    const hashes = sectorHashes(request);
    const first = Math.floor(request.offset / SECTOR);
    const found: { slot: number; value: number }[] = [];
    for (let i = 0; i * 2 < hashes.length; i++) {
      const place = request.file.number * FILE_STRIDE + first + i;
      const value = mix(place, hashes[2 * i]!, hashes[2 * i + 1]!);
      found.push({ slot: this.slotAt(place), value });
    }
    return found;
  }

  private slotAt(place: number): number {
    const found = this.slotOf.get(place);
    if (found !== undefined) return found;
    const file = Math.floor(place / FILE_STRIDE);
    const [durable, base] = [this.hash.at(place), this.hash.baseAt(place)];
    this.slotOf.set(place, this.slots.length);
    this.slots.push({ file, sector: place % FILE_STRIDE, durable, base });
    return this.slots.length - 1;
  }

  /** Units: a number below 2^53. */
  of(choice: Choice): number {
    this.touch(choice);
    const { slots, isTouched, values, point } = this;
    const named = (this.named[choice.entries] ??= this.nameFiles(choice));
    let sum = named.sum;
    const ends = new Map<number, number>();
    for (const file of point.growingFiles) {
      const size = point.sizeOf(file, choice);
      ends.set(file, Math.ceil(size / SECTOR));
      if (named.files.has(file)) sum = add(sum, sizeHash(file, size));
    }
    for (let i = 0; i < slots.length; i++) {
      const { file, sector, durable, base } = slots[i]!;
      if (!named.files.has(file)) continue;
      if (sector >= (ends.get(file) ?? Infinity)) sum = add(subtract(sum, durable), base);
      else if (isTouched[i] === 1) sum = add(subtract(sum, durable), values[i]!);
    }
    return sum;
  }

  /** Lays the surviving writes over each other. */
  private touch({ fates }: Choice): void {
    const { values, isTouched, writes, uncertain } = this;
    isTouched.fill(0);
    for (let w = 0; w < writes.length; w++) {
      const fate = uncertain[w]! < 0 ? "kept" : fates[uncertain[w]!]!;
      if (fate === "lost") continue;
      const sectors = writes[w]!;
      for (let i = 0; i < sectors.length; i++) {
        if (fate !== "kept" && fate[this.unitOfSector(uncertain[w]!, i)] === 0) continue;
        const { slot, value } = sectors[i]!;
        values[slot] = value;
        isTouched[slot] = 1;
      }
    }
  }

  private unitOfSector(index: number, sector: number): number {
    const request = this.point.uncertain[index]!;
    if (this.point.isWhole(request)) return 0;
    const { offset } = request;
    const { unit } = this.point;
    return Math.floor((offset + sector * SECTOR) / unit) - Math.floor(offset / unit);
  }

  private nameFiles(choice: Choice): Named {
    const { point, hash } = this;
    const files = new Set(point.names(choice).values());
    let sum = 0;
    for (const file of files) {
      sum = add(sum, hash.sumOf(file));
      const isGrowing = point.growingFiles.includes(file);
      if (!isGrowing) sum = add(sum, sizeHash(file, point.sizeOf(file, choice)));
    }
    return { files, sum };
  }
}

function sizeHash(file: number, size: number): number {
  return mix(file, size >>> 0, Math.floor(size / SECTOR) ^ 0x1d);
}
