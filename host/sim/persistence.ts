// Follows a history and knows, after every event, what is durable and what hangs in the balance.
//
//   event            effect
//   write ends       buffered: in the page cache; direct: in the drive; O_DSYNC: on the medium
//   sync starts      remembers what has ended before it
//   sync ends        that goes to the medium (to the drive only: no barriers, or a lying drive);
//                    everything that was in the same drive's cache when it began goes along
//   sync fails       what it covered is dropped: some of it may be on the disk, and no later sync
//                    covers it any more, because the system has marked it clean
//   size, entry      as a buffered write: metadata waits for a sync of its file or directory
//
// Not claimed: an O_DSYNC write drains nothing but itself (FUA), the weaker of the two real ways.

import { Content } from "./content.js";
import { flushReachesMedium, LAYER, survives, type Crash, type Device } from "./device.js";
import type { Layer } from "./device.js";
import type { EntryRequest, SimEvent, SimFile, SyncRequest, WriteRequest } from "./history.js";
import type { Image } from "./image.js";

/** A write that is not durable yet. */
export interface Pending {
  readonly request: WriteRequest;
  layer: Layer;
}

/** A size the file has had since its size was last durable. */
export interface Growth {
  readonly file: SimFile;
  readonly size: number;
  readonly by: WriteRequest;
  layer: Layer;
}

/** A directory entry made or removed that is not durable yet. */
export interface EntryChange {
  readonly request: EntryRequest;
  layer: Layer;
}

interface Covered {
  readonly writes: Pending[];
  readonly drained: Pending[];
  readonly growths: Growth[];
  readonly entries: EntryChange[];
}

export interface FileState {
  readonly file: SimFile;
  /** Durable bytes; those behind the durable size are on the medium, and nobody can reach them. */
  readonly durable: Content;
  durableSize: number;
  /** Size as the running system sees it. */
  size: number;
}

export class Persistence {
  /** Files that exist for the running system or in the durable directory. */
  readonly files = new Map<number, FileState>();
  /** Durable directory: path to file number. */
  readonly names = new Map<string, number>();
  /** In order of starting. */
  writes: Pending[] = [];
  growths: Growth[] = [];
  entries: EntryChange[] = [];
  /** Told of every write that becomes durable, in that order. */
  onDurable: ((request: WriteRequest) => void) | null = null;
  private readonly syncs = new Map<number, Covered>();

  /** `base`: what the run began with, all of it durable. `files`: its files, as numbered. */
  constructor(
    base: Image,
    files: readonly SimFile[],
    readonly device: Device,
  ) {
    for (const file of files) {
      const content = base.files.get(file.path)!;
      const { size } = content;
      this.files.set(file.number, { file, durable: content.fork(), durableSize: size, size });
      this.names.set(file.path, file.number);
    }
  }

  take({ step, request, result }: SimEvent): void {
    switch (request.type) {
      case "write":
        return step === "start" ? this.writeStarted(request) : this.writeEnded(request, result);
      case "sync":
        return step === "start" ? this.syncStarted(request) : this.syncEnded(request, result);
      case "create":
      case "unlink":
        return void (step === "end" && this.entryChanged(request, result));
      case "sync-dir":
        return step === "start"
          ? this.directoryStarted(request)
          : this.directoryEnded(request, result);
    }
  }

  private writeStarted(request: WriteRequest): void {
    this.writes.push({ request, layer: LAYER.flight });
    const state = this.files.get(request.file.number)!;
    const end = request.offset + request.length;
    if (end <= state.size) return;
    state.size = end;
    this.growths.push({ file: request.file, size: end, by: request, layer: LAYER.flight });
  }

  private writeEnded(request: WriteRequest, result: number): void {
    const pending = this.writes.find((each) => each.request === request)!;
    const growth = this.growths.find((each) => each.by === request);
    // After an error nobody knows: any of it may be there, and no sync will say.
    if (result < 0) {
      pending.layer = LAYER.dropped;
      if (growth !== undefined) growth.layer = LAYER.dropped;
      return;
    }
    const { device } = this;
    if (request.synchronous) {
      if (growth !== undefined) this.sizeIsDurable([growth]);
      return this.reached([pending]);
    }
    pending.layer = request.direct && !device.copyOnWrite ? LAYER.drive : LAYER.pageCache;
    if (growth !== undefined) growth.layer = LAYER.pageCache;
  }

  private syncStarted(request: SyncRequest): void {
    const { file } = request;
    const isIdle = (each: { layer: Layer }): boolean =>
      each.layer === LAYER.pageCache || each.layer === LAYER.drive;
    this.syncs.set(request.number, {
      writes: this.writes.filter((each) => each.request.file === file && isIdle(each)),
      drained: this.writes.filter(
        (each) => each.layer === LAYER.drive && this.isSameDrive(each.request.file, file),
      ),
      growths: this.growths.filter((each) => each.file === file && isIdle(each)),
      entries: [],
    });
  }

