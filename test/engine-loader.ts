// Loads the test build of the engine, with its internals exported, and compiles it first when a
// source is newer. Test files run in several processes, so a lock keeps the compiler from running
// twice at a time and a rename keeps readers from seeing half a file.

import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rename, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { packageRoot } from "../host/package-root.js";

/** The parts needed here; the Node types have no WebAssembly. */
declare namespace WebAssembly {
  type Module = object;
  class Memory {
    constructor(size: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Global {
    readonly value: unknown;
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}

/** An argument or a result of an engine function: 64-bit values are bigint. */
export type Word = number | bigint;

/** Where tests may put frames and blocks: above the engine's static data, 64 KiB aligned. */
export const SCRATCH = 2 * 1024 * 1024;

const MEMORY_PAGES = 64;
const LOCK_PATIENCE_MS = 60_000;
const root = packageRoot();
const wasmPath = join(root, "build", "engine.test.wasm");

let compiled: Promise<WebAssembly.Module> | undefined;

/** One instance of the engine with memory of its own; instances share no state. */
export class TestEngine {
  readonly memory = new WebAssembly.Memory({ initial: MEMORY_PAGES });
  readonly bytes = new Uint8Array(this.memory.buffer);
  readonly view = new DataView(this.memory.buffer);
  readonly exports: Readonly<Record<string, unknown>>;

  constructor(module: WebAssembly.Module) {
    this.exports = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports;
  }

  /** Calls a function that returns at most 32 bits; the result is unsigned, a bool is 0 or 1. */
  call(name: string, ...args: Word[]): number {
    return Number(this.invoke(name, args) ?? 0) >>> 0;
  }

  /** Calls a function that returns 64 bits; the result is unsigned. */
  call64(name: string, ...args: Word[]): bigint {
    return BigInt.asUintN(64, BigInt(this.invoke(name, args) ?? 0n));
  }

  /** Value of an exported constant or variable of 32 bits, unsigned. */
  value(name: string): number {
    return Number(this.global(name)) >>> 0;
  }

  /** Value of an exported constant or variable of any width, unsigned. */
  value64(name: string): bigint {
    const value = this.global(name);
    return typeof value === "bigint" ? BigInt.asUintN(64, value) : BigInt(value >>> 0);
  }

  /** Names of all exported constants and variables. */
  get globals(): string[] {
    return Object.keys(this.exports).filter(
      (name) => this.exports[name] instanceof WebAssembly.Global,
    );
  }

  private invoke(name: string, args: Word[]): Word | undefined {
    const fn = this.exports[name];
    if (typeof fn !== "function") throw new Error(`engine/testing.ts exports no function ${name}`);
    try {
      return (fn as (...args: Word[]) => Word | undefined)(...args);
    } catch (error) {
      throw this.panic() ?? error;
    }
  }

  private global(name: string): Word {
    const global = this.exports[name];
    if (!(global instanceof WebAssembly.Global))
      throw new Error(`engine/testing.ts exports no value ${name}`);
    return global.value as Word;
  }

  /** The failed assertion as an error "message (file:line)", or undefined when none failed. */
  private panic(): Error | undefined {
    const at = (this.exports["panicRecord"] as () => number)();
    const line = this.view.getUint32(at + 8, true);
    if (line === 0) return undefined;
    const message = this.literal(this.view.getUint32(at, true));
    const file = this.literal(this.view.getUint32(at + 4, true));
    return new Error(`${message} (${file}:${line})`);
  }

  /** A string literal of the compiler: UTF-16, its length in bytes four bytes before it. */
  private literal(at: number): string {
    if (at === 0) return "";
    const length = this.view.getUint32(at - 4, true);
    return new TextDecoder("utf-16le").decode(this.bytes.subarray(at, at + length));
  }
}

/** A fresh instance of an up-to-date test build. */
export async function startTestEngine(): Promise<TestEngine> {
  return new TestEngine(await testModule());
}

/** The up-to-date test build, for callers that bring their own memory. */
export function testModule(): Promise<WebAssembly.Module> {
  compiled ??= upToDateModule();
  return compiled;
}

async function upToDateModule(): Promise<WebAssembly.Module> {
  if (await isStale()) await compileAlone();
  return WebAssembly.compile(await readFile(wasmPath));
}

async function compileAlone(): Promise<void> {
  const lock = `${wasmPath}.lock`;
  await mkdir(join(root, "build"), { recursive: true });
  const giveUpAt = Date.now() + LOCK_PATIENCE_MS;
  while (!(await tryLock(lock))) {
    if (Date.now() > giveUpAt)
      throw new Error(`${lock}: another compiler holds it, or a dead one left it; remove it`);
    await sleep(100);
  }
  try {
    if (await isStale()) await compile();
  } finally {
    await rmdir(lock);
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function compile(): Promise<void> {
  const asc = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
  const fresh = `build/engine.test.${process.pid}.wasm`;
  const args = [asc, "engine/testing.ts", "--target", "test", "--outFile", fresh];
  await promisify(execFile)(process.execPath, args, { cwd: root });
  await rename(join(root, fresh), wasmPath);
}

/** True when a source file, or the build's configuration, changed after the last build. */
async function isStale(): Promise<boolean> {
  const built = await modifiedMs(wasmPath);
  const sources = await readdir(join(root, "engine"), { recursive: true });
  const paths = sources.filter((name) => name.endsWith(".ts")).map((name) => join("engine", name));
  const times = await Promise.all(
    [...paths, "asconfig.json"].map((path) => modifiedMs(join(root, path))),
  );
  return times.some((time) => time >= built);
}

/** Time of the last change, in milliseconds; 0 when the file does not exist. */
async function modifiedMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}
