// The inspector without a WASI package: a few functions in place of a file system. It is fast, so
// that a hundred thousand files can go through it, and it poisons what lies behind the window: an
// answer that depends on the poison has read beyond the bytes it was given.

import type { RunOutcome, Sandbox, Session } from "../../bench/inspect/sandbox.js";

const WINDOW_MAX = 4 * 2 ** 20;
/** Two of the largest pages: whoever reads beyond the window, does so within them first. */
const POISON_BYTES = 131072;
const DIRECTORY = 3;
const FILE = 4;
const BAD_FD = 8;

class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

export function bareSandbox(poison: number): Sandbox {
  return { name: "node", start: (module) => new BareSession(module, poison) };
}

class BareSession implements Session {
  private readonly instance: WebAssembly.Instance;
  private args: Uint8Array[] = [];
  private window: Uint8Array = new Uint8Array();
  private offset = 0;
  private readonly written = new Map<number, Uint8Array[]>();

  constructor(
    module: WebAssembly.Module,
    private readonly poison: number,
  ) {
    this.instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: this.functions() });
  }

  run(args: readonly string[], window: Uint8Array): RunOutcome {
    this.args = args.map((arg) => new TextEncoder().encode(`${arg}\0`));
    this.window = window;
    this.offset = 0;
    this.written.clear();
    let exitCode = 0;
    try {
      (this.instance.exports["_start"] as () => void)();
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      exitCode = error.code;
    }
    return { exitCode, stdout: this.textOf(1), stderr: this.textOf(2) };
  }

  private textOf(stream: number): string {
    return Buffer.concat(this.written.get(stream) ?? []).toString("utf8");
  }

  private get memory(): DataView {
    return new DataView((this.instance.exports["memory"] as WebAssembly.Memory).buffer);
  }

  private bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  private functions(): Record<string, (...args: number[]) => unknown> {
    return {
      args_sizes_get: (countAt, bytesAt) => {
        this.memory.setUint32(countAt, this.args.length, true);
        this.memory.setUint32(
          bytesAt,
          this.args.reduce((sum, arg) => sum + arg.length, 0),
          true,
        );
        return 0;
      },
      args_get: (addressesAt, bytesAt) => this.putArguments(addressesAt, bytesAt),
      fd_prestat_get: (fd) => (fd === DIRECTORY ? 0 : BAD_FD),
      path_open: (...args) => {
        this.memory.setUint32(args[8]!, FILE, true);
        return 0;
      },
      fd_read: (fd, iovecs, _count, bytesAt) => this.read(fd, iovecs, bytesAt),
      fd_write: (fd, iovecs, _count, bytesAt) => this.write(fd, iovecs, bytesAt),
      fd_close: () => 0,
      proc_exit: (code) => {
        throw new Exit(code);
      },
    };
  }

  private putArguments(addressesAt: number, bytesAt: number): number {
    let at = bytesAt;
    for (const [index, arg] of this.args.entries()) {
      this.memory.setUint32(addressesAt + 4 * index, at, true);
      this.bytes(at, arg.length).set(arg);
      at += arg.length;
    }
    return 0;
  }

  private read(fd: number, iovecs: number, bytesAt: number): number {
    if (fd !== FILE) return BAD_FD;
    const at = this.memory.getUint32(iovecs, true);
    const length = this.memory.getUint32(iovecs + 4, true);
    const piece = this.window.subarray(this.offset, this.offset + length);
    this.bytes(at, piece.length).set(piece);
    this.offset += piece.length;
    this.memory.setUint32(bytesAt, piece.length, true);
    if (this.offset === this.window.length) this.poisonBehind(at + piece.length);
    return 0;
  }

  private poisonBehind(at: number): void {
    const behind = Math.min(POISON_BYTES, WINDOW_MAX - this.window.length);
    this.bytes(at, behind).fill(this.poison);
  }

  private write(fd: number, iovecs: number, bytesAt: number): number {
    const at = this.memory.getUint32(iovecs, true);
    const length = this.memory.getUint32(iovecs + 4, true);
    const pieces = this.written.get(fd) ?? [];
    this.written.set(fd, [...pieces, this.bytes(at, length).slice()]);
    this.memory.setUint32(bytesAt, length, true);
    return 0;
  }
}
