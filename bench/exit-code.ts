// The exit code that an error maps to. Loaded only once something has failed: it needs the error
// classes of the library, and with them the library.

import { EnvironmentError, EXIT, UsageError } from "./exit.js";
import { IoError, StoreError } from "./host.js";
import type { StoreErrorCode } from "./host.js";

const USAGE_CODES: readonly StoreErrorCode[] = ["BAD_OPTION", "BAD_ARGUMENT"];
const ENVIRONMENT_CODES: readonly StoreErrorCode[] = [
  "METHOD_UNAVAILABLE",
  "NO_SPACE",
  "UNAVAILABLE",
];
const ENVIRONMENT_ERRNOS: readonly string[] = ["ENOSPC", "EROFS", "EACCES", "EPERM", "EDQUOT"];

/** Returns the exit code that `error` means. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof EnvironmentError) return EXIT.environment;
  if (error instanceof StoreError) {
    if (USAGE_CODES.includes(error.code)) return EXIT.usage;
    if (ENVIRONMENT_CODES.includes(error.code)) return EXIT.environment;
  }
  if (error instanceof IoError && ENVIRONMENT_ERRNOS.includes(error.code)) return EXIT.environment;
  return EXIT.failed;
}
