// A part of the mutated files on every run; `npm run fuzz:inspect` takes 100,000.

import { expect, test } from "vitest";
import { startTestEngine } from "../engine-loader.js";
import { mutate, objectionTo } from "./fuzz.js";
import { everyKind } from "./make-files.js";
import { inspectBytes, inspectorModule, startInspector } from "./support.js";

const FILES = 5000;
/** These go through the sandbox that users have. */
const SANDBOXED = 300;
const FIRST_SEED = 1;

const bases = everyKind(await startTestEngine());
const module = inspectorModule();

test(`inspect: ${FILES} mutated files → always an answer, from their own bytes`, async () => {
  const objections: string[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + FILES; seed++) {
    const file = mutate(bases, seed);
    const objection = await objectionTo(module, file, seed);
    if (objection !== null) objections.push(`${file.name}: ${objection}`);
  }

  expect(objections).toEqual([]);
}, 300_000);

test(`inspect: ${SANDBOXED} mutated files in the sandbox → always an answer`, async () => {
  const inspector = await startInspector();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SANDBOXED; seed++) {
    const file = mutate(bases, seed);
    const { report } = await inspectBytes(inspector, file.bytes);

    expect(["good", "damaged", "unknown"], file.name).toContain(report.verdict);
  }
});
