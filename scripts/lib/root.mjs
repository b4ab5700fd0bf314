// The repository root and paths below it, for scripts that run before anything is installed.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The absolute path of a path given from the repository root. */
export function fromRoot(...parts) {
  return join(root, ...parts);
}
