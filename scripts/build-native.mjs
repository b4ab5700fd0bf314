// Builds the native addon: native/src/*.cc → build/tornproof.node. An addon newer than its sources
// is left alone. Where it cannot be built, one line says why and the exit code is 0, because
// everything also runs on node:fs; `--require` makes that an error.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = join(ROOT, "native", "src");
const OUTPUT = join(ROOT, "build", "tornproof.node");

const FLAGS = [
  ...["-O2", "-std=c++20", "-fPIC", "-shared", "-fvisibility=hidden", "-pthread"],
  ...["-Wall", "-Wextra", "-DNAPI_VERSION=8"],
];

function isFresh() {
  if (!existsSync(OUTPUT)) return false;
  const built = statSync(OUTPUT).mtimeMs;
  const inputs = readdirSync(SOURCES).map((name) => join(SOURCES, name));
  return [...inputs, fileURLToPath(import.meta.url)].every((p) => statSync(p).mtimeMs <= built);
}

/** Folder of node_api.h. */
function headers() {
  const require = createRequire(import.meta.url);
  return require("node-api-headers").include_dir;
}

/** Compiles to a temporary name and renames, so that an interrupted build leaves no half addon. */
function compile() {
  const compiler = process.env.CXX || "g++";
  const temporary = `${OUTPUT}.${process.pid}.tmp`;
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".cc"));
  const files = sources.map((name) => join(SOURCES, name));
  const args = [...FLAGS, "-isystem", headers(), "-o", temporary, ...files];
  const outcome = spawnSync(compiler, args, { encoding: "utf8" });
  if (outcome.error) throw new Error(`no C++ compiler "${compiler}"`);
  if (outcome.status !== 0) {
    rmSync(temporary, { force: true });
    if (process.argv.includes("--require")) process.stderr.write(outcome.stderr);
    const first = outcome.stderr.split("\n").find((line) => line.includes("error"));
    throw new Error(`${compiler} failed: ${first ?? `exit code ${outcome.status}`}`);
  }
  process.stderr.write(outcome.stderr);
  renameSync(temporary, OUTPUT);
}

function main() {
  if (isFresh()) return;
  try {
    if (process.platform !== "linux") throw new Error(`no addon for ${process.platform} yet`);
    mkdirSync(dirname(OUTPUT), { recursive: true });
    compile();
  } catch (error) {
    const reason = error.message.split("\n")[0];
    console.error(`native addon not built (${reason}): everything runs on node:fs`);
    process.exitCode = process.argv.includes("--require") ? 1 : 0;
  }
}

main();
