// The second implementation: node:wasi, with a temporary directory as the sandbox. It answers to
// the first one in tests, and is there for whoever does not trust a package.

import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";
import { InspectorFailure, Rewired, type RunOutcome, type Sandbox } from "./sandbox.js";

export function nodeSandbox(): Sandbox {
  return { name: "node", start: (module) => new NodeSession(module) };
}

class NodeSession {
  private rewired: Rewired | null = null;

  constructor(private readonly module: WebAssembly.Module) {}

  run(args: readonly string[], window: Uint8Array): RunOutcome {
    const folder = mkdtempSync(join(tmpdir(), "tornproof-inspect-"));
    try {
      return this.runIn(folder, args, window);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  private runIn(folder: string, args: readonly string[], window: Uint8Array): RunOutcome {
    const room = join(folder, "sandbox");
    const paths = { out: join(folder, "out"), err: join(folder, "err") };
    const streams = { out: openSync(paths.out, "w"), err: openSync(paths.err, "w") };
    try {
      const exitCode = this.start(room, args, window, streams);
      const [stdout, stderr] = [readFileSync(paths.out, "utf8"), readFileSync(paths.err, "utf8")];
      return { exitCode, stdout, stderr };
    } finally {
      closeSync(streams.out);
      closeSync(streams.err);
    }
  }

  private start(
    room: string,
    args: readonly string[],
    window: Uint8Array,
    streams: { out: number; err: number },
  ): number {
    mkdirSync(room);
    writeFileSync(join(room, "window"), window);
    const wasi = new WASI({
      version: "preview1",
      args: [...args],
      env: {},
      preopens: { "/": room },
      stdout: streams.out,
      stderr: streams.err,
      returnOnExit: true,
    });
    const imports = wasi.getImportObject();
    if (this.rewired === null) this.rewired = new Rewired(this.module, imports);
    else this.rewired.pointAt(imports);
    try {
      return wasi.start(this.rewired.instance);
    } catch (error) {
      throw new InspectorFailure(`the inspector trapped: ${String(error)}`);
    }
  }
}
