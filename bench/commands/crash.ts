// `bench crash`: settings, the run, the result on stdout and in a file; or one crash made again.

import { writeFileSync } from "node:fs";
import { ThreadCrew } from "../crash/crew.js";
import { parseCrashSettings } from "../crash/options.js";
import { createCrashProgress } from "../crash/progress.js";
import { renderCrash } from "../crash/render.js";
import { runCrash } from "../crash/runner.js";
import { replayCommandOf } from "../crash/replay-command.js";
import type { CrashResult } from "../crash/result.js";
import type { CrashSettings } from "../crash/settings.js";
import { checkOutput } from "../output-file.js";
import type { RawFlags } from "../options.js";
import { Interrupt } from "../run/interrupt.js";

/** What a command needs. */
export interface CrashInput {
  readonly flags: RawFlags;
  readonly innodb: Readonly<Record<string, string>>;
  /** The arguments as typed, "crash" included. */
  readonly argv: readonly string[];
}

/** Runs and returns the exit code. Errors: UsageError, EnvironmentError, or a bug of the engine. */
export async function crashCommand(input: CrashInput): Promise<number> {
  const { flags, innodb, argv } = input;
  if (flags["replay"] !== undefined) return replayCommandOf(flags, innodb);
  const settings = parseCrashSettings(flags, innodb, argv, {
    isTerminal: process.stdout.isTTY === true,
    env: process.env,
  });
  checkOutput(settings.output);
  const progress = createCrashProgress(process.stderr, settings.quiet);
  const interrupt = new Interrupt((line) => progress.warn(line));
  try {
    const crew = new ThreadCrew(settings.jobs);
    const result = await runCrash(settings, { crew, progress, interrupt });
    publish(result, settings, (line) => progress.warn(line));
    return result.exit.code;
  } finally {
    interrupt.dispose();
  }
}

type OutputSettings = Pick<CrashSettings, "output" | "outputFormat" | "format" | "color">;

/** Writes the result to the file that was asked for, and to stdout. */
export function publish(
  result: CrashResult,
  { output, outputFormat, format, color }: OutputSettings,
  say: (line: string) => void,
): void {
  if (output !== null) {
    writeFileSync(output, renderCrash(result, outputFormat, false));
    say(`Result written to ${output}`);
  }
  process.stdout.write(renderCrash(result, format, color));
}
