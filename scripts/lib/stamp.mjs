// Is a build step up to date? A hash of everything it reads, kept below build/stamps, decides.

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fromRoot, root } from "./root.mjs";

/** A hash of the step's command and of the name and content of every file it reads. */
export function hashOf(step) {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([step.command, process.platform, process.arch]));
  for (const file of inputFiles(step)) {
    hash.update(`\0${file}\0`);
    hash.update(readFileSync(fromRoot(file)));
  }
  return hash.digest("hex");
}

/** True when the step ran to its end on these very inputs and all its outputs are still there. */
export function isCurrent(step, hash) {
  const file = stampFile(step);
  return existsSync(file) && readFileSync(file, "utf8") === hash && hasOutputs(step);
}

export function hasOutputs(step) {
  return step.outputs.every((output) => existsSync(fromRoot(output)));
}

export function removeOutputs(step) {
  for (const output of step.outputs) rmSync(fromRoot(output), { force: true });
}

export function writeStamp(step, hash) {
  mkdirSync(dirname(stampFile(step)), { recursive: true });
  writeFileSync(stampFile(step), hash);
}

function stampFile(step) {
  return fromRoot("build", "stamps", step.name);
}

function inputFiles(step) {
  const files = step.inputs.flatMap((input) => filesBelow(input));
  return files.filter((file) => !step.ignores?.test(file)).sort();
}

function filesBelow(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesBelow(`${path}/${name}`));
}
