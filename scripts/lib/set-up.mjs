// The whole set-up of a clone: packages, then, side by side, every build step that is out of date.

import { existsSync } from "node:fs";
import { reportStep, runQuietly } from "./command.mjs";
import { install } from "./install.mjs";
import { fromRoot } from "./root.mjs";
import { hashOf, hasOutputs, isCurrent, removeOutputs, writeStamp } from "./stamp.mjs";
import { buildSteps } from "./steps.mjs";

/**
 * Installs and builds what is missing.
 * Gives the names of the steps that failed; what went wrong with each is on stderr already.
 */
export async function setUp({ test }) {
  try {
    await install();
  } catch (error) {
    console.error(`set-up: ${error.message}`);
    return ["install"];
  }
  const steps = buildSteps({ test });
  const outcomes = await Promise.all(steps.map(build));
  // Whatever lacks a compiler lacks the same one: the first explanation is enough.
  const explanation = outcomes.find(({ explained }) => explained !== undefined)?.explained;
  if (explanation !== undefined) console.error(explanation);
  return steps.filter((_, index) => !outcomes[index].passed).map((step) => step.name);
}

/** Gives whether the step passed, and what a tolerant step that built nothing said about it. */
async function build(step) {
  const missing = step.needs.find((file) => !existsSync(fromRoot(file)));
  if (missing !== undefined) return fail(step, `${missing} is missing, nothing to build from`);
  const hash = hashOf(step);
  if (isCurrent(step, hash)) return { passed: true };
  const startedAt = performance.now();
  // A tolerant step may pass without building: an older result must not pass for the new one.
  if (step.tolerant) removeOutputs(step);
  const { code, output } = await runQuietly(process.execPath, step.command);
  if (code !== 0) return fail(step, `exit code ${code} of node ${step.command.join(" ")}`, output);
  step.after?.();
  // Without a stamp the step is tried again next time.
  if (!hasOutputs(step) && step.tolerant) return { passed: true, explained: output.trimEnd() };
  if (!hasOutputs(step)) return fail(step, "it left no output", output);
  writeStamp(step, hash);
  reportStep(step.label, startedAt);
  return { passed: true };
}

function fail(step, reason, output = "") {
  console.error(`set-up: ${step.name}: ${reason}`);
  if (output !== "") console.error(output.trimEnd());
  return { passed: false };
}
