// The engine of this installation, compiled once per process.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "./package-root.js";

let compiled: WebAssembly.Module | null = null;

/** Errors: the system's when build/engine.wasm is not there. */
export function installedEngine(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(join(packageRoot(), "build/engine.wasm")));
  return compiled;
}
