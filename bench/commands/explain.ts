// `bench explain`: a flush method, a crash by its id, or a result file, in words.

import { existsSync, readFileSync } from "node:fs";
import { replay } from "../crash/replay.js";
import { storyLines } from "../crash/replay-command.js";
import { CRASH_SCHEMA, type CrashResult } from "../crash/result.js";
import { messageOf, UsageError } from "../exit.js";
import { explainMethod } from "../explain/method.js";
import { explainResult } from "../explain/result.js";
import { readCrashResult } from "./report.js";

export interface ExplainFlags {
  readonly profile?: string;
}

const CASE_ID = /^c\d+:/;

/**
 * Returns what to print.
 * Errors: UsageError for an unknown method, a bad id, or a file that is no result.
 */
export function explainCommand(what: string, flags: ExplainFlags): string {
  return `${linesFor(what, flags).join("\n").trimEnd()}\n`;
}

function linesFor(what: string, { profile }: ExplainFlags): string[] {
  const isId = CASE_ID.test(what.trim());
  const isFile = !isId && (what.endsWith(".json") || what.includes("/") || existsSync(what));
  if (profile !== undefined && (isId || isFile)) {
    throw new UsageError("--profile: has a meaning only when a method is explained");
  }
  if (isId) return storyLines(replay(what));
  if (isFile) return explainFile(what);
  return explainMethod(what, profile ?? "mysql-8.4");
}

function explainFile(file: string): string[] {
  if (schemaOf(file) === "tornproof.result/1") {
    throw new UsageError(
      `${file}: is a result of bench run; bench explain tells results of bench crash ` +
        `(schema ${CRASH_SCHEMA}), methods and crash ids`,
    );
  }
  const result: CrashResult = readCrashResult(file);
  return explainResult(result);
}

function schemaOf(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { schema?: unknown } | null)?.schema;
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`);
  }
}
