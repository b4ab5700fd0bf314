// Where the package is installed: built artifacts (engine.wasm, the addon) live below this folder.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let found: string | null = null;

/**
 * Returns the folder that holds Tornproof's package.json.
 * Errors: Error when no parent folder of this file does.
 */
export function packageRoot(): string {
  if (found !== null) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isRoot(folder)) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("package root: no package.json of tornproof above here");
    folder = parent;
  }
  found = folder;
  return folder;
}

function isRoot(folder: string): boolean {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return false;
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { name?: string };
  return manifest.name === "tornproof";
}
