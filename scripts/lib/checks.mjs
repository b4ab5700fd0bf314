// The checks that need no test runner. Types are checked by the compile step of the set-up.

import { reportStep, runQuietly } from "./command.mjs";

const CHECKS = [
  { name: "lint", command: ["node_modules/eslint/bin/eslint.js", "--max-warnings", "0", "."] },
  {
    name: "format",
    command: [
      ...["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
      ...["--cache", "--cache-location", "build/stamps/prettier"],
    ],
  },
  { name: "tidy", command: ["build/js/scripts/tidy.js"] },
];

/** Runs all checks side by side and gives the names of those that failed, each already reported. */
export async function runChecks() {
  const passed = await Promise.all(CHECKS.map(runCheck));
  return CHECKS.filter((_, index) => !passed[index]).map((check) => check.name);
}

async function runCheck({ name, command }) {
  const startedAt = performance.now();
  const { code, output } = await runQuietly(process.execPath, command);
  if (code !== 0) console.error(`${name} failed:\n${output.trimEnd()}`);
  else reportStep(`checked ${name}`, startedAt);
  return code === 0;
}
