// Starts the engine and turns its traps into EnginePanic. One instance is one store; memory is
// grown once, to the size the engine asks for, before the first address is used. The crash
// laboratory rewinds an instance instead of making a new one: see `rewind`.

import { unsigned } from "./engine-border.js";
import { EnginePanic, StoreError } from "./errors.js";

/** The ABI this host speaks; engine/index.ts exports its own. */
const ABI_VERSION = 1;
const WASM_PAGE = 65536;
/** Bytes one linear memory can have: addresses are 32 bits wide. */
const MEMORY_MAX = 65536 * WASM_PAGE;
/** What the engine has room for; engine/limits.ts. */
const SPACES_MAX = 1024;
const BATCHES_MAX = 256;
/** Static data begins here (asconfig.json, memoryBase); what is below is nobody's. */
const STATIC_DATA_AT = 1 << 20;
/** Where a rewindable engine keeps its globals: in nobody's memory. */
const SAVED_STATE_AT = 4096;
/** Room for more doublewrite copies than the files had at first. */
const REWIND_HEADROOM = 4 << 20;

/**
 * The exports of engine/index.ts, as `unsigned` of engine-border.ts hands them out. LSNs and sizes
 * are numbers below 2^53; addresses, ids, page numbers and counts are 0 to 2^32 - 1.
 */
export interface EngineExports {
  abiVersion(): number;
  setOption(id: number, value: number): number;
  foundFile(kind: number, id: number, size: number): number;
  arenaPlan(): number;
  arenaStateEnd(): number;
  stateSave(at: number): void;
  stateLoad(at: number): void;
  stateBytes(): number;
  ringHeaderAddress(): number;
  submissionAddress(): number;
  completionAddress(): number;
  ringSlots(): number;
  exchangeAddress(): number;
  exchangeBytes(): number;
  countersAddress(): number;
  countersCount(): number;
  failureAddress(): number;
  panicAddress(): number;
  storeCreate(): number;
  storeOpen(): number;
  storeClose(): number;
  storeState(): number;
  storeStatus(): number;
  isPoisoned(): number;
  poll(nowMs: number): void;
  storeCheckpoint(): number;
  checkpointIsDone(): number;
  trxCommit(length: number, mayRead: number): number;
  commitLsn(): number;
  pendingSpace(): number;
  pendingPage(): number;
  pageIsPending(spaceId: number, pageNo: number): number;
  logWrite(upTo: number, flush: number): void;
  logStep(): void;
  lsn(): number;
  writeLsn(): number;
  flushedToDiskLsn(): number;
  checkpointLsn(): number;
  redoLogCapacity(): number;
  redoLogSoftLimit(): number;
  redoLogHardLimit(): number;
  pageRead(spaceId: number, pageNo: number): number;
  pageReadStatus(): number;
  fspReserve(spaceId: number): number;
  reservedPage(): number;
  fspUnreserve(spaceId: number, pageNo: number): void;
  spacePages(spaceId: number): number;
  ddlCreate(nameLength: number): number;
  ddlDrop(nameLength: number): number;
  ddlStatus(): number;
  ddlSpaceId(): number;
  dictCapacity(): number;
  dictList(n: number): number;
  dictNameLength(): number;
  dictIsBehindEnd(): number;
  dictStatus(): number;
  stampPages(at: number, count: number): void;
  stampLogBlocks(at: number, length: number): void;
  pageChecksumIsValid(at: number): number;
  poolPagesData(): number;
  poolPagesFree(): number;
  poolPagesDirty(): number;
  poolPagesOld(): number;
  checkInvariants(): void;
}

/** Values of the engine's options by number; engine-options.ts makes them. */
export type EngineOptions = ReadonlyMap<number, number>;

/** A file the engine is told about before it starts. */
export interface FoundFile {
  readonly kind: number;
  readonly id: number;
  /** Bytes. */
  readonly size: number;
}

export class Engine {
  readonly exports: EngineExports;
  /** All of linear memory; never detached after construction. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly view: DataView;
  private ringHead: number;
  private readonly memory: WebAssembly.Memory;
  /** Static data before the first open, or null when this engine is not to be rewound. */
  private readonly pristine: Uint8Array | null;

  /**
   * `isRewindable`: keep what `rewind` needs.
   * Errors: EnginePanic when the options contradict each other; StoreError BAD_OPTION when they
   * need more memory than there can be, or than the system has.
   */
  constructor(
    module: WebAssembly.Module,
    options: EngineOptions,
    files: readonly FoundFile[],
    isRewindable = false,
  ) {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    this.exports = unsigned(instance.exports);
    if (this.exports.abiVersion() !== ABI_VERSION) {
      throw new EnginePanic(`engine: ABI ${this.exports.abiVersion()}, expected ${ABI_VERSION}`);
    }
    for (const [id, value] of options) {
      if (this.exports.setOption(id, value) === 0) throw new EnginePanic(`engine: option ${id}`);
    }
    this.memory = memory;
    this.pristine = isRewindable ? this.save() : null;
    this.tell(files);
    growTo(memory, this.plan() + (isRewindable ? REWIND_HEADROOM : 0));
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.view = new DataView(memory.buffer);
    this.ringHead = this.exports.ringHeaderAddress() >>> 2;
  }

