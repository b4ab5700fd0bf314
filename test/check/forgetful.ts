// A disk in memory that forgets at a power cut what no sync has covered: every file goes back to
// its state at its last sync, and files whose entry was never synced are gone.

import { CALL, type Backend, type FileHandle, type IoOp } from "../../host/backend/backend.js";
import { createBackend } from "../../host/backend/index.js";
import { MemoryDisk } from "../../host/backend/memory-disk.js";
import type { OpenMode } from "../../host/backend/backend.js";
import { ForwardingBackend } from "../backend/forwarding.js";
import type { Ground } from "./workload.js";

export class ForgetfulGround implements Ground {
  readonly dir = "store";
  disk = new MemoryDisk();
  /** Content at the last sync, by path. */
  readonly synced = new Map<string, Uint8Array>();
  /** Paths whose directory entries are durable. */
  readonly entries = new Set<string>();

  backend(): Backend {
    return new Watching(createBackend("memory", { memoryDisk: this.disk }), this);
  }

  noteSync(path: string): void {
    const file = this.disk.find(path);
    this.synced.set(path, file.content(0, file.size).slice());
  }

  noteDirectory(path: string): void {
    for (const name of this.disk.list(path) ?? []) this.entries.add(`${path}/${name}`);
  }

  /** Power fails; `keeps`: the drive had written everything by then. */
  cut(keeps: boolean): void {
    const before = this.disk;
    this.disk = new MemoryDisk();
    this.disk.makeDirectory(this.dir);
    for (const name of before.list(this.dir) ?? []) {
      const path = `${this.dir}/${name}`;
      const file = before.find(path);
      const all = file.content(0, file.size);
      const bytes = keeps ? all : (this.synced.get(path) ?? new Uint8Array(0));
      if (keeps || this.entries.has(path))
        this.disk.create(path).reserve(0, bytes.length).set(bytes);
    }
  }
}

class Watching extends ForwardingBackend {
  private readonly paths = new Map<FileHandle, string>();
  /** Opened O_DSYNC or O_SYNC: every call of theirs syncs. */
  private readonly synchronous = new Set<FileHandle>();
  private toSync: string[] = [];

  constructor(
    inner: Backend,
    private readonly ground: ForgetfulGround,
  ) {
    super(inner);
  }

  override open(path: string, mode: OpenMode, create: boolean): FileHandle {
    const file = super.open(path, mode, create);
    this.paths.set(file, path);
    if (mode.sync !== "none") this.synchronous.add(file);
    return file;
  }

  override submit(op: IoOp): void {
    const isSync = op.call === CALL.fsync || op.call === CALL.fdatasync;
    if (isSync || this.synchronous.has(op.file)) {
      this.toSync.push(this.paths.get(op.file)!);
    }
    super.submit(op);
  }

  override start(inline: boolean): void {
    super.start(inline);
    this.toSync.splice(0).forEach((path) => this.ground.noteSync(path));
  }

  override unlink(path: string): void {
    super.unlink(path);
    this.ground.synced.delete(path);
    this.ground.entries.delete(path);
  }

  override syncDirectory(path: string): void {
    super.syncDirectory(path);
    this.ground.noteDirectory(path);
  }
}
