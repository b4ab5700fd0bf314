// What the tests of the inspector share: the built module, a sandbox, files that are only in
// memory, and pages made with the engine's own functions.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspectFile, type Inspected } from "../../bench/inspect/inspect-file.js";
import type { Inspector } from "../../bench/inspect/copies.js";
import type { ByteSource } from "../../bench/inspect/source.js";
import type { ScanOptions } from "../../bench/inspect/scan.js";
import { wasmerSandbox } from "../../bench/inspect/wasmer-sandbox.js";
import { packageRoot } from "../../host/package-root.js";
import { SCRATCH, type TestEngine } from "../engine-loader.js";

/** The built module. Errors: Error that says how to build it. */
export function inspectorModule(): WebAssembly.Module {
  const path = join(packageRoot(), "build", "inspector.wasm");
  if (!existsSync(path)) throw new Error(`${path} is missing: run "npm run build"`);
  return new WebAssembly.Module(readFileSync(path));
}

export async function startInspector(): Promise<Inspector> {
  return { sandbox: await wasmerSandbox(), module: inspectorModule() };
}

/** Bytes in memory as a source. */
export function memorySource(bytes: Uint8Array, path = "memory"): ByteSource {
  return {
    path,
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

export function inspectBytes(
  inspector: Inspector,
  bytes: Uint8Array,
  options: ScanOptions = { kind: 0, pageSize: 0 },
): Promise<Inspected> {
  return inspectFile(inspector, memorySource(bytes), options);
}

/** A seeded generator of whole numbers from 0 to below `limit`. */
export function seeded(seed: number): (limit: number) => number {
  let state = seed >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

export interface TablespaceShape {
  readonly pageSize: number;
  readonly pages: number;
  /** Pages that are written; the rest are zeros. */
  readonly used: number;
  readonly space?: number;
  readonly lsn?: number;
}

/** A tablespace of ours: page 0, then data pages of seeded bytes, then zeros. */
export function makeTablespace(engine: TestEngine, shape: TablespaceShape): Uint8Array {
  const file = new Uint8Array(shape.pages * shape.pageSize);
  for (let page = 0; page < shape.used; page++) {
    file.set(makePage(engine, shape, page), page * shape.pageSize);
  }
  return file;
}

/** One page of `makeTablespace`; `generation` gives it other bytes and a newer LSN. */
export function makePage(
  engine: TestEngine,
  shape: TablespaceShape,
  page: number,
  generation = 0,
): Uint8Array {
  const { pageSize, space = 7, lsn = 8204 } = shape;
  if (page === 0) makeHeader(engine, shape, space);
  else {
    engine.call(
      "initPage",
      SCRATCH,
      pageSize,
      space,
      page,
      engine.value("FIL_PAGE_TORNPROOF_DATA"),
    );
    const random = seeded(1 + page + 1000 * generation);
    for (let at = 38; at < pageSize - 8; at++) engine.bytes[SCRATCH + at] = random(256);
  }
  engine.call("stampLsn", SCRATCH, pageSize, BigInt(lsn + page + 100_000 * generation));
  engine.call("stampChecksum", SCRATCH, pageSize);
  return engine.bytes.slice(SCRATCH, SCRATCH + pageSize);
}

function makeHeader(engine: TestEngine, shape: TablespaceShape, space: number): void {
  const { pageSize, pages, used } = shape;
  engine.call("initFspHeader", SCRATCH, pageSize, space, pages);
  const perExtent = engine.call("extentPages", pageSize);
  for (let first = 0; first < used; first += perExtent) {
    const entry = engine.call("xdesEntry", SCRATCH, pageSize, first);
    engine.call("initXdesEntry", entry, pageSize);
    engine.call("setXdesState", entry, engine.value("XDES_FREE_FRAG"));
    for (let page = first; page < Math.min(used, first + perExtent); page++) {
      engine.call("xdesSetFree", entry, page - first, 0);
    }
  }
}
