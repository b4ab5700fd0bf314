// Where the stores of these tests live: a memory disk, a simulated one, or a directory of its own
// on a real one, and what can be done to the files of a store that is not open.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { backendProblem, createBackend, type BackendName } from "../../host/backend/index.js";
import { MemoryDisk } from "../../host/backend/memory-disk.js";
import type { Backend } from "../../host/backend/backend.js";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import type { EngineOverrides } from "../../host/open-store.js";
import type { StoreOptions } from "../../host/options.js";
import { SimBackend, type SimBackendOptions } from "../../host/sim/backend.js";
import { Content } from "../../host/sim/content.js";
import { SimDisk } from "../../host/sim/disk.js";
import { DRIVE_MODELS } from "../../host/sim/latency.js";
import { Store } from "../../host/store.js";

/** The backends that use a real directory and work here. */
export const DISKS = (["node-fs", "native"] as const).filter(
  (name) => backendProblem(name) === null,
);

/** Everything a store can live on here; memory and the simulated disk always work. */
export const BACKENDS = ["memory", "sim", "sim, timed", ...DISKS] as const;
export type PlaceName = (typeof BACKENDS)[number];

/** The smallest store that is still a real one: 4 KiB pages, 64 frames, redo that wraps soon. */
export const SMALL: StoreOptions = {
  innodb_page_size: 4096,
  innodb_buffer_pool_size: "5MiB",
  innodb_log_buffer_size: "256KiB",
  innodb_redo_log_capacity: "8MiB",
  innodb_doublewrite_pages: 16,
};
export const SMALL_ENGINE: EngineOverrides = new Map<number, number>([
  [ENGINE_OPTION.framesCount, 64],
  [ENGINE_OPTION.redoCapacity, 256 * 1024],
  [ENGINE_OPTION.batchesCount, 2],
  [ENGINE_OPTION.extendPages, 16],
  [ENGINE_OPTION.trxBytesMax, 32 * 1024],
]);

/** Files by path, relative to the place. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** A place for one store. */
export interface Place {
  /** Name of its backend. */
  readonly backend: BackendName | "sim";
  readonly dir: string;
  /** Opens the store here with small sizes; `options` and `engine` replace single ones. */
  open(options?: StoreOptions, engine?: EngineOverrides): Promise<Store>;
  /** Every file of the directory, the lock left out. */
  files(): Files;
  /** Content of one file. */
  read(name: string): Uint8Array;
  /** Replaces or creates a file. */
  write(name: string, bytes: Uint8Array): void;
  remove(name: string): void;
  /** Deletes everything. */
  clean(): void;
}

export function newPlace(name: PlaceName): Place {
  if (name === "memory") return new MemoryPlace();
  if (name === "sim") return new SimPlace();
  if (name === "sim, timed") return new SimPlace({ schedule: "timed", drive: DRIVE_MODELS[2]! });
  return new DiskPlace(name);
}

function openSmall(
  dir: string,
  backend: string | Backend,
  options: StoreOptions,
  engine: EngineOverrides,
): Promise<Store> {
  const overrides = new Map([...SMALL_ENGINE, ...engine]);
  return Store.open(dir, { ...SMALL, backend, ...options }, overrides);
}

/** A directory below the system's folder for temporary files. */
export class DiskPlace implements Place {
  readonly dir: string;

  constructor(
    readonly backend: "native" | "node-fs",
    dir?: string,
  ) {
    this.dir = dir ?? mkdtempSync(join(tmpdir(), `tornproof-store-${backend}-`));
  }

  open(options: StoreOptions = {}, engine: EngineOverrides = new Map()): Promise<Store> {
    return openSmall(this.dir, this.backend, options, engine);
  }

