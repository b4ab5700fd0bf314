// The disk of a running simulated machine: what its calls see, and the history of what they asked.
//
//   call ──▶ view: every write that has ended, as the page cache shows it
//        ──▶ history: start and end of every request, with the bytes; crash states are made of it
//
// A fault plan may fail a call or move fewer bytes; what a failed call leaves is for persistence.ts
// to say. Without a history the disk only runs, which is all that judging a crash state needs.

import { FileTree, normalize, parentOf } from "../backend/file-tree.js";
import { IoError } from "../errors.js";
import { Content, HEAP, type ChunkPool } from "./content.js";
import type {
  EntryRequest,
  History,
  Note,
  SimFile,
  SimRequest,
  SyncRequest,
  WriteRequest,
} from "./history.js";
import { Image } from "./image.js";

export interface SimNode {
  readonly file: SimFile;
  readonly content: Content;
}

/** The part of a request that a write needs. */
export interface WriteOp {
  readonly node: SimNode;
  readonly offset: number;
  readonly length: number;
  /** null: zeros. */
  readonly bytes: Uint8Array | null;
  readonly direct: boolean;
  readonly synchronous: boolean;
  readonly atomic: boolean;
  readonly note: Note | null;
}

export class SimDisk {
  readonly tree = new FileTree<SimNode>();
  /** Every file the history began with, by number. */
  baseFiles: readonly SimFile[] = [];
  history: History | null = null;
  /** Requests started since the history began. */
  private requests = 0;
  private filesCount = 0;

  constructor(
    image: Image = new Image(),
    private readonly pool: Pick<ChunkPool, "take"> = HEAP,
    private readonly logPath = "",
  ) {
    this.mount(image);
  }

  /** Boots from an image; it is not changed. */
  mount(image: Image): void {
    this.tree.clear();
    this.filesCount = 0;
    this.history = null;
    const files: SimFile[] = [];
    for (const [path, content] of image.files) {
      this.tree.makeDirectory(parentOf(path));
      const file = this.fileAt(path);
      files.push(file);
      this.tree.add(path, () => ({ file, content: content.fork(this.pool) }));
    }
    this.baseFiles = files;
  }

  private fileAt(path: string): SimFile {
    return { number: this.filesCount++, path, isLog: path === this.logPath };
  }

  /** Begins a history: everything that is here now counts as durable. Returns what is here. */
  record(): Image {
    const image = this.image();
    this.baseFiles = [...this.tree.entries()].map(([, node]) => node.file);
    this.requests = 0;
    this.history = [];
    return image;
  }

  /** What is here now, whether durable or not; the machine may go on. */
  image(pool: Pick<ChunkPool, "take"> = HEAP): Image {
    const image = new Image();
    for (const [path, { content }] of this.tree.entries())
      image.files.set(path, content.fork(pool));
    return image;
  }

  /** Says why the last file or directory operation was made. */
  annotateEntry(note: Note): void {
    const request = this.history?.at(-1)?.request;
    if (request?.type === "create" || request?.type === "unlink" || request?.type === "sync-dir") {
      request.note ??= note;
    }
  }

  create(path: string): SimNode {
    const node = this.tree.add(path, (key) => ({
      file: this.fileAt(key),
      content: Content.empty(this.pool),
    }));
    this.entry("create", node.file.path, node.file);
    return node;
  }

  unlink(path: string): void {
    const node = this.tree.unlink(path);
    this.entry("unlink", node.file.path, node.file);
  }

  syncDirectory(path: string): void {
    if (this.tree.list(path) === null) throw new IoError("ENOENT", "open", path);
    this.entry("sync-dir", normalize(path), null);
  }

  private entry(type: EntryRequest["type"], path: string, file: SimFile | null): void {
    if (this.history === null) return;
    const request: EntryRequest = { type, number: this.requests++, path, file, note: null };
    this.begin(request);
    this.end(request, 0);
  }

  /** Starts a write; its bytes are taken now. Null without a history. */
  startWrite(op: WriteOp): WriteRequest | null {
    if (this.history === null) return null;
    const { node, offset, length, bytes, direct, synchronous, atomic, note } = op;
    const request: WriteRequest = {
      type: "write",
      number: this.requests++,
      file: node.file,
      offset,
      length,
      data: bytes === null ? null : bytes.slice(),
      direct,
      synchronous,
      atomic,
      note,
    };
    this.begin(request);
    return request;
  }

  startSync(node: SimNode, note: Note | null): SyncRequest | null {
    if (this.history === null) return null;
    const request: SyncRequest = {
      type: "sync",
      number: this.requests++,
      file: node.file,
      note,
    };
    this.begin(request);
    return request;
  }

  private begin(request: SimRequest): void {
    this.history!.push({ step: "start", request, result: 0 });
  }

  /** A request has ended; a write that succeeded is seen from now on. */
  end(request: SimRequest | null, result: number): void {
    if (request !== null) this.history?.push({ step: "end", request, result });
  }
}