  private tell(files: readonly FoundFile[]): void {
    for (const { kind, id, size } of files) {
      if (this.exports.foundFile(kind, id, size) !== 0) continue;
      throw new StoreError(
        "TOO_LARGE",
        `expected at most ${SPACES_MAX} tablespaces and ${BATCHES_MAX} doublewrite files in the ` +
          "directories of a store, found more; move those away that are not of this store",
      );
    }
  }

  private plan(): number {
    try {
      return this.exports.arenaPlan();
    } catch (trap) {
      throw panicOf(trap, this.exports, new DataView(this.memory.buffer));
    }
  }

  private save(): Uint8Array {
    const { exports, memory } = this;
    // Any checksum: the tables of constants are built before the first one, and then kept.
    new Uint8Array(memory.buffer)[SAVED_STATE_AT] = 1;
    exports.stampLogBlocks(SAVED_STATE_AT, 512);
    exports.stateSave(SAVED_STATE_AT);
    // The ring header is the first region of the arena: static data ends where it begins.
    this.plan();
    const pristine = new Uint8Array(memory.buffer).slice(
      STATIC_DATA_AT,
      exports.ringHeaderAddress(),
    );
    exports.stateLoad(SAVED_STATE_AT);
    return pristine;
  }

  /**
   * Takes a rewindable engine back to the moment before it was told of its files, and tells it of
   * `files`. What its buffers hold stays there and means nothing.
   * Errors: EnginePanic when the files ask for more memory than there is.
   */
  rewind(files: readonly FoundFile[]): void {
    const { exports, pristine } = this;
    if (pristine === null) throw new TypeError("engine: this one was not made to be rewound");
    const stateEnd = exports.arenaStateEnd();
    exports.stateLoad(SAVED_STATE_AT);
    this.bytes.set(pristine, STATIC_DATA_AT);
    this.bytes.fill(0, STATIC_DATA_AT + pristine.length, stateEnd);
    this.tell(files);
    if (this.plan() > this.bytes.length) throw new EnginePanic("engine: no memory to rewind into");
    // A larger table of copies moves the end of the state.
    if (exports.arenaStateEnd() > stateEnd) this.bytes.fill(0, stateEnd, exports.arenaStateEnd());
    this.ringHead = exports.ringHeaderAddress() >>> 2;
  }

  /** True when the submission ring holds requests. */
  hasRequests(): boolean {
    return this.words[this.ringHead] !== this.words[this.ringHead + 1];
  }

  /** Turns a trap of a call into the engine into an EnginePanic; anything else passes through. */
  panic(trap: unknown): unknown {
    return panicOf(trap, this.exports, this.view);
  }
}

function growTo(memory: WebAssembly.Memory, bytes: number): void {
  if (bytes > MEMORY_MAX) {
    throw new StoreError(
      "BAD_OPTION",
      `innodb_buffer_pool_size and innodb_log_buffer_size: expected at most ${inMib(MEMORY_MAX)} ` +
        `together with what the engine adds, found ${inMib(bytes)}; make one of them smaller`,
    );
  }
  const pages = Math.ceil(bytes / WASM_PAGE) - memory.buffer.byteLength / WASM_PAGE;
  if (pages <= 0) return;
  try {
    memory.grow(pages);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StoreError(
      "BAD_OPTION",
      `innodb_buffer_pool_size and innodb_log_buffer_size: this system gives no ${inMib(bytes)} ` +
        "of memory; make one of them smaller",
    );
  }
}

function inMib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/** Reads the record that engine/abi/panic.ts leaves: message, file, line, column. */
function panicOf(trap: unknown, exports: EngineExports, view: DataView): unknown {
  if (!(trap instanceof WebAssembly.RuntimeError)) return trap;
  const at = exports.panicAddress();
  const message = managedString(view, view.getUint32(at, true));
  const file = managedString(view, view.getUint32(at + 4, true));
  const line = view.getUint32(at + 8, true);
  if (message === "") return new EnginePanic(`engine: ${trap.message}`);
  return new EnginePanic(`${message} (${file}:${line})`);
}

/** An AssemblyScript string: UTF-16, its size in bytes in the 4 bytes in front. */
function managedString(view: DataView, at: number): string {
  if (at === 0) return "";
  const length = view.getUint32(at - 4, true);
  let text = "";
  for (let i = 0; i < length; i += 2) text += String.fromCharCode(view.getUint16(at + i, true));
  return text;
}
