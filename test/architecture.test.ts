// The architecture as facts: who imports whom, and what the engine's module asks for and offers.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../host/package-root.js";
import { readArrows, type Arrow } from "./architecture/imports.js";
import { objection } from "./architecture/rules.js";
import { readInterface } from "./architecture/wasm-module.js";

const FOLDERS = ["engine", "inspector", "host", "native", "bench"];
const DOCUMENT = "docs/architecture.md";

function read(path: string): Buffer {
  const file = join(packageRoot(), path);
  const cure = path.startsWith("build/") ? 'run "npm run build"' : "it belongs to the repository";
  if (!existsSync(file)) throw new Error(`${path} is missing: ${cure}`);
  return readFileSync(file);
}

function arrow(from: string, to: string): Arrow {
  return { from, to, isPackage: !/^(engine|inspector|host|native|bench|test|scripts)\//.test(to) };
}

describe("architecture: verdicts", () => {
  test("no test is run again after a failure", () => {
    const folder = join(packageRoot(), "test");
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const files = names.filter((name) => name.endsWith(".ts")).map((name) => `test/${name}`);
    const again = [...files, "vitest.config.ts"].filter((path) => {
      return /\bretry\s*:/.test(read(path).toString()) && path !== "test/architecture.test.ts";
    });
    expect(again).toEqual([]);
  });
});

describe("architecture: imports", () => {
  test.each(FOLDERS)("%s: no file imports what it must not", (folder) => {
    const arrows = readArrows(packageRoot(), folder);
    const wrong = arrows.flatMap((each) => {
      const why = objection(each);
      return why === null ? [] : [`${each.from} → ${each.to}: ${why}`];
    });
    expect(arrows).not.toEqual([]);
    expect(wrong).toEqual([]);
  });

  test.each([
    ["engine/format/fil", "engine/buf/pool"],
    ["engine/buf/pool", "engine/log/log-writer"],
    ["engine/log/log-writer", "engine/dblwr/segment"],
    ["engine/limits", "engine/abi/io"],
    ["engine/abi/ring", "engine/buf/pool"],
    ["engine/store", "host/abi"],
    ["engine/store", "node:fs"],
    ["engine/unknown/file", "engine/format/fil"],
    ["host/store", "native/index"],
    ["host/backend/node-fs", "native/index"],
    ["host/store", "bench/stats"],
    ["host/store", "test/support"],
    ["host/store", "engine/index"],
    ["host/store", "commander"],
    ["host/flush/table", "node:fs"],
    ["host/check/trace-checker", "node:fs"],
    ["host/check/trace-checker", "host/store"],
    ["host/observe/observation", "node:fs"],
    ["host/observe/observation", "host/store"],
    ["host/flush/table", "host/backend/native"],
    ["host/sim/disk", "node:fs"],
    ["host/sim/machine", "host/backend/node-fs"],
    ["host/sim/machine", "host/probe/index"],
    ["native/index", "host/errors"],
    ["bench/cli", "host/store"],
    ["bench/cli", "native/index"],
    ["bench/cli", "benny"],
    ["bench/doctor/verdict", "node:fs"],
    ["bench/cli", "test/support"],
    ["bench/cli", "@wasmer/wasi"],
    ["bench/cli", "node:wasi"],
    ["bench/inspect/scan", "node:fs"],
    ["bench/inspect/scan", "bench/units"],
    ["inspector/pages", "engine/buf/pool"],
    ["inspector/pages", "engine/limits"],
    ["engine/format/fil", "inspector/pages"],
  ])("rules: %s → %s is forbidden", (from, to) => {
    expect(objection(arrow(from, to))).toBeTypeOf("string");
  });

  test.each([
    ["engine/index", "engine/store"],
    ["engine/mtr/mtr", "engine/log/log-buffer"],
    ["engine/buf/pool", "engine/abi/ring"],
    ["engine/abi/ring", "engine/limits"],
    ["engine/testing", "engine/format/fil"],
    ["host/backend/native", "native/index"],
    ["host/backend/native-worker", "native/index"],
    ["host/probe/direct", "native/index"],
    ["host/flush/table", "host/backend/backend"],
    ["host/check/trace-checker", "host/observe/event"],
    ["host/sim/backend", "host/backend/op-queue"],
    ["host/sim/machine", "host/driver"],
    ["bench/cli", "host/index"],
    ["bench/cli", "commander"],
    ["bench/micro/index", "benny"],
    ["bench/micro/index", "host/engine"],
    ["bench/inspect/wasmer-sandbox", "@wasmer/wasi"],
    ["bench/inspect/node-sandbox", "node:wasi"],
    ["bench/inspect/scan", "bench/inspect/protocol"],
    ["inspector/pages", "engine/format/fil"],
    ["inspector/pages", "inspector/out"],
  ])("rules: %s → %s is allowed", (from, to) => {
    expect(objection(arrow(from, to))).toBeNull();
  });
});

describe("architecture: the release module", () => {
  test("imports: its memory and nothing else, unshared, without a maximum", () => {
    const { imports } = readInterface(read("build/engine.wasm"));
    expect(imports).toEqual([
      { name: "env.memory", kind: "memory", maximum: null, isShared: false },
    ]);
  });

  test(`exports: exactly the list under "Engine exports" in ${DOCUMENT}`, () => {
    const { exports } = readInterface(read("build/engine.wasm"));
    expect([...exports].sort()).toEqual(documentedExports().sort());
  });

  test("text form: nothing of the managed runtime", () => {
    const text = read("build/engine.wat").toString("utf8");
    const managed = new Set(text.match(/~lib\/rt[\w/.~-]*/g));
    expect(text).toContain("(module");
    expect([...managed]).toEqual([]);
  });
});

describe("architecture: the inspector's module", () => {
  test("imports: a few calls of WASI that can read and print, and nothing else", () => {
    const { imports } = readInterface(read("build/inspector.wasm"));
    const names = imports.map(({ name }) => name.replace("wasi_snapshot_preview1.", "")).sort();

    expect(names).toEqual([
      ...["args_get", "args_sizes_get", "fd_close", "fd_prestat_get", "fd_read", "fd_write"],
      ...["path_open", "proc_exit"],
    ]);
  });

  test("exports: what a WASI command has", () => {
    const { exports } = readInterface(read("build/inspector.wasm"));
    expect([...exports].sort()).toEqual(["_start", "memory"]);
  });

  test("text form: nothing of the managed runtime", () => {
    const text = read("build/inspector.wat").toString("utf8");
    expect(text).toContain("(module");
    expect(text.match(/~lib\/rt[\w/.~-]*/g)).toBeNull();
  });
});

/** The first word of every line of the fenced block below the heading. */
function documentedExports(): string[] {
  const text = read(DOCUMENT).toString("utf8");
  const block = /^#+ Engine exports$[^#]*?^```\w*\n([\s\S]*?)^```/m.exec(text)?.[1];
  if (block === undefined) throw new Error(`${DOCUMENT}: no fenced list under "Engine exports"`);
  const names = block.split("\n").map((line) => /^\s*([A-Za-z_]\w*)/.exec(line)?.[1]);
  return names.filter((name) => name !== undefined);
}
