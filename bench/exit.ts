// How the command ends: its exit codes, the two errors it raises itself, and the code every other
// error maps to. docs/errors.md explains the codes to users.

import { IoError, StoreError } from "./host.js";
import type { StoreErrorCode } from "./host.js";

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  environment: 3,
  /** The crash laboratory lost something where the documentation promises that nothing is lost. */
  unexpectedLoss: 12,
  /** A loss that had to appear did not: the laboratory itself is suspect. */
  missingLoss: 13,
  interrupted: 130,
} as const;

/** The user asked for something that does not exist or does not fit together. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** This machine or directory cannot do what was asked. Exit code 3. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

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

/** Returns the message of `error` for a user: no stack, no class name. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
