// The inspector without Node: what a page would load, bundled, and run where there is no process,
// no require and no Buffer.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, Script } from "node:vm";
import { build, type Rollup } from "vite";
import { expect, test } from "vitest";
import { packageRoot } from "../../host/package-root.js";
import { startTestEngine } from "../engine-loader.js";
import { makeTablespace } from "./support.js";

/** Vite comes with vitest. */
async function bundle(): Promise<string> {
  const entry = join(packageRoot(), "test", "inspect", "page-entry.ts");
  const output = await build({
    configFile: false,
    root: packageRoot(),
    logLevel: "silent",
    build: {
      write: false,
      minify: false,
      lib: { entry, formats: ["iife"], name: "page", fileName: "page" },
    },
  });
  const [first] = output as Rollup.RollupOutput[];
  return first!.output[0].code;
}

test("inspect: bundled for a page, without anything of Node → the answer of the command", async () => {
  const names = ["TextDecoder", "TextEncoder", "atob", "performance", "console"];
  const web = globalThis as unknown as Record<string, unknown>;
  const context = createContext(Object.fromEntries(names.map((name) => [name, web[name]])));
  const file = makeTablespace(await startTestEngine(), { pageSize: 4096, pages: 6, used: 5 });
  const wasm = readFileSync(join(packageRoot(), "build", "inspector.wasm"));
  context["wasm"] = wasm;
  context["bytes"] = file;
  new Script(await bundle()).runInContext(context);
  const events = (await new Script("page.inspect(wasm, bytes)").runInContext(context)) as string;

  expect(JSON.parse(events)).toContainEqual(
    expect.objectContaining({ event: "tablespace", pages_whole: 5, pages_empty: 1 }),
  );
});
