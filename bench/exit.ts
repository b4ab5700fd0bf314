// How the command ends: its exit codes and the two errors it raises itself. docs/errors.md explains
// the codes to users. This file loads nothing, because `bench --help` loads it.

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  environment: 3,
  /** What was asked about is not good: a damaged file, an assertion that does not hold. */
  damaged: 10,
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

/** Returns the message of `error` for a user: no stack, no class name. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
