// `bench study`: speed and loss of the same configurations, in one table.

import { writeFileSync } from "node:fs";
import type { OpenStore } from "../api.js";
import { createCrashProgress } from "../crash/progress.js";
import { checkOutput } from "../output-file.js";
import type { RawFlags } from "../options.js";
import { Interrupt } from "../run/interrupt.js";
import { createProgress } from "../run/progress.js";
import { renderStudy } from "../study/render.js";
import { parseStudySettings } from "../study/settings.js";
import { runStudy } from "../study/study.js";

export interface StudyInput {
  readonly study: string;
  readonly flags: RawFlags;
  /** The arguments as typed, "study" included. */
  readonly argv: readonly string[];
  readonly openStore: OpenStore;
}

/** Runs and returns the exit code. Errors: UsageError, EnvironmentError, or what a store throws. */
export async function studyCommand({ study, flags, argv, openStore }: StudyInput): Promise<number> {
  const settings = parseStudySettings(study, flags, argv, {
    isTerminal: process.stdout.isTTY === true,
    env: process.env,
  });
  const { output, outputFormat, format, color, quiet } = settings.crash;
  checkOutput(output);
  const progress = createProgress(process.stderr, quiet);
  const crashProgress = createCrashProgress(process.stderr, quiet);
  const interrupt = new Interrupt((line) => progress.warn(line));
  try {
    const result = await runStudy(settings, { openStore, progress, crashProgress, interrupt });
    if (output !== null) {
      writeFileSync(output, renderStudy(result, outputFormat, false));
      progress.warn(`Study written to ${output}`);
    }
    process.stdout.write(renderStudy(result, format, color));
    return result.exit.code;
  } finally {
    interrupt.dispose();
  }
}
