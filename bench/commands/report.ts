// `bench report`: results of crash shards put together, printed again in any format.

import { readFileSync } from "node:fs";
import { mergeResults } from "../crash/merge.js";
import { parseCrashOutput, parseExpect } from "../crash/options.js";
import { CRASH_SCHEMA, type CrashResult } from "../crash/result.js";
import { messageOf, UsageError } from "../exit.js";
import { checkOutput } from "../output-file.js";
import { parseColor, type RawFlags } from "../options.js";
import { publish } from "./crash.js";

/** Returns the exit code of the merged result. Errors: UsageError for files that do not fit. */
export function reportCommand(files: readonly string[], flags: RawFlags): number {
  const output = parseCrashOutput(flags);
  const color = parseColor(flags["color"], {
    isTerminal: process.stdout.isTTY === true,
    env: process.env,
  });
  const expect = typeof flags["expect"] === "string" ? parseExpect(flags["expect"]) : null;
  checkOutput(output.output);
  const results = files.map((file) => ({ file, result: readCrashResult(file) }));
  const merged = mergeResults(results, { isPartial: flags["partial"] === true, expect });
  publish(merged, { ...output, color }, (line) => process.stderr.write(`${line}\n`));
  return merged.exit.code;
}

/** Errors: UsageError when the file is missing, no JSON, or no crash result of this version. */
export function readCrashResult(file: string): CrashResult {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`);
  }
  const schema = (found as { schema?: unknown } | null)?.schema;
  if (schema === CRASH_SCHEMA) return found as CrashResult;
  const what = typeof schema === "string" ? `schema "${schema}"` : "no schema";
  throw new UsageError(`${file}: expected a result of schema "${CRASH_SCHEMA}", found ${what}`);
}
