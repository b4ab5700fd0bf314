// A machine of the laboratory: the production engine and the production driver on a simulated disk.
// It boots from an image, and is rewound instead of made anew, because a new WebAssembly instance
// costs more than a recovery of a store this small.
//
//   boot(image) ▸ open or create ▸ commits, reads, checkpoints ▸ (power off) ▸ boot(image) ▸ …
//
// The clock is turned by hand; nothing here looks at the time.

import { FILE_KINDS } from "../abi.js";
import type { Backend } from "../backend/backend.js";
import { Driver } from "../driver.js";
import { Engine, type FoundFile } from "../engine.js";
import type { FlushMethod } from "../flush/index.js";
import { identify, Layout } from "../layout.js";
import type { TraceEvent } from "../trace.js";
import { SimBackend, type SimBackendOptions } from "./backend.js";
import { ChunkPool } from "./content.js";
import { SimDisk } from "./disk.js";
import type { Note } from "./history.js";
import type { Image } from "./image.js";

/** States and statuses of the engine that the laboratory tells apart. */
export const STATE = { running: 5, closed: 7, failed: 8 } as const;
export const STATUS = { ok: 0, pending: 1, logFull: 2, damaged: 5, poisoned: 7 } as const;

const DIR = "/store";
/** Turns in which nothing happened before a wait is given up; each moves the clock on. */
const IDLE_TURNS_MAX = 50;
const IDLE_MS = 250;

/** A machine that neither moves on nor fails: a hang. */
export class MachineHang extends Error {
  override readonly name = "MachineHang";
}

export interface MachineSettings {
  readonly module: WebAssembly.Module;
  readonly method: FlushMethod;
  /** Numbers of ENGINE_OPTION to values. */
  readonly options: ReadonlyMap<number, number>;
  readonly pageSize: number;
  readonly backend?: SimBackendOptions;
  /** The disk of another machine, whose process ends when this one starts. */
  readonly disk?: SimDisk;
  /** Puts something between the driver and the simulated disk. */
  readonly around?: (backend: SimBackend) => Backend;
}

export class SimMachine {
  readonly engine: Engine;
  readonly disk: SimDisk;
  readonly backend: SimBackend;
  readonly driver: Driver;
  readonly layout: Layout;
  /** Chunks of the disks that this machine runs on. */
  readonly pool = new ChunkPool();
  /** Milliseconds of the engine's clock. */
  now = 1;
  /** Called for every call the driver makes. */
  onTrace: ((event: TraceEvent) => void) | null = null;

  constructor(settings: MachineSettings) {
    const { module, method, options, pageSize } = settings;
    this.layout = new Layout(DIR, DIR, DIR, pageSize);
    const logPath = this.layout.pathOf("log", 0);
    this.disk = settings.disk ?? new SimDisk(undefined, this.pool, logPath);
    this.backend = new SimBackend(this.disk, settings.backend);
    this.engine = new Engine(module, options, [], true);
    this.driver = new Driver({
      ...{ engine: this.engine, method, layout: this.layout },
      backend: settings.around?.(this.backend) ?? this.backend,
      trace: (event) => this.traced(event),
      onReady: () => {},
    });
  }

  private traced(event: TraceEvent): void {
    const { kind, id, point } = event;
    if (this.disk.history !== null) this.annotate(event.call, { kind, id, point });
    this.onTrace?.(event);
  }

  private annotate(call: string, note: Note): void {
    const isEntry = call === "create" || call === "unlink" || call === "fsync-dir";
    if (isEntry) this.disk.annotateEntry(note);
    else this.backend.annotate(note);
  }

  /** Loses its power, and boots from `image`. Returns what stands in the directory. */
  boot(image: Image): "empty" | "store" {
    this.end();
    this.disk.mount(image);
    this.disk.tree.makeDirectory(DIR);
    return this.rewind(image);
  }

  /** The process ends and another one begins; the disk, and what is not durable on it, stay. */
  restart(): "empty" | "store" {
    this.end();
    return this.rewind(this.disk.image());
  }

  private end(): void {
    this.driver.abandon();
    this.backend.powerOff();
  }

  private rewind(image: Image): "empty" | "store" {
    const found = this.found(image);
    this.engine.rewind(found ?? []);
    return found === null ? "empty" : "store";
  }

  /** The files of a complete store; an incomplete one is removed, as a process would do. */
  private found(image: Image): FoundFile[] | null {
    const files: FoundFile[] = [];
    for (const [path, content] of image.files) {
      const known = identify(path.slice(DIR.length + 1));
      if (known === null) continue;
      files.push({ kind: FILE_KINDS.indexOf(known.kind), id: known.id, size: content.size });
    }
    const has = (kind: "data" | "log" | "marker"): boolean =>
      files.some((file) => file.kind === FILE_KINDS.indexOf(kind) && file.id === 0);
    if (has("log") && has("data") && !has("marker")) return files;
    for (const path of image.files.keys()) this.disk.unlink(path);
    return null;
  }

