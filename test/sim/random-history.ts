// Seeded random histories of a simulated disk: every kind of request, failures included, in any
// legal order. Nothing of the engine: the disk model must be right for whoever uses it.
//
// Legal means what the driver promises: two writes in flight never overlap, and a file is opened in
// one mode only.

import type {
  EntryRequest,
  History,
  SimFile,
  SimRequest,
  SyncRequest,
  WriteRequest,
} from "../../host/sim/history.js";
import { Content } from "../../host/sim/content.js";
import { Image } from "../../host/sim/image.js";
import { Random } from "../../host/random.js";

const EIO = -5;
const SECTOR = 512;

export interface RandomRun {
  readonly base: Image;
  readonly files: readonly SimFile[];
  readonly history: History;
}

export interface Shape {
  readonly events: number;
  /** Writes that may be uncertain at the same time; keeps exhaustive tests small. */
  readonly openWritesMax: number;
  /** Sectors of a write at most. */
  readonly sectorsMax: number;
  /** Sectors of a file at most. */
  readonly fileSectors: number;
}

type Mode = Pick<WriteRequest, "direct" | "synchronous">;
const MODES: readonly Mode[] = [
  { direct: false, synchronous: false },
  { direct: true, synchronous: false },
  { direct: false, synchronous: true },
  { direct: true, synchronous: true },
];

export function randomRun(seed: number, shape: Shape): RandomRun {
  return new Maker(seed, shape).run();
}

class Maker {
  private readonly random: Random;
  private readonly history: History = [];
  private readonly inFlight: (WriteRequest | SyncRequest)[] = [];
  private readonly modes = new Map<SimFile, Mode>();
  /** Files with a name in the running system. */
  private readonly live: SimFile[] = [];
  private requests = 0;
  private files = 0;
  private unsettled = 0;

  constructor(
    seed: number,
    private readonly shape: Shape,
  ) {
    this.random = new Random(seed);
  }

  run(): RandomRun {
    const base = new Image();
    const files = ["/d/log", "/d/a", "/d/b"].map((path) => this.newFile(path));
    for (const file of files) {
      this.live.push(file);
      base.files.set(file.path, Content.of(this.bytes(SECTOR * this.random.below(3))));
    }
    while (this.history.length < this.shape.events) this.step();
    return { base, files, history: this.history };
  }

  private newFile(path: string): SimFile {
    const file = { number: this.files++, path, isLog: path === "/d/log" };
    this.modes.set(file, MODES[this.random.below(MODES.length)]!);
    return file;
  }

  private bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.random.below(256));
  }

  private step(): void {
    const { random } = this;
    const dice = random.below(20);
    if (dice < 6 && this.inFlight.length > 0) return this.endOne();
    if (dice < 13) return this.startWrite();
    if (dice < 17) return this.startSync();
    if (dice === 17) return this.create();
    if (dice === 18) return this.unlink();
    this.entry("sync-dir", "/d", null);
  }

  private endOne(): void {
    const index = this.random.below(this.inFlight.length);
    const request = this.inFlight.splice(index, 1)[0]!;
    const isFailure = this.random.below(10) === 0 && this.isNewest(request);
    if (request.type === "sync" && !isFailure) this.unsettled = 0;
    const result = isFailure ? EIO : request.type === "write" ? request.length : 0;
    this.history.push({ step: "end", request, result });
  }

  /** A file whose growth failed has no writes behind it that rely on the growth. */
  private isNewest(request: WriteRequest | SyncRequest): boolean {
    if (request.type === "sync") return true;
    const newest = this.history.findLast(
      ({ request: each }) => each.type === "write" && each.file === request.file,
    );
    return newest!.request === request;
  }

  private begin(request: SimRequest): void {
    this.history.push({ step: "start", request, result: 0 });
  }

  private anyFile(): SimFile {
    return this.live[this.random.below(this.live.length)]!;
  }

  private startWrite(): void {
    const { random, shape } = this;
    if (this.unsettled >= shape.openWritesMax) return;
    const file = this.anyFile();
    const sectors = 1 + random.below(shape.sectorsMax);
    const offset = SECTOR * random.below(shape.fileSectors - sectors + 1);
    const length = sectors * SECTOR;
    if (this.isBusy(file, offset, length)) return;
    this.unsettled++;
    const request: WriteRequest = {
      ...{ type: "write", number: this.requests++, file, offset, length },
      data: random.below(6) === 0 ? null : this.bytes(length),
      ...this.modes.get(file)!,
      atomic: random.below(8) === 0,
      note: null,
    };
    this.begin(request);
    this.inFlight.push(request);
  }

  private isBusy(file: SimFile, offset: number, length: number): boolean {
    return this.inFlight.some(
      (each) =>
        each.type === "write" &&
        each.file === file &&
        each.offset < offset + length &&
        offset < each.offset + each.length,
    );
  }

  private startSync(): void {
    const file = this.anyFile();
    const request: SyncRequest = { type: "sync", number: this.requests++, file, note: null };
    this.begin(request);
    this.inFlight.push(request);
  }

  private create(): void {
    const free = ["/d/c", "/d/b"].find((path) => this.live.every((file) => file.path !== path));
    if (free === undefined) return;
    const file = this.newFile(free);
    this.live.push(file);
    this.entry("create", free, file);
  }

  private unlink(): void {
    const file = this.live.find((each) => each.path === "/d/c" || each.path === "/d/b");
    if (file === undefined || this.random.below(2) === 0) return;
    this.live.splice(this.live.indexOf(file), 1);
    this.entry("unlink", file.path, file);
  }

  private entry(type: EntryRequest["type"], path: string, file: SimFile | null): void {
    const request: EntryRequest = { type, number: this.requests++, path, file, note: null };
    this.begin(request);
    this.history.push({ step: "end", request, result: 0 });
  }
}