  files(): Files {
    const found = readdirSync(this.dir, { recursive: true, encoding: "utf8" }).sort();
    const names = found.filter((name) => statSync(join(this.dir, name)).isFile());
    return new Map(names.filter(isContent).map((name) => [name, this.read(name)]));
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.dir, name)));
  }

  write(name: string, bytes: Uint8Array): void {
    mkdirSync(dirname(join(this.dir, name)), { recursive: true });
    writeFileSync(join(this.dir, name), bytes);
  }

  remove(name: string): void {
    rmSync(join(this.dir, name));
  }

  clean(): void {
    if (!existsSync(this.dir)) return;
    chmodSync(this.dir, 0o755);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A directory of a memory disk, which lives as long as the place. */
export class MemoryPlace implements Place {
  readonly backend = "memory";
  readonly dir = "store";

  constructor(readonly disk: MemoryDisk = new MemoryDisk()) {}

  open(options: StoreOptions = {}, engine: EngineOverrides = new Map()): Promise<Store> {
    return openSmall(this.dir, this.newBackend(), options, engine);
  }

  newBackend(): Backend {
    return createBackend("memory", { memoryDisk: this.disk });
  }

  /** A place with the same bytes: what a crash of the process leaves behind. */
  copy(): MemoryPlace {
    const place = new MemoryPlace();
    for (const [name, bytes] of this.files()) place.write(name, bytes);
    return place;
  }

  files(): Files {
    const names = this.disk.list(this.dir) ?? [];
    return new Map(names.map((name) => [name, this.read(name)]));
  }

  read(name: string): Uint8Array {
    const file = this.disk.find(`${this.dir}/${name}`);
    return file.content(0, file.size).slice();
  }

  write(name: string, bytes: Uint8Array): void {
    const path = `${this.dir}/${name}`;
    this.disk.makeDirectory(this.dir);
    if ((this.disk.list(this.dir) ?? []).includes(name)) this.disk.unlink(path);
    this.disk.create(path).reserve(0, bytes.length).set(bytes);
  }

  remove(name: string): void {
    this.disk.unlink(`${this.dir}/${name}`);
  }

  clean(): void {
    for (const name of this.disk.list(this.dir) ?? []) this.remove(name);
  }
}

/** A directory of a simulated disk, which lives as long as the place. */
export class SimPlace implements Place {
  readonly backend = "sim";
  readonly dir = "store";
  readonly disk = new SimDisk();

  constructor(readonly options: SimBackendOptions = {}) {}

  open(options: StoreOptions = {}, engine: EngineOverrides = new Map()): Promise<Store> {
    return openSmall(this.dir, new SimBackend(this.disk, this.options), options, engine);
  }

  files(): Files {
    const names = this.disk.tree.list(this.dir) ?? [];
    return new Map(names.map((name) => [name, this.read(name)]));
  }

  read(name: string): Uint8Array {
    return this.disk.tree.find(`${this.dir}/${name}`).content.toBytes();
  }

  write(name: string, bytes: Uint8Array): void {
    const image = this.disk.image();
    image.files.set(`${this.dir}/${name}`, Content.of(bytes));
    this.disk.mount(image);
  }

  remove(name: string): void {
    this.disk.unlink(`${this.dir}/${name}`);
  }

  clean(): void {
    for (const name of this.disk.tree.list(this.dir) ?? []) this.remove(name);
  }
}

/** The lock changes at every opening and is no content of a store. */
function isContent(name: string): boolean {
  return !name.startsWith("tornproof.lock");
}

/** The first difference between two sets of files, in words, or null. */
export function difference(before: Files, after: Files): string | null {
  for (const [name, bytes] of before) {
    const now = after.get(name);
    if (now === undefined) return `${name} is gone`;
    if (now.length !== bytes.length) return `${name} has ${now.length} bytes, not ${bytes.length}`;
    const at = Buffer.compare(now, bytes) === 0 ? -1 : bytes.findIndex((b, i) => b !== now[i]);
    if (at >= 0) return `${name} byte ${at} is ${now[at]}, not ${bytes[at]}`;
  }
  for (const name of after.keys()) if (!before.has(name)) return `${name} is new`;
  return null;
}
