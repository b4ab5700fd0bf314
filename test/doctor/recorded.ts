// A machine on record: its files, links and statfs answers, read through the same interface as this
// machine; or written out as a tree, to be read from the disk.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { MachineFiles, StatFs } from "../../host/probe/index.js";

export interface MachineRecord {
  readonly platform: string;
  readonly kernel: string;
  /** Text by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Absolute target by path. */
  readonly links: Readonly<Record<string, string>>;
  readonly directories: readonly string[];
  readonly statFs: Readonly<Record<string, StatFs>>;
}

/** Returns a record as the readers want it. */
export function recordedMachine(record: MachineRecord): MachineFiles {
  const { files, links, directories } = record;
  const paths = [...Object.keys(files), ...Object.keys(links), ...directories];
  const real = (path: string): string => resolveLinks(path, links);
  const exists = (path: string): boolean => {
    const target = real(path);
    return paths.some((known) => known === target || known.startsWith(`${target}/`));
  };
  return {
    platform: record.platform,
    kernel: record.kernel,
    readText: (path) => files[real(path)]?.trim() ?? null,
    realPath: (path) => (exists(path) ? real(path) : null),
    exists,
    list: (path) => {
      const prefix = `${real(path)}/`;
      const below = paths.filter((known) => known.startsWith(prefix));
      return [...new Set(below.map((known) => known.slice(prefix.length).split("/")[0]!))].sort();
    },
    statFs: (path) => record.statFs[path] ?? null,
  };
}

function resolveLinks(path: string, links: MachineRecord["links"]): string {
  const link = Object.keys(links).find((from) => path === from || path.startsWith(`${from}/`));
  return link === undefined ? path : resolveLinks(links[link] + path.slice(link.length), links);
}

/** Writes a record below `root`; links become relative, as sysfs has them. */
export function writeTree(record: MachineRecord, root: string): void {
  for (const path of record.directories) mkdirSync(join(root, path), { recursive: true });
  for (const [path, text] of Object.entries(record.files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  for (const [path, target] of Object.entries(record.links)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(relative(dirname(path), target), join(root, path));
  }
}