  private isSameDrive(a: SimFile, b: SimFile): boolean {
    return !this.device.separateLog || a.isLog === b.isLog;
  }

  private syncEnded(request: SyncRequest, result: number): void {
    const covered = this.syncs.get(request.number)!;
    this.syncs.delete(request.number);
    if (result < 0) {
      for (const each of covered.writes)
        if (each.layer === LAYER.pageCache) each.layer = LAYER.dropped;
      for (const each of covered.growths) each.layer = LAYER.dropped;
      return;
    }
    this.sizeIsDurable(covered.growths);
    this.reached([...covered.writes, ...covered.drained]);
  }

  /** A sync has brought these writes as far as it goes. */
  private reached(writes: readonly Pending[]): void {
    const layer = flushReachesMedium(this.device) ? LAYER.medium : LAYER.drive;
    for (const each of writes) {
      if (each.layer !== LAYER.dropped && each.layer < layer) each.layer = layer;
    }
    if (layer !== LAYER.medium) return;
    const moved = this.writes.filter((each) => each.layer === LAYER.medium);
    if (moved.length === 0) return;
    this.writes = this.writes.filter((each) => each.layer !== LAYER.medium);
    for (const { request } of moved) this.apply(request);
  }

  private apply(request: WriteRequest): void {
    const state = this.files.get(request.file.number);
    if (state === undefined) return;
    state.durable.write(request.offset, request.data, 0, request.length);
    this.onDurable?.(request);
    this.forgetOlder(request);
  }

  /**
   * Whatever an older write might still leave there is overwritten now. Only writes that are buried
   * whole are forgotten: the engine rewrites whole log blocks and whole pages.
   */
  private forgetOlder(newer: WriteRequest): void {
    const isBuried = ({ request }: Pending): boolean =>
      request.file === newer.file &&
      request.number < newer.number &&
      request.offset >= newer.offset &&
      request.offset + request.length <= newer.offset + newer.length;
    if (this.writes.some(isBuried)) this.writes = this.writes.filter((each) => !isBuried(each));
  }

  private sizeIsDurable(growths: readonly Growth[]): void {
    const layer = flushReachesMedium(this.device) ? LAYER.medium : LAYER.drive;
    for (const growth of growths) {
      if (growth.layer === LAYER.dropped) continue;
      growth.layer = layer;
      if (layer !== LAYER.medium) continue;
      const state = this.files.get(growth.file.number);
      if (state !== undefined) state.durableSize = Math.max(state.durableSize, growth.size);
    }
    this.growths = this.growths.filter((each) => each.layer !== LAYER.medium);
  }

  private entryChanged(request: EntryRequest, result: number): void {
    if (result < 0) return;
    const file = request.file!;
    if (request.type === "create") {
      this.files.set(file.number, { file, durable: Content.empty(), durableSize: 0, size: 0 });
    }
    this.entries.push({ request, layer: LAYER.pageCache });
  }

  private directoryStarted(request: EntryRequest): void {
    const entries = this.entries.filter((each) => isInside(each.request.path, request.path));
    this.syncs.set(request.number, { writes: [], drained: [], growths: [], entries });
  }

  private directoryEnded(request: EntryRequest, result: number): void {
    const { entries } = this.syncs.get(request.number)!;
    this.syncs.delete(request.number);
    if (result < 0) return;
    const layer = flushReachesMedium(this.device) ? LAYER.medium : LAYER.drive;
    for (const entry of entries) entry.layer = layer;
    if (layer !== LAYER.medium) return;
    for (const { request: change } of entries) applyEntry(this.names, change);
    this.entries = this.entries.filter((each) => each.layer !== LAYER.medium);
  }

  /** What is there for sure after a crash now, everything else left out. */
  certain(crash: Crash): Certain {
    const isCertain = (each: { layer: Layer }): boolean => survives(each.layer, crash, this.device);
    const names = new Map(this.names);
    for (const { request } of this.entries.filter(isCertain)) applyEntry(names, request);
    return {
      names,
      writes: this.writes.filter(isCertain),
      growths: this.growths.filter(isCertain),
      uncertainWrites: this.writes.filter((each) => !isCertain(each)),
      uncertainGrowths: this.growths.filter((each) => !isCertain(each)),
      uncertainEntries: this.entries.filter((each) => !isCertain(each)),
    };
  }
}

/** A moment of a history, sorted for one kind of crash. */
export interface Certain {
  readonly names: ReadonlyMap<string, number>;
  readonly writes: readonly Pending[];
  readonly growths: readonly Growth[];
  readonly uncertainWrites: readonly Pending[];
  readonly uncertainGrowths: readonly Growth[];
  readonly uncertainEntries: readonly EntryChange[];
}

export function applyEntry(names: Map<string, number>, { type, path, file }: EntryRequest): void {
  if (type === "create") names.set(path, file!.number);
  else if (names.get(path) === file!.number) names.delete(path);
}

function isInside(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`) && path.indexOf("/", directory.length + 1) < 0;
}
