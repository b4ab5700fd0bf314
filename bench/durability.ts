// Which promise a configuration keeps. Only configurations of one class are ranked against each
// other: a faster row that loses more is not a better row.
//
//   class = what an acknowledged commit survives  ×  whether a torn page is repaired

import type { Survival, TornPages } from "./result.js";

/** Strongest first; the order of the tables. */
export const SURVIVALS: readonly Survival[] = [
  "power-loss",
  "protected-cache",
  "os-crash",
  "process-crash",
  "none",
];

const SURVIVAL_WORDS: Readonly<Record<Survival, string>> = {
  "power-loss": "Survives a power cut",
  "protected-cache": "Survives a power cut only if the drive protects its cache",
  "os-crash": "Survives a crash of the operating system, not a power cut",
  "process-crash": "Survives the end of the process only",
  none: "May lose commits even when only the process dies",
};

/** Anything that has a durability class: a configuration of a result. */
export interface Promised {
  readonly durability: Survival;
  readonly torn_pages: TornPages;
}

/** Returns what a commit survives, given its method's class and innodb_flush_log_at_trx_commit. */
export function survivalOf(method: Survival, trxCommit: number): Survival {
  if (trxCommit === 0) return "none";
  if (trxCommit === 1) return method;
  // With 2, a commit has been written but not synced: only the operating system has it.
  return weaker(method, "process-crash");
}

/** Returns what happens to torn pages under a doublewrite setting. */
export function tornPagesOf(doublewrite: string, atomicPages: boolean): TornPages {
  if (atomicPages) return "impossible";
  return doublewrite === "OFF" || doublewrite === "DETECT_ONLY" ? "not-repaired" : "repaired";
}

/** Returns a key that equals for configurations of one class and sorts strongest first. */
export function classKey(config: Promised): string {
  return `${SURVIVALS.indexOf(config.durability)}${config.torn_pages === "not-repaired" ? "b" : "a"}`;
}

/** Returns the heading of a class, in words. */
export function classWords(config: Promised): string {
  const words = SURVIVAL_WORDS[config.durability];
  if (config.torn_pages === null) return words;
  if (config.torn_pages !== "not-repaired") return `${words}; torn pages are repaired`;
  return `${words}; a torn page is not repaired`;
}

/**
 * Returns the most that anything in a place can survive: memory ends with the process, a file
 * system in memory with the operating system.
 */
export function survivalOfPlace(fileSystem: string | null, backend: string): Survival {
  if (backend === "memory") return "none";
  return isMemoryFileSystem(fileSystem) ? "process-crash" : "power-loss";
}

export function isMemoryFileSystem(type: string | null): boolean {
  return type === "tmpfs" || type === "ramfs";
}

/** Returns the weaker of two promises. */
export function weaker(a: Survival, b: Survival): Survival {
  return SURVIVALS.indexOf(a) > SURVIVALS.indexOf(b) ? a : b;
}