  /** Starts a store on what `boot` found, and waits until it runs or has failed. */
  start(found: "empty" | "store"): number {
    if (found === "empty") this.guard(() => this.engine.exports.storeCreate());
    else this.guard(() => this.engine.exports.storeOpen());
    this.settle(() => this.state === STATE.running);
    return this.state;
  }

  get state(): number {
    return this.engine.exports.storeState();
  }

  /** One turn: completions in, the engine moves on, requests out. Returns how many those were. */
  turn(): number {
    this.driver.reap();
    this.guard(() => this.engine.exports.poll(this.now));
    return this.driver.submit(false);
  }

  /**
   * Turns until `ready` or the store has failed.
   * Errors: MachineHang when nothing is in flight and nothing changes, whatever the clock says.
   */
  settle(ready: () => boolean): void {
    for (let idle = 0; idle < IDLE_TURNS_MAX;) {
      const asked = this.turn();
      if (ready() || this.state === STATE.failed) return;
      if (asked > 0 || this.backend.pending() > 0) idle = 0;
      else if (idle++ > 0) this.now += IDLE_MS;
      if (asked === 0 && this.backend.running.length > 0) this.onHeld();
    }
    throw new MachineHang(`the engine waits for nothing in state ${this.state}`);
  }

  /** What to do when operations are held: whoever records a run lets one end. */
  onHeld: () => void = () => this.backend.wait();

  /** Polls without waiting, until nothing is asked for any more. */
  rest(): void {
    this.settle(() => this.backend.pending() === 0 && !this.engine.hasRequests());
  }

  /** Turns a trap into an EnginePanic. */
  guard<T>(run: () => T): T {
    try {
      return run();
    } catch (trap) {
      throw this.engine.panic(trap);
    }
  }

  /**
   * Asks for the commit of a write set, again while it waits for pages or for room in the log.
   * Returns the status; POISONED when the store failed meanwhile.
   */
  commit(set: Uint8Array): number {
    const { exports, bytes } = this.engine;
    let status: number = STATUS.pending;
    const attempt = (): boolean => {
      bytes.set(set, exports.exchangeAddress());
      status = this.guard(() => exports.trxCommit(set.length, 1));
      return status !== STATUS.pending && status !== STATUS.logFull;
    };
    if (!attempt()) this.settle(attempt);
    return this.state === STATE.failed ? STATUS.poisoned : status;
  }

  /** Address of a page's body; 0 when it cannot be read, and why in `readStatus`. */
  page(space: number, page: number): number {
    const { exports } = this.engine;
    let at = 0;
    const ready = (): boolean => {
      at = this.guard(() => exports.pageRead(space, page));
      this.readStatus = at === 0 ? exports.pageReadStatus() : STATUS.ok;
      return this.readStatus !== STATUS.pending;
    };
    if (!ready()) {
      this.driver.submit(false);
      this.settle(ready);
    }
    if (this.readStatus === STATUS.pending) this.readStatus = STATUS.poisoned;
    return at;
  }

  /** Why the last `page` gave no address; a status of engine/abi/status.ts. */
  readStatus = 0;

  /** A free page of a tablespace, or null when there is none. */
  reserve(space: number): number | null {
    const { exports } = this.engine;
    let status: number = STATUS.pending;
    this.settle(() => {
      status = this.guard(() => exports.fspReserve(space));
      return status !== STATUS.pending;
    });
    return status === STATUS.ok ? exports.reservedPage() : null;
  }

  /** Creates or drops a tablespace; returns the status. */
  ddl(verb: "create" | "drop", name: string): number {
    const { exports, bytes } = this.engine;
    const encoded = new TextEncoder().encode(name);
    bytes.set(encoded, exports.exchangeAddress());
    this.guard(() =>
      verb === "create" ? exports.ddlCreate(encoded.length) : exports.ddlDrop(encoded.length),
    );
    this.settle(() => exports.ddlStatus() !== STATUS.pending);
    return this.state === STATE.failed ? STATUS.poisoned : exports.ddlStatus();
  }

  /** Space ids by name. */
  dictionary(): Map<string, number> {
    const { exports, bytes } = this.engine;
    const found = new Map<string, number>();
    for (let n = 0; n < exports.dictCapacity(); n++) {
      let id = 0;
      const ready = (): boolean => {
        id = exports.dictList(n);
        return exports.dictStatus() !== STATUS.pending;
      };
      if (!ready()) this.settle(ready);
      const at = exports.exchangeAddress();
      const name = bytes.subarray(at, at + exports.dictNameLength());
      if (id !== 0) found.set(new TextDecoder("utf-8", { ignoreBOM: true }).decode(name), id);
      if (exports.dictIsBehindEnd() !== 0) break;
    }
    return found;
  }

  /** Writes every dirty page and a checkpoint at the end of the log. */
  checkpoint(): void {
    const { exports } = this.engine;
    exports.storeCheckpoint();
    this.settle(() => exports.checkpointIsDone() !== 0);
  }
}
