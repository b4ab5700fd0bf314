// One moment of a run, and the disks that a crash at that moment may leave.
//
//   uncertain write   lost │ kept │ some of its units      any of them, each on its own
//   uncertain growth  the first n of the sizes a file had  sizes are journaled in order
//   uncertain entry   the first n of them                  so are directories
//
// A choice fixes all of these. Writes are laid over what is durable in the order in which they
// started, so of two versions of a sector the later one that survived is what is read.

import type { ChunkPool } from "./content.js";
import type { Crash, Device } from "./device.js";
import { unitOf } from "./device.js";
import type { WriteRequest } from "./history.js";
import { Image } from "./image.js";
import { applyEntry, type Certain, type Persistence } from "./persistence.js";

/** What becomes of one uncertain write: lost, kept, or a flag for each of its units. */
export type Fate = "lost" | "kept" | Uint8Array;

export interface Choice {
  /** One for each uncertain write of the point, in order. */
  readonly fates: readonly Fate[];
  /** How many uncertain growths survive, for each file of `growingFiles`. */
  readonly growths: readonly number[];
  /** How many uncertain directory changes survive. */
  readonly entries: number;
}

interface Layered {
  readonly request: WriteRequest;
  /** Index among the uncertain writes, or -1. */
  readonly uncertain: number;
}

export class CrashPoint {
  readonly uncertain: readonly WriteRequest[];
  /** Numbers of files with uncertain growths. */
  readonly growingFiles: readonly number[];
  readonly entriesCount: number;
  /** Bytes that share a fate, unless a write is atomic as a whole. */
  readonly unit: number;
  private readonly certain: Certain;
  private readonly byFile = new Map<number, Layered[]>();

  /** Valid until `persistence` takes the next event. */
  constructor(
    private readonly persistence: Persistence,
    readonly crash: Crash,
    readonly device: Device,
  ) {
    this.certain = persistence.certain(crash);
    this.unit = unitOf(crash, device);
    this.uncertain = this.certain.uncertainWrites.map((pending) => pending.request);
    this.growingFiles = [...new Set(this.certain.uncertainGrowths.map((each) => each.file.number))];
    this.entriesCount = this.certain.uncertainEntries.length;
    this.layer();
  }

  private layer(): void {
    const index = new Map(this.certain.uncertainWrites.map((pending, i) => [pending, i]));
    for (const pending of this.persistence.writes) {
      const { request } = pending;
      const of = this.byFile.get(request.file.number) ?? [];
      of.push({ request, uncertain: index.get(pending) ?? -1 });
      this.byFile.set(request.file.number, of);
    }
  }

  /** How many units of the `index`-th uncertain write can be told apart. */
  unitsOf(index: number): number {
    const { offset, length, atomic } = this.uncertain[index]!;
    if (atomic) return 1;
    return Math.ceil((offset + length) / this.unit) - Math.floor(offset / this.unit);
  }

  /** How many uncertain growths the file has. */
  growthsOf(fileNumber: number): number {
    return this.certain.uncertainGrowths.filter((each) => each.file.number === fileNumber).length;
  }

  /** The same fate for everything. */
  all(fate: "lost" | "kept"): Choice {
    const isKept = fate === "kept";
    return {
      fates: this.uncertain.map(() => fate),
      growths: this.growingFiles.map((file) => (isKept ? this.growthsOf(file) : 0)),
      entries: isKept ? this.entriesCount : 0,
    };
  }

  /** The disk that `choice` leaves. */
  image(choice: Choice, pool?: Pick<ChunkPool, "take">): Image {
    const image = new Image();
    for (const [path, number] of this.names(choice)) {
      const state = this.persistence.files.get(number)!;
      const content = state.durable.fork(pool);
      for (const { request, uncertain } of this.byFile.get(number) ?? []) {
        const fate = uncertain < 0 ? "kept" : choice.fates[uncertain]!;
        if (fate === "kept") content.write(request.offset, request.data, 0, request.length);
        else if (fate !== "lost") this.writeUnits(content, request, fate);
      }
      content.resize(this.sizeOf(number, choice));
      image.files.set(path, content);
    }
    return image;
  }

  /** The directory that `choice` leaves: paths and file numbers. */
  names(choice: Choice): ReadonlyMap<string, number> {
    if (choice.entries === 0) return this.certain.names;
    const names = new Map(this.certain.names);
    for (const { request } of this.certain.uncertainEntries.slice(0, choice.entries)) {
      applyEntry(names, request);
    }
    return names;
  }

  /** The size that `choice` leaves a file. Bytes. */
  sizeOf(fileNumber: number, choice: Choice): number {
    let size = this.persistence.files.get(fileNumber)!.durableSize;
    for (const growth of this.certain.growths) {
      if (growth.file.number === fileNumber) size = Math.max(size, growth.size);
    }
    const index = this.growingFiles.indexOf(fileNumber);
    if (index < 0) return size;
    const own = this.certain.uncertainGrowths.filter((each) => each.file.number === fileNumber);
    for (const growth of own.slice(0, choice.growths[index])) size = Math.max(size, growth.size);
    return size;
  }

  private writeUnits(content: Writable, request: WriteRequest, fate: Uint8Array): void {
    const { offset, length, data } = request;
    const first = Math.floor(offset / this.unit);
    for (let i = 0; i < fate.length; i++) {
      if (fate[i] === 0) continue;
      const from = Math.max(offset, (first + i) * this.unit);
      const to = Math.min(offset + length, (first + i + 1) * this.unit);
      content.write(from, data, from - offset, to - from);
    }
  }
}

interface Writable {
  write(offset: number, source: Uint8Array | null, from: number, length: number): void;
}
