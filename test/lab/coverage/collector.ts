// Gathers the counters of every instance of one module that anybody makes while it is installed:
// the laboratory makes machines as it needs them, and nobody else has to know.

import type { Coverage } from "./coverage.js";
import type { CoverageExports } from "./probe.js";

interface Counted {
  readonly exports: CoverageExports;
  readonly memory: WebAssembly.Memory;
}

/** More machines than are ever in use at a time; older ones have counted all they will. */
const KEPT = 16;

/** Runs `run`, and adds what every instance of `module` counted meanwhile. */
export async function collect(
  module: WebAssembly.Module,
  coverage: Coverage,
  run: () => void | Promise<void>,
): Promise<void> {
  const { Instance } = WebAssembly;
  const instances: Counted[] = [];
  const take = ({ exports, memory }: Counted): void =>
    coverage.add(exports, new Uint8Array(memory.buffer));
  class Counting extends Instance {
    constructor(of: WebAssembly.Module, imports?: Record<string, Record<string, unknown>>) {
      super(of, imports);
      if (of !== module) return;
      const memory = imports!["env"]!["memory"] as WebAssembly.Memory;
      instances.push({ exports: this.exports as unknown as CoverageExports, memory });
      if (instances.length > KEPT) take(instances.shift()!);
    }
  }
  Reflect.set(WebAssembly, "Instance", Counting);
  try {
    await run();
  } finally {
    Reflect.set(WebAssembly, "Instance", Instance);
    instances.forEach(take);
  }
}
