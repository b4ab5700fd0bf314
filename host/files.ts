// The open files of a store, by (file kind, id): opened when first needed, in the mode the flush
// method's table says. Remembers what a sync has to know: writes since the last one, and growth.

import { FILE_KINDS, type FileKind } from "./abi.js";
import type { Backend, FileHandle, OpenMode } from "./backend/backend.js";
import type { FlushMethod } from "./flush/method.js";
import { openModeFor } from "./flush/index.js";
import type { Layout } from "./layout.js";

export interface OpenFile {
  readonly kind: FileKind;
  readonly id: number;
  readonly path: string;
  readonly handle: FileHandle;
  readonly mode: OpenMode;
  /** O_DSYNC or O_SYNC: every write is synced when it returns. */
  readonly isSynchronous: boolean;
  /** Bytes. */
  size: number;
  /** Writes started, writes ended well, and how many a finished sync covers. */
  writes: number;
  endedWrites: number;
  syncedWrites: number;
  /** The size has changed since the last finished sync. */
  hasGrown: boolean;
}

export class FileTable {
  private readonly open = new Map<number, OpenFile>();

  constructor(
    private readonly backend: Backend,
    private readonly layout: Layout,
    private readonly method: FlushMethod,
  ) {}

  /** The open file; opens it when it is not. Errors: IoError. */
  get(kind: FileKind, id: number): OpenFile {
    return this.open.get(keyOf(kind, id)) ?? this.openFile(kind, id, false);
  }

  /** Creates a file that must not exist. Errors: IoError. */
  create(kind: FileKind, id: number): OpenFile {
    return this.openFile(kind, id, true);
  }

  private openFile(kind: FileKind, id: number, create: boolean): OpenFile {
    const path = this.layout.pathOf(kind, id);
    const mode = openModeFor(this.method, kind);
    const handle = this.backend.open(path, mode, create);
    const file: OpenFile = {
      kind,
      id,
      path,
      handle,
      mode,
      isSynchronous: mode.sync !== "none",
      size: create ? 0 : this.backend.fileSize(handle),
      writes: 0,
      endedWrites: 0,
      syncedWrites: 0,
      hasGrown: create,
    };
    this.open.set(keyOf(kind, id), file);
    return file;
  }

  /** Closes the file if it is open. */
  close(kind: FileKind, id: number): void {
    const file = this.open.get(keyOf(kind, id));
    if (file === undefined) return;
    this.backend.close(file.handle);
    this.open.delete(keyOf(kind, id));
  }

  all(): OpenFile[] {
    return [...this.open.values()];
  }

  closeAll(): void {
    for (const file of this.all()) this.close(file.kind, file.id);
  }
}

/** One number for a file: a string would be built for every request. */
function keyOf(kind: FileKind, id: number): number {
  return id * FILE_KINDS.length + FILE_KINDS.indexOf(kind);
}
