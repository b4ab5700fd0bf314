// `npm run check`: everything `npm test` looks at besides the tests themselves.

import "./lib/node-version.mjs";
import { runChecks } from "./lib/checks.mjs";
import { setUp } from "./lib/set-up.mjs";

const notBuilt = await setUp({ test: true });
const failed = notBuilt.includes("install") ? notBuilt : [...notBuilt, ...(await runChecks())];
process.exitCode = failed.length === 0 ? 0 : 1;
