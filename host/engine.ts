// Loads the engine and turns its traps into EnginePanic. One instance is one store; memory is grown
// once, to the size the engine asks for, before the first address is used.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EnginePanic } from "./errors.js";
import { packageRoot } from "./package-root.js";

/** The ABI this host speaks; engine/index.ts exports its own. */
const ABI_VERSION = 1;
const WASM_PAGE = 65536;

/** The exports of engine/index.ts. LSNs and sizes are numbers below 2^53; addresses are u32. */
export interface EngineExports {
  abiVersion(): number;
  setOption(id: number, value: number): number;
  foundFile(kind: number, id: number, size: number): number;
  arenaPlan(): number;
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

let compiled: WebAssembly.Module | null = null;

/** The module of this installation, compiled once per process. */
function installedModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(join(packageRoot(), "build/engine.wasm")));
  return compiled;
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
  private readonly ringHead: number;

  /**
   * Errors: EnginePanic when the options contradict each other; RangeError when the system has not
   * the memory.
   */
  constructor(options: EngineOptions, files: readonly FoundFile[], module = installedModule()) {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    this.exports = instance.exports as unknown as EngineExports;
    if (this.exports.abiVersion() !== ABI_VERSION) {
      throw new EnginePanic(`engine: ABI ${this.exports.abiVersion()}, expected ${ABI_VERSION}`);
    }
    for (const [id, value] of options) {
      if (this.exports.setOption(id, value) === 0) throw new EnginePanic(`engine: option ${id}`);
    }
    for (const file of files) this.exports.foundFile(file.kind, file.id, file.size);
    growTo(memory, this.plan(memory));
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.view = new DataView(memory.buffer);
    this.ringHead = this.exports.ringHeaderAddress() >>> 2;
  }

  private plan(memory: WebAssembly.Memory): number {
    try {
      return this.exports.arenaPlan();
    } catch (trap) {
      throw panicOf(trap, this.exports, new DataView(memory.buffer));
    }
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
  const pages = Math.ceil(bytes / WASM_PAGE) - memory.buffer.byteLength / WASM_PAGE;
  if (pages > 0) memory.grow(pages);
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
