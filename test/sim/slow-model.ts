// The model of docs/crash-model.md a second time, as definitions instead of bookkeeping: for every
// write, size and entry of a history it looks back and forth for what makes it durable, and every
// byte of an image is looked up by itself. Slow, and written without a look at host/sim's own way.

import type { Crash, Device } from "../../host/sim/device.js";
import type {
  EntryRequest,
  History,
  SimFile,
  SimRequest,
  SyncRequest,
  WriteRequest,
} from "../../host/sim/history.js";
import type { Image } from "../../host/sim/image.js";
import type { RandomRun } from "./random-history.js";

/** Fate of one uncertain write: lost, kept, or a flag for each unit. */
export type SlowFate = "lost" | "kept" | Uint8Array;

export interface SlowChoice {
  /** By request number; whoever is missing is lost. */
  readonly fates: ReadonlyMap<number, SlowFate>;
  /** Uncertain growths kept, by file number. */
  readonly growths: ReadonlyMap<number, number>;
  readonly entries: number;
}

interface Life<R extends SimRequest> {
  readonly request: R;
  /** Positions in the history. Infinity: not yet. */
  readonly start: number;
  readonly end: number;
  readonly isOk: boolean;
}

export class SlowModel {
  private readonly writes: Life<WriteRequest>[];
  private readonly syncs: Life<SyncRequest>[];
  private readonly entries: Life<EntryRequest>[];

  constructor(
    private readonly run: RandomRun,
    cut: number,
    readonly device: Device,
    readonly crash: Crash,
  ) {
    const lives = livesOf(run.history.slice(0, cut));
    this.writes = lives.filter(isA("write")) as Life<WriteRequest>[];
    this.syncs = lives.filter(isA("sync")) as Life<SyncRequest>[];
    const ended = lives.filter((each) => each.isOk);
    this.entries = ended.filter(isA("create", "unlink", "sync-dir")) as Life<EntryRequest>[];
  }

  private get flushWorks(): boolean {
    return this.device.barriers && this.device.honest;
  }

  /** Whether what has only reached the drive survives. */
  private get driveSurvives(): boolean {
    return this.crash !== "power-cut" || this.device.cache !== "volatile";
  }

  /** When a sync of its own file first covered it successfully; Infinity when none has. */
  private syncedAt(file: SimFile, end: number): number {
    const good = this.syncs.filter((s) => s.request.file === file && s.start > end && s.isOk);
    return Math.min(Infinity, ...good.map((s) => s.end));
  }

  /** When a failed sync of its file marked it clean; Infinity when none has. */
  private droppedAt(file: SimFile, end: number): number {
    const bad = this.syncs.filter((s) => s.request.file === file && s.start > end);
    const at = bad.filter((s) => !s.isOk && s.end < Infinity).map((s) => s.end);
    return Math.min(Infinity, ...at);
  }

  isCertain(write: Life<WriteRequest>): boolean {
    const { request, end, isOk } = write;
    if (end === Infinity || !isOk) return false;
    if (this.crash === "process-kill") return true;
    const isDirect = request.direct && !this.device.copyOnWrite;
    const synced = this.syncedAt(request.file, end);
    const isSynced = isDirect
      ? synced < Infinity
      : synced < Infinity && synced < this.droppedAt(request.file, end);
    const isDrained =
      isDirect && this.syncs.some((s) => s.isOk && s.start > end && this.drains(s, request.file));
    const onMedium = this.flushWorks && (request.synchronous || isSynced || isDrained);
    const inDrive = isDirect || request.synchronous || isSynced;
    return onMedium || (inDrive && this.driveSurvives);
  }

  private drains(sync: Life<SyncRequest>, file: SimFile): boolean {
    return !this.device.separateLog || sync.request.file.isLog === file.isLog;
  }

  uncertainWrites(): WriteRequest[] {
    return this.writes.filter((each) => !this.isCertain(each)).map((each) => each.request);
  }

  isWhole({ atomic }: WriteRequest): boolean {
    return atomic || (this.device.copyOnWrite && this.crash !== "process-kill");
  }

  get unit(): number {
    if (this.crash === "power-cut") return this.device.atomicUnit;
    return Math.max(4096, this.device.atomicUnit);
  }

  unitsOf(write: WriteRequest): number {
    if (this.isWhole(write)) return 1;
    let units = 0;
    for (let last = -1, p = write.offset; p < write.offset + write.length; p++) {
      const unit = Math.floor(p / this.unit);
      if (unit !== last) units++;
      last = unit;
    }
    return units;
  }

  /** Every size a file has grown to, in order. */
  private growths(file: SimFile): Life<WriteRequest>[] {
    const own = this.writes.filter((each) => each.request.file === file);
    return own.filter((each) => {
      const earlier = own.filter((other) => other.start < each.start);
      const alive = earlier.filter((other) => other.isOk || other.end > each.start);
      const size = Math.max(this.baseSize(file), ...alive.map(endOf));
      return endOf(each) > size;
    });
  }

