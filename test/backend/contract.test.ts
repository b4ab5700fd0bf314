// Every backend of the registry and the simulated disk against the contract, inline and
// asynchronously; and the contract against backends that are broken on purpose.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../host/backend/backend.js";
import { BACKEND_NAMES, backendProblem, createBackend } from "../../host/backend/index.js";
import type { BackendName, BackendOptions } from "../../host/backend/index.js";
import { MemoryDisk } from "../../host/backend/memory-disk.js";
import { SimBackend, type SimBackendOptions } from "../../host/sim/backend.js";
import { SimDisk } from "../../host/sim/disk.js";
import { DRIVE_MODELS } from "../../host/sim/latency.js";
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
/** The simulated disk is no name of the registry: whoever uses it holds its disk. */
const SIM_VARIANTS: Readonly<Record<string, SimBackendOptions>> = {
  ", at once": { schedule: "at-once" },
  ", timed without a drive": { schedule: "timed" },
  ", timed, one channel": { schedule: "timed", drive: DRIVE_MODELS[0]! },
  ", timed, many channels": { schedule: "timed", drive: DRIVE_MODELS[2]! },
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

interface Entry {
  readonly title: string;
  readonly mode: Mode;
  /** Why it cannot run here, or null. */
  readonly problem: string | null;
  /** Returns a maker whose backends see the same files. */
  readonly shared: () => () => Backend;
}

const registered = BACKEND_NAMES.flatMap((name) =>
  Object.entries(VARIANTS[name]).map(([variant, options]) => ({
    title: `${name}${variant}`,
    problem: backendProblem(name),
    shared: () => sharedMaker(name, options),
  })),
);
const simulated = Object.entries(SIM_VARIANTS).map(([variant, options]) => ({
  title: `sim${variant}`,
  problem: null,
  shared: () => simMaker(options),
}));
const subjects: readonly Entry[] = [...registered, ...simulated].flatMap((each) =>
  MODES.map((mode) => ({ ...each, mode })),
);

for (const { mode, problem, shared, title } of subjects) {
  if (problem !== null) {
    // Named, so that a report shows what was not tested here.
    test.skip(`backend ${title}, ${mode}: skipped, ${problem}`, () => {});
    continue;
  }
  describe(`backend ${title}, ${mode}`, () => {
    test.each(Object.entries(checks))("%s", async (_fact, check) => {
      expect(await judged(shared(), mode, PATIENCE_MS, check)).toBe(null);
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

function simMaker(options: SimBackendOptions): () => Backend {
  const disk = new SimDisk();
  return () => new SimBackend(disk, options);
}
