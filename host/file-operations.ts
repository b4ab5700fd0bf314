// The requests that change a directory: create, delete, sync-dir. They run at once, on the calling
// thread; each is traced, also when it failed.

import type { FileKind, IoPoint } from "./abi.js";
import { IoError } from "./errors.js";
import { errnoNumber } from "./errno.js";
import type { DriverOptions } from "./driver.js";
import type { FileTable } from "./files.js";
import type { SyncDecisions, SyncPoint } from "./flush/index.js";
import type { Recorder } from "./metrics.js";

export type FileOp = "create" | "delete" | "sync-dir";

const TRACE_NAMES = { create: "create", delete: "unlink", "sync-dir": "fsync-dir" } as const;
const EVENT_TYPES = { create: "created", delete: "unlinked", "sync-dir": "dir-synced" } as const;

export function isFileOp(op: string): op is FileOp {
  return op in TRACE_NAMES;
}

export class FileOperations {
  constructor(
    private readonly o: DriverOptions,
    private readonly files: FileTable,
    private readonly decisions: SyncDecisions,
    private readonly recorder: Recorder,
  ) {}

  /** Returns null when the operation went well, or was a sync that the method leaves out. */
  run(op: FileOp, kind: FileKind, id: number, point: IoPoint): IoError | null {
    const path = this.o.layout.pathOf(kind, id);
    if (op === "sync-dir" && !this.syncsDirectory(kind, point)) {
      this.o.observation?.elided(kind, id, path, point);
      return null;
    }
    const error = this.attempt(op, kind, id);
    const result = error === null ? 0 : errnoNumber(error.code);
    this.o.observation?.fileChanged({ type: EVENT_TYPES[op], kind, id, path, point, result });
    this.o.trace?.({ call: TRACE_NAMES[op], kind, id, point, path, offset: 0, length: 0 });
    return error;
  }

  private attempt(op: FileOp, kind: FileKind, id: number): IoError | null {
    try {
      if (op === "create") this.files.create(kind, id);
      else if (op === "delete") this.deleteFile(kind, id);
      else this.syncDirectory(kind);
      return null;
    } catch (error) {
      if (error instanceof IoError) return error;
      throw error;
    }
  }

  /** A file that is not there counts as deleted. */
  private deleteFile(kind: FileKind, id: number): void {
    this.files.close(kind, id);
    try {
      this.o.backend.unlink(this.o.layout.pathOf(kind, id));
    } catch (error) {
      if (!(error instanceof IoError) || error.code !== "ENOENT") throw error;
    }
  }

  /** The marker tells a complete store from an incomplete one, whatever the method promises. */
  private syncsDirectory(kind: FileKind, point: IoPoint): boolean {
    return kind === "marker" || this.decisions.of(kind, point as SyncPoint).rule !== "none";
  }

  private syncDirectory(kind: FileKind): void {
    this.o.backend.syncDirectory(this.o.layout.directoryOf(kind));
    this.recorder.count("fsync-dir");
  }
}
