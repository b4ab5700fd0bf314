// Builds the benchmark's C peer and its sync-slowing shim:
//
//   bench/peer/{raw,outcome,page-threads,page-uring}.c → build/raw
//   bench/peer/slow-sync.c                             → build/slow-sync.so
//
// A target newer than its sources is left alone. Without a C compiler, or outside Linux, one line
// says so and the exit code is 0: only `npm run bench:targets` needs what is built here.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PEER = join(ROOT, "bench", "peer");
const BUILD = join(ROOT, "build");

const TARGETS = [
  {
    file: "raw",
    sources: ["raw.c", "outcome.c", "page-threads.c", "page-uring.c"],
    headers: ["raw.h"],
    flags: ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-pthread"],
    libraries: [],
  },
  {
    file: "slow-sync.so",
    sources: ["slow-sync.c"],
    headers: [],
    flags: ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-shared", "-fPIC"],
    libraries: ["-ldl"],
  },
];

function isFresh(target) {
  const output = join(BUILD, target.file);
  if (!existsSync(output)) return false;
  const built = statSync(output).mtimeMs;
  const inputs = [...target.sources, ...target.headers].map((name) => join(PEER, name));
  return [...inputs, fileURLToPath(import.meta.url)].every((p) => statSync(p).mtimeMs <= built);
}

/** First C compiler that answers, or null. `CC` leads, as everywhere. */
function findCompiler() {
  const names = [process.env.CC, "cc", "gcc", "clang"].filter(Boolean);
  return names.find((name) => spawnSync(name, ["--version"]).status === 0) ?? null;
}

/** Compiles to a temporary name and renames, so that an interrupted build leaves no half target. */
function build(compiler, target) {
  const output = join(BUILD, target.file);
  const temporary = `${output}.${process.pid}.tmp`;
  const sources = target.sources.map((name) => join(PEER, name));
  const args = [...target.flags, "-o", temporary, ...sources, ...target.libraries];
  const outcome = spawnSync(compiler, args, { encoding: "utf8" });
  if (outcome.status === 0) {
    renameSync(temporary, output);
    return true;
  }
  rmSync(temporary, { force: true });
  const reason = (outcome.stderr || String(outcome.error ?? "")).trim().split("\n")[0];
  console.error(`peer: build/${target.file} was not built: ${reason}`);
  return false;
}

function main() {
  if (process.platform !== "linux") {
    console.error("peer: the C peer runs on Linux only; npm run bench:targets is not available.");
    return;
  }
  const stale = TARGETS.filter((target) => !isFresh(target));
  if (stale.length === 0) return;
  const compiler = findCompiler();
  if (compiler === null) {
    console.error("peer: no C compiler found; npm run bench:targets is not available.");
    return;
  }
  mkdirSync(BUILD, { recursive: true });
  for (const target of stale) {
    if (build(compiler, target)) console.error(`peer: built build/${target.file}`);
  }
}

main();
