// `bench run`: settings, the run, the result on stdout and in a file.

import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { OpenStore } from "../api.js";
import { render } from "../export/format.js";
import { parseRunSettings } from "../options.js";
import type { RawFlags } from "../options.js";
import { checkOutput } from "../output-file.js";
import { Interrupt } from "../run/interrupt.js";
import { createProgress } from "../run/progress.js";
import { runBenchmark } from "../run/runner.js";

/** What a command needs besides its arguments. */
export interface RunInput {
  readonly flags: RawFlags;
  readonly innodb: Readonly<Record<string, string>>;
  /** The arguments as typed, "run" included. */
  readonly argv: readonly string[];
  readonly openStore: OpenStore;
}

/**
 * Runs and returns the exit code.
 * Errors: UsageError, EnvironmentError, or what the store throws; no file is left behind.
 */
export async function runCommand(input: RunInput): Promise<number> {
  const settings = parseRunSettings(input.flags, input.innodb, input.argv, {
    isTerminal: process.stdout.isTTY === true,
    env: process.env,
    randomSeed: () => randomInt(1, 1_000_000),
  });
  // A run of a minute must not fail at its end because of a mistyped file name.
  checkOutput(settings.output);
  const progress = createProgress(process.stderr, settings.quiet);
  const interrupt = new Interrupt((line) => progress.warn(line));
  try {
    const { openStore } = input;
    const result = await runBenchmark(settings, { openStore, progress, interrupt });
    if (settings.output !== null) {
      const { output, outputFormat, percentiles } = settings;
      writeFileSync(output, render(result, outputFormat, percentiles, false));
      progress.warn(`Result written to ${output}`);
    }
    process.stdout.write(render(result, settings.format, settings.percentiles, settings.color));
    return result.exit.code;
  } finally {
    interrupt.dispose();
  }
}
