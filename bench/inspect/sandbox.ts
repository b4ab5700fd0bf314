// The sandbox in which the inspector runs: arguments go in, the bytes of one window lie in it as a
// read-only file, lines come out. Two implementations: @wasmer/wasi, which also runs in a browser,
// and node:wasi, to compare it with.
//
// Invariant: each run gets a new file system; the guest's own memory lives as long as its session,
// so that a scan remembers the windows it has seen.

/** What one run of the command left behind. */
export interface RunOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One instance of the inspector. */
export interface Session {
  /** Runs the command once. `window` is copied; the guest never sees the caller's bytes. */
  run(args: readonly string[], window: Uint8Array): RunOutcome;
}

export interface Sandbox {
  readonly name: "wasmer" | "node";
  /** Makes a fresh instance: nothing of an earlier file is in its memory. */
  start(module: WebAssembly.Module): Session;
}

/** The inspector stopped without an answer: a bug of ours, never a property of a file. */
export class InspectorFailure extends Error {
  override readonly name = "InspectorFailure";
}

type WasiFunction = (...args: unknown[]) => unknown;
type WasiImports = Record<string, Record<string, WasiFunction>>;

/**
 * An instance whose WASI calls can be pointed at another sandbox before every run.
 * Growing a new memory for each window costs more than the checksums of its pages: measured, 4 MiB
 * windows, 230 MB/s with an instance per window and 390 MB/s with one per file.
 */
export class Rewired {
  readonly instance: WebAssembly.Instance;
  private current: WasiImports;

  constructor(module: WebAssembly.Module, imports: object) {
    this.current = imports as WasiImports;
    const wired: WasiImports = {};
    for (const [space, functions] of Object.entries(this.current)) {
      wired[space] = {};
      for (const name of Object.keys(functions)) {
        wired[space][name] = (...args) => this.current[space]![name]!(...args);
      }
    }
    this.instance = new WebAssembly.Instance(module, wired);
  }

  pointAt(imports: object): void {
    this.current = imports as WasiImports;
  }
}
