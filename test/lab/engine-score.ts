// The score of some of the engine's mutants: one test for each, and a table at the end. The list is
// cut into files so that several workers share the work.

import { afterAll, expect, test } from "vitest";
import { hunt, type Score } from "./hunt/index.js";
import { buildMutant, type Mutant } from "./mutants/index.js";
import { scoreTable } from "./score.js";

const PATIENCE_MS = 300_000;

export function scoreMutants(mutants: readonly Mutant[]): void {
  const scores: Score[] = [];
  afterAll(() => console.log(scoreTable(scores)));

  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    "engine canaries: %s → caught",
    async (name, mutant) => {
      const score = hunt({ name, module: await buildMutant(mutant) });
      scores.push(score);

      expect(score.found, `${mutant.bug} It breaks: ${mutant.breaks}`).not.toBeNull();
    },
    PATIENCE_MS,
  );
}
