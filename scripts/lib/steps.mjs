// The build steps: what each one reads, runs and leaves behind.
//
//   engine       engine/**       → build/engine.wasm, and engine.wat for the architecture test
//   test-engine  engine/**       → build/engine.test.wasm, with the extra exports of testing.ts
//   native       native/**       → build/tornproof.node
//   peer         bench/peer/**   → the C programs that bench measures itself against
//   typescript   **/*.ts         → build/js, and the types are checked
//
// native and peer are tolerant: without a compiler they explain themselves and pass.

import { chmodSync, existsSync } from "node:fs";
import { fromRoot } from "./root.mjs";

const ASC = "node_modules/assemblyscript";
/** asc looks a transform up as Node looks up a module, hence the dot. */
const TRANSFORM = ["--transform", "./scripts/asc/machine-state.mjs"];
const TSC = "node_modules/typescript";

const ENGINE = {
  name: "engine",
  label: "built engine.wasm",
  needs: ["asconfig.json", "engine/index.ts"],
  inputs: ["engine", "asconfig.json", "scripts/asc", `${ASC}/package.json`],
  ignores: /(testing\.ts|\.md)$/,
  command: [
    ...[`${ASC}/bin/asc.js`, "engine/index.ts", "--target", "release"],
    ...TRANSFORM,
    ...["--textFile", "build/engine.wat"],
  ],
  outputs: ["build/engine.wasm", "build/engine.wat"],
};

const TEST_ENGINE = {
  name: "test-engine",
  label: "built engine.test.wasm",
  needs: ["asconfig.json", "engine/testing.ts"],
  inputs: ["engine", "asconfig.json", "scripts/asc", `${ASC}/package.json`],
  command: [`${ASC}/bin/asc.js`, "engine/testing.ts", "--target", "test", ...TRANSFORM],
  outputs: ["build/engine.test.wasm"],
};

const NATIVE = {
  name: "native",
  label: "built the native addon",
  needs: ["scripts/build-native.mjs"],
  inputs: ["native", "scripts/build-native.mjs"],
  ignores: /\.(ts|md)$/,
  command: ["scripts/build-native.mjs"],
  outputs: ["build/tornproof.node"],
  tolerant: true,
};

const PEER = {
  name: "peer",
  label: "built the C programs of bench",
  needs: ["scripts/build-peer.mjs"],
  inputs: ["bench/peer", "scripts/build-peer.mjs"],
  ignores: /\.(ts|md)$/,
  command: ["scripts/build-peer.mjs"],
  outputs: ["build/raw", "build/slow-sync.so"],
  tolerant: true,
};

const TYPESCRIPT = {
  name: "typescript",
  label: "compiled TypeScript",
  needs: ["tsconfig.json"],
  inputs: [
    ...["host", "native", "bench", "test", "scripts"],
    ...["tsconfig.json", "package.json", `${TSC}/package.json`],
  ],
  ignores: /(?<!\.ts|tsconfig\.json|package\.json)$/,
  command: [
    ...[`${TSC}/bin/tsc`, "--project", "tsconfig.json", "--pretty", "false"],
    ...["--incremental", "--tsBuildInfoFile", "build/js/.tsbuildinfo"],
  ],
  outputs: ["build/js/host"],
  after: makeExecutable,
};

/** The steps of `npm start`; `npm test` adds the test engine. */
export function buildSteps({ test }) {
  const steps = [ENGINE, NATIVE, PEER, TYPESCRIPT];
  return test ? [...steps, TEST_ENGINE] : steps;
}

/** npm sets this bit when it installs a package; in our own folder nobody does. */
function makeExecutable() {
  const command = fromRoot("build/js/bench/cli.js");
  if (existsSync(command)) chmodSync(command, 0o755);
}
