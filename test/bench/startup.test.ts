// `bench --help` loads the parser and nothing else: no library, no addon, no command.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../bench/host.js";

const CLI = join(packageRoot(), "build", "js", "bench", "cli.js");
/** The CLI and what it needs to print a help page. */
const FILES_MAX = 6;

describe.skipIf(!existsSync(CLI))("bench: start", () => {
  test.each([["--help"], ["doctor", "--help"], ["--version"]])(
    "%s %s → loads a handful of our files, and none of the library",
    (...args) => {
      const loaded = filesLoaded(args);

      expect(loaded.length).toBeGreaterThan(0);
      expect(loaded.length, loaded.join(" ")).toBeLessThanOrEqual(FILES_MAX);
      expect(loaded.filter((file) => /\/(host|native)\//.test(file))).toEqual([]);
    },
  );
});

/** Our modules that node resolves while a command runs, by a loader that notes their addresses. */
function filesLoaded(args: readonly string[]): string[] {
  const loader = `
    export async function resolve(name, context, next) {
      const found = await next(name, context);
      process._rawDebug("loaded " + found.url);
      return found;
    }`;
  const address = `data:text/javascript,${encodeURIComponent(loader)}`;
  const flags = ["--no-warnings", "--experimental-loader", address];
  const { stderr } = spawnSync(process.execPath, [...flags, CLI, ...args], { encoding: "utf8" });
  const lines = [...stderr.matchAll(/^loaded file:\/\/(.*)$/gm)].map((match) => match[1]!);
  return [...new Set(lines)].filter((file) => file.includes("/build/js/"));
}
