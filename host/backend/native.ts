// The backend on the native addon. Chains that stamp the log run on one thread, other chains on a
// second, single operations through io_uring or four threads; `start(true)` runs everything on the
// calling thread. This file only encodes operations and decodes completions.

import { addonProblem, loadAddon, RECORD_NUMBERS, SLOT_SIZE } from "../../native/index.js";
import type { Addon, AddonContext } from "../../native/index.js";
import { StoreError } from "../errors.js";
import type {
  Backend,
  BackendCapabilities,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "./backend.js";
import * as posix from "./posix-files.js";

export interface NativeBackendOptions {
  /** Single operations that may be with the kernel at once, 1 to 4096. */
  readonly queueDepth?: number;
  /** False: threads even where io_uring works. So does TORNPROOF_IO_URING=0 in the environment. */
  readonly uring?: boolean;
}

const QUEUE_DEPTH_DEFAULT = 64;
const RECORDS_PER_REAP = 256;
const SLOTS_FIRST = 256;
const SLOT_WORDS = SLOT_SIZE / 4;
const SLOT_DOUBLES = SLOT_SIZE / 8;

/**
 * Creates the backend.
 * Errors: StoreError UNAVAILABLE when the addon was not built or does not load.
 */
export function createNativeBackend(options: NativeBackendOptions = {}): Backend {
  const addon = loadAddon();
  if (addon === null) {
    throw new StoreError("UNAVAILABLE", `native backend: ${addonProblem() ?? "not loaded"}`);
  }
  return new NativeBackend(addon, options);
}

class NativeBackend implements Backend {
  readonly name = "native";
  readonly capabilities: BackendCapabilities;
  private readonly paths = new Map<FileHandle, string>();
  private readonly queue = new SlotQueue();
  private readonly records = new Float64Array(RECORDS_PER_REAP * RECORD_NUMBERS);
  private readonly queueDepth: number;
  private readonly uring: boolean;
  private context: AddonContext | null = null;
  private unreaped = 0;

  constructor(
    private readonly addon: Addon,
    options: NativeBackendOptions,
  ) {
    this.queueDepth = options.queueDepth ?? QUEUE_DEPTH_DEFAULT;
    const isWanted = options.uring ?? process.env["TORNPROOF_IO_URING"] !== "0";
    this.uring = isWanted && addon.uringProblem() === null;
    this.capabilities = {
      checksums: true,
      rwf: true,
      blockingWait: true,
      executor: this.uring ? "io_uring" : "4 threads",
      persistent: true,
    };
  }

  attach(memory: Uint8Array, pageSize: number, onReady: () => void): void {
    if (this.context !== null) throw new Error("native backend: attached already");
    const { addon, queueDepth, uring } = this;
    this.context = addon.createContext(memory, pageSize, { queueDepth, uring }, onReady);
  }

  open(path: string, mode: OpenMode, create: boolean): FileHandle {
    const file = posix.openFile(path, mode, create);
    this.paths.set(file, path);
    return file;
  }

  close(file: FileHandle): void {
    const path = this.pathOf(file);
    this.paths.delete(file);
    posix.closeFile(file, path);
  }

  fileSize(file: FileHandle): number {
    return posix.fileSize(file, this.pathOf(file));
  }

  unlink(path: string): void {
    posix.unlinkFile(path);
  }

  syncDirectory(path: string): void {
    posix.syncDirectory(path);
  }

  makeDirectory(path: string): void {
    posix.makeDirectory(path);
  }

  list(path: string): string[] | null {
    return posix.listDirectory(path);
  }

  submit(op: IoOp): void {
    this.queue.push(op);
    this.unreaped += 1;
  }

  start(inline: boolean): void {
    const context = this.attached();
    const count = this.queue.count;
    if (count === 0) return;
    this.queue.count = 0;
    if (inline) this.addon.runInline(context, this.queue.bytes, count);
    else this.addon.submit(context, this.queue.bytes, count);
  }

  reap(sink: CompletionSink): number {
    const { addon, records } = this;
    let total = 0;
    while (this.context !== null) {
      const count = addon.reap(this.context, records, RECORDS_PER_REAP);
      this.unreaped -= count;
      total += count;
      deliver(records, count, sink);
      if (count < RECORDS_PER_REAP) break;
    }
    return total;
  }

  wait(): void {
    if (!this.addon.wait(this.attached())) {
      throw new Error("native backend: nothing was started, so nothing can be waited for");
    }
  }

  pending(): number {
    return this.unreaped;
  }

  detach(): Promise<void> {
    if (this.context !== null) this.addon.destroy(this.context);
    this.context = null;
    this.unreaped = 0;
    return Promise.resolve();
  }

  private attached(): AddonContext {
    if (this.context === null) throw new Error("native backend: not attached");
    return this.context;
  }

  private pathOf(file: FileHandle): string {
    return this.paths.get(file) ?? `file ${file}`;
  }
}

/** `sink` may submit and start operations, but must not reap: the records are read in place. */
function deliver(records: Float64Array, count: number, sink: CompletionSink): void {
  for (let at = 0; at < count * RECORD_NUMBERS; at += RECORD_NUMBERS) {
    sink(records[at]!, records[at + 1]!, records[at + 2]!, records[at + 3]!);
  }
}

/** Operations on their way into the addon; native/src/op.h has the layout of a slot. */
class SlotQueue {
  count = 0;
  bytes = new Uint8Array(SLOTS_FIRST * SLOT_SIZE);
  private words = new Int32Array(this.bytes.buffer);
  private doubles = new Float64Array(this.bytes.buffer);

  push(op: IoOp): void {
    if ((this.count + 1) * SLOT_SIZE > this.bytes.length) this.grow();
    const word = this.count * SLOT_WORDS;
    const double = this.count * SLOT_DOUBLES;
    this.words[word] = op.tag;
    this.words[word + 1] = op.call;
    this.words[word + 2] = op.file;
    this.words[word + 3] = op.flags;
    this.doubles[double + 2] = op.offset;
    this.doubles[double + 3] = op.length;
    this.words[word + 8] = op.address;
    this.count += 1;
  }

  private grow(): void {
    const larger = new Uint8Array(this.bytes.length * 2);
    larger.set(this.bytes);
    this.bytes = larger;
    this.words = new Int32Array(larger.buffer);
    this.doubles = new Float64Array(larger.buffer);
  }
}
