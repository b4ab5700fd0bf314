// Scripts that open a store in a process or a thread of their own. The node of this project does
// not read TypeScript, so the host is transpiled once, into a folder that stands for the package.

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { packageRoot } from "../../host/package-root.js";
import { transpile } from "../host/run-in-child.js";

let folder: string | null = null;
let scripts = 0;

afterAll(() => {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
});

/** The transpiled package; removed when the tests of the file that asked for it have ended. */
function packageFolder(): string {
  if (folder !== null) return folder;
  const fresh = mkdtempSync(join(tmpdir(), "tornproof-package-"));
  transpile("test/store/places.ts", fresh);
  transpile("test/store/helpers.ts", fresh);
  writeFileSync(join(fresh, "package.json"), '{ "name": "tornproof", "type": "module" }');
  symlinkSync(join(packageRoot(), "build"), join(fresh, "build"));
  folder = fresh;
  return fresh;
}

/**
 * Writes a module that runs `code` with `place`, a DiskPlace in `dir`, and the helpers of these
 * tests in scope; returns its path.
 */
export function writeScript(backend: string, dir: string, code: string): string {
  const path = join(packageFolder(), `script-${scripts++}.js`);
  const lines = [
    `import { DiskPlace, MemoryPlace, SimPlace } from "./test/store/places.js";`,
    `import * as helpers from "./test/store/helpers.js";`,
    `const place = new DiskPlace(${JSON.stringify(backend)}, ${JSON.stringify(dir)});`,
    code,
  ];
  writeFileSync(path, lines.join("\n"));
  return path;
}
