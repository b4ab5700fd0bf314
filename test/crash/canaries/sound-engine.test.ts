// The sound engine, hunted in every way a canary is: each hunt must come back with nothing.

import { beforeAll, expect, test } from "vitest";
import { buildVariant } from "../../lab/engine-variant.js";
import { HOST_CANARIES } from "../../lab/host-canaries.js";
import { FIRST } from "../../lab/hunt/first.js";
import { HUNTS } from "../../lab/hunt/index.js";
import { ENGINE_MUTANTS } from "../../lab/mutants/index.js";

const PATIENCE_MS = 300_000;
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await buildVariant({ name: "sound", files: new Map() });
}, PATIENCE_MS);

test.each([...HUNTS.keys()])(
  "sound engine: hunt %s → nothing",
  (name) => {
    let states = 0;
    const found = HUNTS.get(name)!({ name: "sound", module }, (count) => (states += count));

    expect(found).toBeNull();
    expect(states).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);

test("hunts: the one that each canary meets first → is there, and so is the canary", () => {
  const names = [...ENGINE_MUTANTS, ...HOST_CANARIES].map(({ name }) => name);

  expect([...FIRST.keys()].sort()).toEqual(names.sort());
  expect([...FIRST.values()].filter((name) => !HUNTS.has(name))).toEqual([]);
});
