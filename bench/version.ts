// The version of the tool, from its package.json. The command line prints it without loading the
// library, which knows the package's folder too.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/** Returns the version. Errors: Error when no folder above this file is the package's. */
export function toolVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (true) {
    const { name, version } = manifestIn(folder);
    if (name === "tornproof" && version !== undefined) return version;
    const parent = dirname(folder);
    if (parent === folder) throw new Error("version: no package.json of tornproof above here");
    folder = parent;
  }
}

function manifestIn(folder: string): Manifest {
  const file = join(folder, "package.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : {};
}
