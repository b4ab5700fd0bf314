// A laboratory that never fails proves nothing: each of these engines has one bug, and each bug
// must be seen. The sound engine, hunted in the same ways, must pass.

import { afterAll, expect, test } from "vitest";
import { buildVariant } from "../../lab/engine-variant.js";
import { hunt, type Score } from "../../lab/hunt/index.js";
import { buildMutant, ENGINE_MUTANTS } from "../../lab/mutants/index.js";
import { scoreTable } from "../../lab/score.js";
import { UNSEEN } from "../../lab/unseen.js";

const PATIENCE_MS = 300_000;
const scores: Score[] = [];

afterAll(() => console.log(scoreTable(scores)));

test(
  "engine canaries: the sound engine → every hunt comes back with nothing",
  async () => {
    const module = await buildVariant({ name: "sound", files: new Map() });

    expect(hunt({ name: "sound", module }).found).toBeNull();
  },
  PATIENCE_MS,
);

const seen = ENGINE_MUTANTS.filter(({ name }) => !UNSEEN.has(name));
const unseen = ENGINE_MUTANTS.filter(({ name }) => UNSEEN.has(name));

test.skip.each(unseen.map(({ name }) => [name, UNSEEN.get(name)!]))(
  "engine canaries: %s → not caught yet: %s",
  () => undefined,
);

test.each(seen.map((mutant) => [mutant.name, mutant] as const))(
  "engine canaries: %s → caught",
  async (name, mutant) => {
    const score = hunt({ name, module: await buildMutant(mutant) });
    scores.push(score);

    expect(score.found, `${mutant.bug} It breaks: ${mutant.breaks}`).not.toBeNull();
  },
  PATIENCE_MS,
);
