// The only file that knows @wasmer/wasi. Nothing of Node is used here, so that a page can load it.
//
// Its in-memory file system inserts where it should overwrite (test/inspect/memfs.test.ts), and a
// file once opened by the guest stays locked. Neither matters here: a file system holds one window,
// is written once, read once, and thrown away.

import { init, MemFS, WASI } from "@wasmer/wasi";
import { InspectorFailure, Rewired, type RunOutcome, type Sandbox } from "./sandbox.js";

let ready: Promise<void> | null = null;

/** Returns the sandbox, once the package has compiled its own module. */
export async function wasmerSandbox(): Promise<Sandbox> {
  provideBuffer();
  ready ??= init();
  await ready;
  return { name: "wasmer", start: (module) => new WasmerSession(module) };
}

/** The package decodes its own module with one call of Buffer, which a page does not have. */
function provideBuffer(): void {
  const page = globalThis as { Buffer?: unknown };
  page.Buffer ??= {
    from: (text: string, encoding: string) =>
      Uint8Array.from(encoding === "base64" ? atob(text) : text, (c) => c.charCodeAt(0)),
  };
}

class WasmerSession {
  private rewired: Rewired | null = null;

  constructor(private readonly module: WebAssembly.Module) {}

  run(args: readonly string[], window: Uint8Array): RunOutcome {
    const wasi = new WASI({
      args: [...args],
      env: {},
      preopens: { "/": "/" },
      fs: fileSystemWith(window),
    });
    try {
      const outcome = this.runIn(wasi);
      wasi.free();
      return outcome;
    } catch (error) {
      // Not freed: after a trap the package still holds it, and its complaint would hide the trap.
      throw failureOf(error);
    }
  }

  private runIn(wasi: WASI): RunOutcome {
    const imports = wasi.getImports(this.module);
    if (this.rewired === null) this.rewired = new Rewired(this.module, imports);
    else this.rewired.pointAt(imports);
    wasi.instantiate(this.rewired.instance);
    const exitCode = wasi.start(this.rewired.instance);
    return { exitCode, stdout: wasi.getStdoutString(), stderr: wasi.getStderrString() };
  }
}

function fileSystemWith(window: Uint8Array): MemFS {
  const fs = new MemFS();
  const file = fs.open("/window", { read: true, write: true, create: true });
  file.write(window);
  // An open handle on this side would keep the guest from opening the file.
  file.free();
  return fs;
}

function failureOf(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  return new InspectorFailure(`the inspector trapped: ${text}`);
}
