// A power cut at every moment of a small life of a store. What was not synced is lost, or kept, or
// kept sector by sector, or write by write.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../format/helpers.js";
import { KEPT, LOST, sectors, writes, type CrashChoice, type Options } from "../harness.js";
import { cutsOf, forEveryCut, record, recover } from "../script.js";

type Choose = (random: () => number) => CrashChoice;

const CHOICES: [string, Choose][] = [
  ["is lost", () => LOST],
  ["is kept", () => KEPT],
  ["is kept by sectors, half of them", (random) => sectors(random, 0.5)],
  ["is kept by writes, half of them", (random) => writes(random, 0.5)],
];

/** A pool so small that recovery has to write pages back while it applies redo. */
const TIGHT: Options = { framesCount: 28 };

describe.each([
  ["doublewrite ON", 1, {}],
  ["doublewrite ON, a pool of 28 frames", 2, TIGHT],
  ["doublewrite DETECT_AND_RECOVER, one batch", 3, { doublewriteMode: 3, batchesCount: 1 }],
])("recv: power cut, %s", (_name, seed, options: Options) => {
  const recording = record(seed, options);
  const cuts = cutsOf(recording.machine.journal);

  test("the script covers what it is for", () => {
    const { machine, model } = recording;
    expect(model.commits).toBeGreaterThan(15);
    for (const point of ["log-commit", "dblwr-batch", "data-batch", "checkpoint-log"]) {
      expect(machine.trace.filter((request) => request.point === point).length).toBeGreaterThan(3);
    }
    expect(machine.trace.some((request) => request.op === "delete")).toBe(true);
  });

  test.each(CHOICES)("every cut, what was not synced %s → all that was promised", (_, choose) => {
    const random = seededRandom(seed);
    forEveryCut(cuts, (cut) => recover(recording, cut, choose(random), cut % 5 === 0));
  });
});
