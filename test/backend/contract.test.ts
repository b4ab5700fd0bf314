// Every backend of the registry against the contract, inline and asynchronously; and the contract
// against backends that are broken on purpose.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../host/backend/backend.js";
import { BACKEND_NAMES, backendProblem, createBackend } from "../../host/backend/index.js";
import type { BackendName, BackendOptions } from "../../host/backend/index.js";
import { MemoryDisk } from "../../host/backend/memory-disk.js";
import { canaries, makerOf } from "./canaries.js";
import { checks, violation } from "./contract.js";
import type { Check } from "./contract.js";
import type { Mode } from "./rig.js";

/** Options under which a backend runs other code; each runs the whole suite. */
const VARIANTS: Readonly<Record<BackendName, Record<string, BackendOptions>>> = {
  native: { "": {}, ", threads": { uring: false }, ", one at a time": { queueDepth: 1 } },
  "node-fs": { "": {}, ", one at a time": { queueDepth: 1 } },
  memory: { "": {} },
};
const MODES: readonly Mode[] = ["inline", "async"];
/** A shared machine may be slow; a completion that is this late counts as lost. */
const PATIENCE_MS = 10_000;
/** Canaries lose completions for sure, so their tests wait no longer than this. */
const CANARY_PATIENCE_MS = 60;

let root = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "tornproof-backend-"));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const subjects = BACKEND_NAMES.flatMap((name) =>
  Object.entries(VARIANTS[name]).flatMap(([variant, options]) =>
    MODES.map((mode) => ({ name, options, mode, title: `backend ${name}${variant}, ${mode}` })),
  ),
);

for (const { name, options, mode, title } of subjects) {
  const problem = backendProblem(name);
  if (problem !== null) {
    // Named, so that a report shows what was not tested here.
    test.skip(`${title}: skipped, ${problem}`, () => {});
    continue;
  }
  describe(title, () => {
    test.each(Object.entries(checks))("%s", async (_fact, check) => {
      expect(await judged(sharedMaker(name, options), mode, PATIENCE_MS, check)).toBe(null);
    });
  });
}

describe("backend contract: a broken backend is flagged", () => {
  test.each(canaries)("$defect → $check", async (canary) => {
    const check = checks[canary.check]!;

    // One mode that flags it is enough: some defects exist in one of them only.
    const found: (string | null)[] = [];
    for (const mode of MODES) {
      found.push(await judged(makerOf(canary), mode, CANARY_PATIENCE_MS, check));
    }

    expect(found.filter((message) => message !== null)).not.toEqual([]);
  });

  test("every check has a canary that trips it", () => {
    const tripped = new Set(canaries.map((canary) => canary.check));

    expect(Object.keys(checks).filter((fact) => !tripped.has(fact))).toEqual([]);
  });
});

let directories = 0;

/** Runs a check on its own directory, which the backend makes itself: memory has none on disk. */
function judged(
  make: () => Backend,
  mode: Mode,
  patienceMs: number,
  check: Check,
): Promise<string | null> {
  directories += 1;
  const dir = join(root, `check-${directories}`);
  make().makeDirectory(dir);
  return violation({ make, dir, mode, patienceMs }, check);
}

/** A maker whose backends see the same files. */
function sharedMaker(name: BackendName, options: BackendOptions): () => Backend {
  const memoryDisk = new MemoryDisk();
  return () => createBackend(name, { ...options, memoryDisk });
}
