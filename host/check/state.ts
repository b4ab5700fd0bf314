// What every rule of the checker shares: the files, the redo log, the device, and the verdict.

import { FILE_KINDS, type FileKind } from "../abi.js";
import { FileState } from "./file-state.js";
import { RedoState } from "./redo-state.js";
import { Verdict } from "./verdict.js";

/**
 * What a completed call is worth.
 * volatile    only what a sync that began later covers, or an O_DSYNC or O_SYNC write, is durable
 * protected   a completed O_DIRECT write is durable too; metadata and buffered writes are not
 */
export type DriveTrust = "volatile" | "protected";

export interface CheckRules {
  /** Default "volatile". */
  readonly device?: DriveTrust;
  /** Violations of each edge that are kept with their sentence; all are counted. Default 16. */
  readonly keep?: number;
}

export class CheckState {
  readonly device: DriveTrust;
  readonly verdict: Verdict;
  readonly redo = new RedoState();
  doublewrite: "ON" | "DETECT_ONLY" | "OFF" = "ON";
  pageSize = 16384;
  private readonly files: readonly Map<number, FileState>[] = FILE_KINDS.map(() => new Map());

  constructor(rules: CheckRules) {
    this.device = rules.device ?? "volatile";
    this.verdict = new Verdict(rules.keep ?? 16);
  }

  file(kind: FileKind, id: number): FileState | undefined {
    return this.files[FILE_KINDS.indexOf(kind)]!.get(id);
  }

  tablespace(id: number): FileState | undefined {
    return this.files[0]!.get(id);
  }

  tablespaces(): IterableIterator<FileState> {
    return this.files[0]!.values();
  }

  all(): FileState[] {
    return this.files.flatMap((byId) => [...byId.values()]);
  }

  add(kind: FileKind, id: number, path: string): FileState {
    const directory = path.slice(0, path.lastIndexOf("/"));
    const file = new FileState(kind, id, path, directory);
    this.files[FILE_KINDS.indexOf(kind)]!.set(id, file);
    return file;
  }

  remove(file: FileState): void {
    file.isGone = true;
    this.files[FILE_KINDS.indexOf(file.kind)]!.delete(file.id);
  }
}
