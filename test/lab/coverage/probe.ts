// The engine with counters: which side of every branch in recovery has been taken?
//
//   512 KiB    │ false │ true │ false │ true │ …     two bytes for each branch, 0 or 1
//                branch 0       branch 1             a case has only its second byte
//
// The module exports what the release exports, and where its counters stand: in the part of linear
// memory that belongs to nobody. Each instance has its own, from zero, and keeps them when it is
// rewound to recover another disk; Coverage adds them up.

import { buildVariant, engineFiles, engineSource } from "../engine-variant.js";
import { instrument, PROBE, type Branch } from "./instrument.js";

const ENTRY = "engine/coverage-entry.ts";
/** Address of the counters: below the static data, above the state a rewind keeps. */
const COUNTERS_AT = 512 * 1024;

/** Exports of an instrumented module, beside those of its entry. */
export interface CoverageExports {
  coverageAddress(): number;
  coverageLength(): number;
}

export interface InstrumentedEngine {
  readonly module: WebAssembly.Module;
  readonly branches: readonly Branch[];
}

/** What recovery is: how the log is read, pages repaired, redo applied, the store loaded. */
export function recoveryFiles(): string[] {
  const isRecovery = (path: string): boolean => path.startsWith("engine/recv/");
  return [...engineFiles().filter(isRecovery), "engine/boot/load.ts"];
}

/** Compiles the engine with counters in `files`. */
export function buildCoverageEngine(files = recoveryFiles()): Promise<InstrumentedEngine> {
  const sources = new Map(files.map((path) => [path, engineSource(path)]));
  return buildInstrumented("coverage", sources, "./index");
}

/**
 * Compiles `sources` with counters; `entry` is the module, seen from engine/, whose exports are to
 * be exported.
 */
export async function buildInstrumented(
  name: string,
  sources: ReadonlyMap<string, string>,
  entry: string,
): Promise<InstrumentedEngine> {
  const branches: Branch[] = [];
  const files = new Map<string, string>();
  for (const [path, source] of sources) {
    const instrumented = instrument(path, source, branches.length);
    files.set(path, instrumented.text);
    branches.push(...instrumented.branches);
  }
  files.set(PROBE, probeSource(branches.length));
  files.set(
    ENTRY,
    `export * from "${entry}";\n` +
      `export { coverageAddress, coverageLength } from "./coverage-probe";\n`,
  );
  return { module: await buildVariant({ name, files, entry: ENTRY }), branches };
}

function probeSource(branches: number): string {
  return `
const counters: usize = ${COUNTERS_AT};
export function coverageAddress(): usize { return counters; }
export function coverageLength(): u32 { return ${branches * 2}; }
export function took<T>(id: u32, value: T): bool {
  const isTrue = !!value;
  store<u8>(counters + id * 2 + (isTrue ? 1 : 0), 1);
  return isTrue;
}
export function entered(id: u32): void {
  store<u8>(counters + id * 2 + 1, 1);
}
`;
}
