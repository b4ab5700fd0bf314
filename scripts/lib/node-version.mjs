// Stops with one clear sentence when Node is older than package.json asks for.
// Imported first and by side effect, so that nothing newer is evaluated before it.

import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const wanted = /(\d+)\.(\d+)/.exec(manifest.engines.node);
const running = /(\d+)\.(\d+)/.exec(process.versions.node);

if (isOlder(running, wanted)) {
  console.error(
    `${manifest.name} needs Node ${wanted[0]} or newer, and this is Node ${process.versions.node}.\n` +
      "Install a current Node from https://nodejs.org and run the command again.",
  );
  process.exit(1);
}

function isOlder(left, right) {
  const majors = Number(left[1]) - Number(right[1]);
  return majors < 0 || (majors === 0 && Number(left[2]) < Number(right[2]));
}
