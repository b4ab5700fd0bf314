// What stands in a store's directories before it is opened: a store, the beginnings of one,
// nothing, or somebody else's files. Looks only; touches nothing.

import type { Backend } from "./backend/backend.js";
import type { FileKind } from "./abi.js";
import type { FoundFile } from "./engine.js";
import { CorruptionError, StoreError } from "./errors.js";
import { foundFile, identify, isHousekeeping, type Layout } from "./layout.js";
import { signOfLife } from "./signs-of-life.js";

export interface Inspection {
  readonly state: "empty" | "incomplete" | "store";
  /** Files the engine is to be told about. */
  readonly files: readonly FoundFile[];
  /** The files of an interrupted creation. */
  readonly leftovers: readonly OurFile[];
  /** Every file of ours that stands there. */
  readonly found: readonly OurFile[];
}

/** Units: `size` bytes. */
export interface OurFile {
  readonly path: string;
  readonly name: string;
  readonly kind: FileKind;
  readonly id: number;
  readonly size: number;
}

/**
 * Looks at the directories of `layout`.
 * Errors: StoreError NOT_A_STORE for files of others where no store is; CorruptionError when the
 * redo log or the system tablespace is gone.
 */
export function inspectDirectory(backend: Backend, layout: Layout): Inspection {
  const ours: OurFile[] = [];
  const foreign: string[] = [];
  for (const dir of layout.directories()) {
    for (const name of backend.list(dir) ?? []) {
      if (isHousekeeping(name)) continue;
      const known = identify(name);
      if (known === null || layout.directoryOf(known.kind) !== dir) foreign.push(name);
      else ours.push(ourFile(backend, dir, name));
    }
  }
  const names = new Set(ours.map((entry) => entry.name));
  if (names.has(layout.nameOf("marker", 0))) {
    if (backend.capabilities.persistent) refuseLife(layout, ours);
    return { state: "incomplete", files: [], leftovers: ours, found: ours };
  }
  const log = names.has(layout.nameOf("log", 0));
  const system = names.has(layout.nameOf("data", 0));
  if (!log && !system) {
    const others = [...foreign, ...names];
    if (others.length > 0) refuseForeign(layout, others);
    return { state: "empty", files: [], leftovers: [], found: [] };
  }
  if (!log || !system) {
    if (foreign.length > 0) refuseForeign(layout, [...foreign, ...names]);
    refuseHalf(layout, log);
  }
  const found = ours.filter((entry) => isOfStore(entry.name, layout));
  return { state: "store", files: found.map(fileOf), leftovers: [], found };
}

function ourFile(backend: Backend, dir: string, name: string): OurFile {
  const { kind, id } = identify(name)!;
  const path = `${dir}/${name}`;
  const handle = backend.open(path, { direct: false, sync: "none" }, false);
  const size = backend.fileSize(handle);
  backend.close(handle);
  return { path, name, kind, id, size };
}

function fileOf({ kind, id, size }: OurFile): FoundFile {
  return foundFile(kind, id, size);
}

/** Doublewrite files of another page size are not this store's. */
function isOfStore(name: string, layout: Layout): boolean {
  const known = identify(name)!;
  return known.pageSize === undefined || known.pageSize === layout.pageSize;
}

/** Nothing is removed that ever was a store. */
function refuseLife(layout: Layout, ours: readonly OurFile[]): void {
  const sign = signOfLife(ours);
  if (sign === null) return;
  const marker = layout.pathOf("marker", 0);
  throw new StoreError(
    "NOT_A_STORE",
    `${layout.dir}: expected the beginnings of a store, as ${marker} says, found ${sign}: the ` +
      "store was in use; nothing was touched. If its files are complete, remove the marker",
  );
}

function refuseForeign(layout: Layout, names: readonly string[]): never {
  const some = names.slice(0, 3).join(", ");
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  throw new StoreError(
    "NOT_A_STORE",
    `${layout.dir}: expected a store or an empty directory, found ${some}${more}; nothing was ` +
      "touched. Use a subdirectory",
  );
}

function refuseHalf(layout: Layout, hasLog: boolean): never {
  const missing = hasLog ? "data" : "log";
  const words = hasLog ? "the system tablespace" : "the redo log";
  throw new CorruptionError(layout.pathOf(missing, 0), null, words, "no file");
}