  private baseSize(file: SimFile): number {
    return this.run.files.includes(file) ? this.run.base.files.get(file.path)!.size : 0;
  }

  private sizeIsCertain(growth: Life<WriteRequest>, all: readonly Life<WriteRequest>[]): boolean {
    const { request, end, isOk } = growth;
    const { file } = request;
    const isFailed = !isOk && end < Infinity;
    const reach = this.flushWorks || this.driveSurvives;
    // A durable write can be read: the growths up to its end are durable with it.
    const readers = this.writes.filter(
      (each) => each.request.file === file && each.request.synchronous && each.isOk,
    );
    const isRead = readers.some((reader) => {
      if (endOf(reader) <= this.baseSize(file)) return false;
      const alive = all.filter((each) => each.isOk || each.end > reader.end);
      const last = alive.findIndex((each) => endOf(each) >= endOf(reader));
      return alive.indexOf(growth) >= 0 && alive.indexOf(growth) <= last;
    });
    if (isRead && reach && !isFailed) return true;
    if (end === Infinity || isFailed) return false;
    if (this.crash === "process-kill") return true;
    return reach && this.syncedAt(file, end) < this.droppedAt(file, end);
  }

  /** Sizes that are not certain, in order. Bytes. */
  uncertainSizes(file: SimFile): number[] {
    const all = this.growths(file);
    return all.filter((each) => !this.sizeIsCertain(each, all)).map(endOf);
  }

  private surelySized(file: SimFile): number {
    const all = this.growths(file);
    const certain = all.filter((each) => this.sizeIsCertain(each, all)).map(endOf);
    return Math.max(this.baseSize(file), ...certain);
  }

  private entryIsCertain(entry: Life<EntryRequest>): boolean {
    if (this.crash === "process-kill") return true;
    const isSynced = this.entries.some(
      (each) => each.request.type === "sync-dir" && each.start > entry.end,
    );
    return isSynced && (this.flushWorks || this.driveSurvives);
  }

  uncertainEntries(): EntryRequest[] {
    const changes = this.entries.filter((each) => each.request.type !== "sync-dir");
    return changes.filter((each) => !this.entryIsCertain(each)).map((each) => each.request);
  }

  private names(choice: SlowChoice): Map<string, SimFile> {
    const names = new Map(this.run.files.map((file) => [file.path, file]));
    const changes = this.entries.filter((each) => each.request.type !== "sync-dir");
    const certain = changes.filter((each) => this.entryIsCertain(each));
    const kept = this.uncertainEntries().slice(0, choice.entries);
    for (const { type, path, file } of [...certain.map((each) => each.request), ...kept]) {
      if (type === "create") names.set(path, file!);
      else if (names.get(path) === file) names.delete(path);
    }
    return names;
  }

  /** The disk that a choice leaves: bytes by path. */
  image(choice: SlowChoice): Map<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    for (const [path, file] of this.names(choice)) {
      const kept = this.uncertainSizes(file).slice(0, choice.growths.get(file.number) ?? 0);
      const bytes = new Uint8Array(Math.max(this.surelySized(file), ...kept));
      const base = this.run.files.includes(file)
        ? this.run.base.files.get(file.path)!.toBytes()
        : new Uint8Array(0);
      const newestFirst = this.writes.filter((each) => each.request.file === file).reverse();
      for (let p = 0; p < bytes.length; p++) {
        const seen = newestFirst.find((each) => this.isThere(each, p, choice));
        bytes[p] = seen === undefined ? (base[p] ?? 0) : byteOf(seen.request, p);
      }
      files.set(path, bytes);
    }
    return files;
  }

  private isThere(write: Life<WriteRequest>, p: number, { fates }: SlowChoice): boolean {
    const { request } = write;
    if (p < request.offset || p >= request.offset + request.length) return false;
    if (this.isCertain(write)) return true;
    const fate = fates.get(request.number) ?? "lost";
    if (typeof fate === "string") return fate === "kept";
    if (this.isWhole(request)) return fate[0] === 1;
    return fate[Math.floor(p / this.unit) - Math.floor(request.offset / this.unit)] === 1;
  }
}

function livesOf(history: History): Life<SimRequest>[] {
  const lives: Life<SimRequest>[] = [];
  history.forEach(({ step, request }, start) => {
    if (step !== "start") return;
    const end = history.findIndex((each) => each.step === "end" && each.request === request);
    const isOk = end >= 0 && history[end]!.result >= 0;
    lives.push({ request, start, end: end < 0 ? Infinity : end, isOk });
  });
  return lives;
}

function isA(...types: SimRequest["type"][]): (life: Life<SimRequest>) => boolean {
  return ({ request }) => types.includes(request.type);
}

function endOf({ request }: Life<WriteRequest>): number {
  return request.offset + request.length;
}

function byteOf({ data, offset }: WriteRequest, p: number): number {
  return data === null ? 0 : data[p - offset]!;
}

/** An image as the slow model writes it. */
export function bytesOf(image: Image): Map<string, Uint8Array> {
  return new Map([...image.files].map(([path, content]) => [path, content.toBytes()]));
}
