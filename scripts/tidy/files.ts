// Which files tidy looks at: every text file of the project that a person wrote.

import { readdirSync } from "node:fs";
import { join } from "node:path";

const SKIPPED_FOLDERS = new Set([".git", "node_modules", "build", "bench-results", "fixtures"]);
const SKIPPED_FILES = new Set(["package-lock.json"]);
const TEXT = /(\.(ts|mts|mjs|js|c|cc|cpp|h|gyp|json|md|txt|sh|yml|yaml|html|css)|^run)$/;

/** The paths of all files to check, relative to the root, with forward slashes, sorted. */
export function listFiles(root: string, folder = ""): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  const nested = entries.map((entry): string[] => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return SKIPPED_FOLDERS.has(entry.name) ? [] : listFiles(root, path);
    }
    return entry.isFile() && isOurs(entry.name) ? [path] : [];
  });
  return nested.flat().sort();
}

function isOurs(name: string): boolean {
  return TEXT.test(name) && !SKIPPED_FILES.has(name);
}
