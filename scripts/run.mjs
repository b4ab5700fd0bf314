// Sets the clone up, then becomes one of our built programs: node scripts/run.mjs bench/cli.js …
//
// The program runs in this very process, so Ctrl-C, the terminal and the exit code are its own.

import "./lib/node-version.mjs";
import { pathToFileURL } from "node:url";
import { fromRoot } from "./lib/root.mjs";
import { setUp } from "./lib/set-up.mjs";

const [program, ...args] = process.argv.slice(2);
const failed = await setUp({ test: false });
if (failed.length === 0) {
  const file = fromRoot("build", "js", program);
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
} else {
  process.exitCode = 1;
}
