// `npm run build`: installs and builds what is missing; `--test` adds what only tests need.

import "./lib/node-version.mjs";
import { setUp } from "./lib/set-up.mjs";

const failed = await setUp({ test: process.argv.includes("--test") });
process.exitCode = failed.length === 0 ? 0 : 1;
