// Reads the import lines of all source files: who imports whom, as paths from the repository root.

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";

export interface Arrow {
  /** A file without its extension, such as "host/store". */
  readonly from: string;
  /** Such a file too, or a package as written: "node:fs", "commander". */
  readonly to: string;
  /** True when `to` is a package or a Node module. */
  readonly isPackage: boolean;
}

/** All arrows that start in one folder, type imports and dynamic imports included. */
export function readArrows(root: string, folder: string): Arrow[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith(".d.ts"));
  return files.sort().flatMap((name) => {
    const path = posix.join(folder, name.replaceAll("\\", "/"));
    return arrowsOf(path, readFileSync(join(root, path), "utf8"));
  });
}

export function arrowsOf(path: string, text: string): Arrow[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  const from = withoutExtension(path);
  return importedFiles.map(({ fileName }) => {
    if (!fileName.startsWith(".")) return { from, to: fileName, isPackage: true };
    const target = posix.join(posix.dirname(path), fileName);
    return { from, to: withoutExtension(target), isPackage: false };
  });
}

function withoutExtension(path: string): string {
  return path.replace(/\.(ts|js|mjs)$/, "");
}
