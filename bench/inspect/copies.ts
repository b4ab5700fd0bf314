// Finds doublewrite copies of damaged pages and compares them: in the files that were named, and in
// those InnoDB keeps next to a tablespace or one folder above it.

import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { tornAgainst } from "./explain.js";
import { openFile } from "./file-source.js";
import { eventsNamed, type ComparisonEvent, type CopyEvent } from "./protocol.js";
import type { TornAt } from "./report.js";
import type { Sandbox } from "./sandbox.js";
import { eventsOf, scanFile } from "./scan.js";

const COPY_FILE = /^(#ib_\d+_\d+\.dblwr|ibdata1)$/;
const FILES_MAX = 64;
/** The areas of a system tablespace end here, for the largest pages. */
const AREA_BYTES_MAX = 16 * 2 ** 20;

export interface FoundCopy extends CopyEvent {
  readonly path: string;
}

export interface Inspector {
  readonly sandbox: Sandbox;
  readonly module: WebAssembly.Module;
}

/** Paths of doublewrite files and system tablespaces near `path`, itself left out. */
export function copyFilesNear(path: string): string[] {
  const folder = dirname(resolve(path));
  const found = [folder, dirname(folder)].flatMap((each) => {
    try {
      return readdirSync(each)
        .filter((name) => COPY_FILE.test(name))
        .map((name) => join(each, name));
    } catch {
      // A folder that cannot be read holds no copies for us.
      return [];
    }
  });
  return found.filter((each) => each !== resolve(path)).slice(0, FILES_MAX);
}

/** Returns every whole copy in the files; a file that cannot be read or understood has none. */
export async function copiesIn(
  inspector: Inspector,
  paths: readonly string[],
): Promise<FoundCopy[]> {
  const copies: FoundCopy[] = [];
  for (const path of paths) {
    try {
      copies.push(...(await copiesOfFile(inspector, path)));
    } catch {
      continue;
    }
  }
  return copies;
}

async function copiesOfFile(inspector: Inspector, path: string): Promise<FoundCopy[]> {
  const source = await openFile(path);
  try {
    const isSystem = basename(path) === "ibdata1";
    const bytesMax = isSystem ? AREA_BYTES_MAX : Number.POSITIVE_INFINITY;
    const options = { kind: 0, pageSize: 0, bytesMax };
    const events = await scanFile(inspector.sandbox, inspector.module, source, options);
    return eventsNamed<CopyEvent>(events, "copy").map((copy) => ({ ...copy, path }));
  } finally {
    await source.close();
  }
}

/**
 * Compares the page at `offset` of `path` with each of its copies; returns what the copy that
 * shares most with it shows, or null without copies.
 */
export async function compareWithCopies(
  inspector: Inspector,
  path: string,
  offset: number,
  pageBytes: number,
  copies: readonly FoundCopy[],
): Promise<TornAt | null> {
  let best: { same: number; torn: TornAt } | null = null;
  const page = await bytesAt(path, offset, pageBytes);
  for (const copy of copies) {
    const joined = Buffer.concat([page, await bytesAt(copy.path, copy.offset, pageBytes)]);
    const session = inspector.sandbox.start(inspector.module);
    const events = eventsOf(session.run(["inspector", "compare", String(pageBytes)], joined));
    const [found] = eventsNamed<ComparisonEvent>(events, "comparison");
    if (found === undefined || !found.is_valid) continue;
    if (best !== null && found.sectors_same <= best.same) continue;
    const where = `${basename(copy.path)}, page ${copy.slot}`;
    best = { same: found.sectors_same, torn: tornAgainst(found, where) };
  }
  return best?.torn ?? null;
}

async function bytesAt(path: string, offset: number, length: number): Promise<Buffer> {
  const source = await openFile(path);
  try {
    return Buffer.from(await source.read(offset, length));
  } finally {
    await source.close();
  }
}
