// The set-up of a clone, on a small project whose compilers are stand-ins that only leave files.

import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageRoot } from "../../host/package-root.js";

const TOUCH = (...files: string[]): string =>
  `import { mkdirSync, writeFileSync } from "node:fs";\n` +
  `mkdirSync("build/js/host", { recursive: true });\n` +
  `for (const file of ${JSON.stringify(files)}) writeFileSync(file, "");\n`;

/** Leaves the module that its first argument, `engine/index.ts` say, is named for. */
const COMPILER =
  `import { mkdirSync, writeFileSync } from "node:fs";\n` +
  `mkdirSync("build", { recursive: true });\n` +
  `const name = process.argv[2].split("/")[0];\n` +
  `for (const type of ["wasm", "wat"]) writeFileSync("build/" + name + "." + type, "");\n`;

const FILES: Record<string, string> = {
  "package.json": JSON.stringify({
    name: "tornproof",
    type: "module",
    engines: { node: ">=20.19" },
    bin: { bench: "build/js/bench/cli.js" },
  }),
  "package-lock.json": JSON.stringify({ packages: { "": {}, "node_modules/a": { version: "1" } } }),
  "node_modules/.package-lock.json": JSON.stringify({
    packages: { "node_modules/a": { version: "1" } },
  }),
  "node_modules/package.json": `{"type": "module"}`,
  "node_modules/assemblyscript/bin/asc.js": COMPILER,
  "node_modules/typescript/bin/tsc": `require("fs").mkdirSync("build/js/host", {recursive: true})`,
  "node_modules/typescript/package.json": "{}",
  "asconfig.json": "{}",
  "asconfig.inspect.json": "{}",
  "tsconfig.json": "{}",
  "engine/index.ts": "// one",
  "inspector/index.ts": "// one",
  "host/index.ts": "// one",
  "scripts/build-native.mjs": TOUCH("build/tornproof.node"),
  "scripts/build-peer.mjs": TOUCH("build/raw", "build/slow-sync.so"),
};

let root = "";

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function setUp(...nodeOptions: string[]): { said: string[]; code: number | null } {
  const args = [...nodeOptions, join(root, "scripts/setup.mjs")];
  const outcome = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  const lines = outcome.stderr.split("\n").filter((line) => line !== "");
  const said = lines.map((line) => line.trim().replace(/\s+[\d.]+ s$/, ""));
  return { said: said.sort(), code: outcome.status };
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tornproof-set-up-"));
  for (const [path, text] of Object.entries(FILES)) put(path, text);
  for (const part of ["scripts/setup.mjs", "scripts/lib"]) {
    cpSync(join(packageRoot(), part), join(root, part), { recursive: true });
  }
});

afterEach(() => rmSync(root, { recursive: true }));

describe("set-up", () => {
  test("fresh clone → everything is built, and the second run says nothing", () => {
    expect(setUp()).toEqual({
      said: [
        "built engine.wasm",
        "built inspector.wasm",
        "built the C programs of bench",
        "built the native addon",
        "compiled TypeScript",
      ],
      code: 0,
    });
    expect(readlinkSync(join(root, "node_modules/.bin/bench"))).toBe("../../build/js/bench/cli.js");
    expect(setUp()).toEqual({ said: [], code: 0 });
  });

  test.each([
    ["an engine source", "engine/index.ts", ["built engine.wasm"]],
    ["a new engine source", "engine/new.ts", ["built engine.wasm"]],
    ["engine/testing.ts", "engine/testing.ts", []],
    ["a host source", "host/index.ts", ["compiled TypeScript"]],
    ["a native source", "native/src/a.cc", ["built the native addon"]],
    ["the C peer", "bench/peer/raw.c", ["built the C programs of bench"]],
    ["a page of the manual", "docs/a.md", []],
  ])("%s changed → only what reads it is rebuilt", (_, path, expected) => {
    setUp();
    put(path, "// two");
    expect(setUp()).toEqual({ said: expected, code: 0 });
  });

  test("an output was deleted → it is built again", () => {
    setUp();
    rmSync(join(root, "build/engine.wasm"));
    expect(setUp()).toEqual({ said: ["built engine.wasm"], code: 0 });
  });

  test("no compiler → the addon's own words, exit code 0, and it is tried again", () => {
    setUp();
    put("scripts/build-peer.mjs", `console.error("no compiler for the peer either");`);
    put("scripts/build-native.mjs", `console.error("no compiler");`);
    expect(setUp()).toEqual({ said: ["no compiler"], code: 0 });
    expect(setUp()).toEqual({ said: ["no compiler"], code: 0 });
    expect(existsSync(join(root, "build/tornproof.node"))).toBe(false);
  });

  test("a step fails → named with its output, exit code 1", () => {
    put("node_modules/typescript/bin/tsc", `console.log("bad type"); process.exit(2)`);
    const { said, code } = setUp();
    expect(said).toContain("bad type");
    expect(said.join("\n")).toMatch(/set-up: typescript: exit code 2/);
    expect(code).toBe(1);
  });

  test("no engine source → says which file is missing, exit code 1", () => {
    rmSync(join(root, "engine/index.ts"));
    const { said, code } = setUp();
    expect(said).toContain("set-up: engine: engine/index.ts is missing, nothing to build from");
    expect(code).toBe(1);
  });

  test("Node is too old → one sentence and exit code 1", () => {
    const pretend = "Object.defineProperty(process.versions,'node',{value:'20.18.3'})";
    const { said, code } = setUp("--import", `data:text/javascript,${pretend}`);
    expect(said).toContain("tornproof needs Node 20.19 or newer, and this is Node 20.18.3.");
    expect(code).toBe(1);
  });

  test("a package is older than the lock → npm is asked to install", () => {
    put("node_modules/.package-lock.json", `{"packages":{"node_modules/a":{"version":"0"}}}`);
    put("npm-cli.js", `console.log(process.argv.slice(2).join(" ")); process.exit(7)`);
    const npm = process.env["npm_execpath"];
    process.env["npm_execpath"] = join(root, "npm-cli.js");
    const { said, code } = setUp();
    if (npm === undefined) delete process.env["npm_execpath"];
    else process.env["npm_execpath"] = npm;
    expect(said).toContain("set-up: npm ci failed with exit code 7");
    expect(said).toContain("ci --include=dev --no-audit --no-fund --loglevel=error");
    expect(code).toBe(1);
  });
});
