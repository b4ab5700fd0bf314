// Checks the file of -o before a long run, which must not fail at its end because of a wrong name.

import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EnvironmentError, messageOf, UsageError } from "./exit.js";

/** Errors: UsageError for a directory, EnvironmentError where nothing can be written. */
export function checkOutput(output: string | null): void {
  if (output === null) return;
  if (statSync(output, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--output ${output}: is a directory; name a file`);
  }
  try {
    accessSync(dirname(resolve(output)), constants.W_OK);
  } catch (error) {
    throw new EnvironmentError(`--output ${output}: ${messageOf(error)}`);
  }
}
