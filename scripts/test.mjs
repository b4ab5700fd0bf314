// `npm test`: set-up, then lint, format, tidy and types, then every test; arguments go to vitest.
//
// A failed check does not hide the tests, nor failed tests the checks: one run tells all.

import "./lib/node-version.mjs";
import { runChecks } from "./lib/checks.mjs";
import { runOnTerminal } from "./lib/command.mjs";
import { setUp } from "./lib/set-up.mjs";

const VITEST = "node_modules/vitest/vitest.mjs";

const notBuilt = await setUp({ test: true });
if (notBuilt.includes("install")) process.exit(1);
const failed = [...notBuilt, ...(await runChecks())];
const code = await runOnTerminal(process.execPath, [VITEST, "run", ...process.argv.slice(2)]);
if (failed.length > 0) console.error(`failed before the tests: ${failed.join(", ")}`);
process.exitCode = code === 0 && failed.length > 0 ? 1 : code;
