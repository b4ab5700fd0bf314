// From what a user writes to a table: innodb_flush_method by name or number, under a profile,
// with innodb_use_fdatasync and innodb_doublewrite taken into account.

import { StoreError } from "../errors.js";
import { nearestName } from "../nearest.js";
import type { FlushMethod } from "./method.js";
import { OWN_METHODS } from "./own-methods.js";
import type { Profile } from "./profile/profile.js";
import { DEFAULT_PROFILE, isRegistered, knownTo, methodsOf, PROFILES } from "./registry.js";
import { withFastDoublewrite, withSyncCall } from "./variant.js";

export interface ResolveOptions {
  /** Whose meaning the name has; "tornproof" when absent. */
  readonly profile?: string | undefined;
  /** innodb_use_fdatasync; when absent, what the profile's tables state. */
  readonly useFdatasync?: boolean | undefined;
  /** innodb_doublewrite; only "fast" and "OFF" can change a table, both in MariaDB 11 alone. */
  readonly doublewrite?: string | undefined;
}

const WINDOWS_NAMES = ["unbuffered", "normal", "async_unbuffered"];

/** Returns the names of the profiles, the default one first. */
export function profileNames(): string[] {
  return PROFILES.map((profile) => profile.name);
}

/** Errors: StoreError BAD_OPTION with the nearest name. */
export function profileNamed(name: string = DEFAULT_PROFILE): Profile {
  const wanted = name.trim().toLowerCase();
  const profile = PROFILES.find((candidate) => candidate.name === wanted);
  if (profile !== undefined) return profile;
  throw unknownName("profile", name, profileNames(), "");
}

/** Returns the method names that are valid under a profile: InnoDB's numbers first, ours last. */
export function methodNames(profile?: string): string[] {
  return methodsOf(profileNamed(profile)).map((method) => method.name);
}

/**
 * Returns the table that `name` means. Names are matched without regard to case; 0 to 5, as numbers
 * or as text, are InnoDB's.
 * Errors: StoreError BAD_OPTION for an unknown name or a combination the profile's server does not
 * have; StoreError UNAVAILABLE for InnoDB's Windows names.
 */
export function resolveMethod(name: string | number, options: ResolveOptions = {}): FlushMethod {
  const profile = profileNamed(options.profile);
  const base = named(name, profile);
  const table = underDoublewrite(base, profile, options.doublewrite);
  return underFdatasync(table, base, profile, options.useFdatasync);
}

function named(name: string | number, profile: Profile): FlushMethod {
  const text = String(name).trim();
  const methods = knownTo(profile);
  const found = /^\d+$/.test(text)
    ? methods.find((method) => method.number === Number(text))
    : methods.find((method) => method.name.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  if (WINDOWS_NAMES.includes(text.toLowerCase())) {
    throw new StoreError(
      "UNAVAILABLE",
      `innodb_flush_method: "${text}" exists only on Windows; ` +
        `the nearest method here is ${text.toLowerCase() === "normal" ? "fsync" : "O_DIRECT"}`,
    );
  }
  const names = methodNames(profile.name);
  throw unknownName(
    "innodb_flush_method",
    text,
    names,
    ` under profile ${profile.name}, or 0 to 5`,
  );
}

function underDoublewrite(base: FlushMethod, profile: Profile, value = "ON"): FlushMethod {
  const mode = value.toLowerCase();
  if (mode === "off" || mode === "false") return profile.doublewriteOff?.[base.name] ?? base;
  if (mode !== "fast") return base;
  if (!profile.fastDoublewrite) {
    throw new StoreError(
      "BAD_OPTION",
      `innodb_doublewrite: "fast" exists only in MariaDB 11; use profile mariadb-11`,
    );
  }
  return withFastDoublewrite(base);
}

/** `base` identifies the method when a doublewrite setting has already replaced its table. */
function underFdatasync(
  table: FlushMethod,
  base: FlushMethod,
  profile: Profile,
  useFdatasync: boolean | undefined,
): FlushMethod {
  if (useFdatasync === undefined || base.name === "fdatasync" || isRegistered(base)) return table;
  const fixed = { always: true, never: false, variable: useFdatasync }[profile.fdatasync];
  if (fixed !== useFdatasync && !OWN_METHODS.includes(base)) {
    throw new StoreError(
      "BAD_OPTION",
      `innodb_use_fdatasync: ${profile.title} has no such variable and ` +
        `${profile.fdatasync} calls fdatasync`,
    );
  }
  return withSyncCall(table, useFdatasync ? "fdatasync" : "fsync");
}

function unknownName(
  what: string,
  name: string,
  valid: readonly string[],
  scope: string,
): StoreError {
  const nearest = nearestName(name, valid);
  const hint = nearest === null ? "" : ` (did you mean "${nearest}"?)`;
  return new StoreError(
    "BAD_OPTION",
    `${what}: "${name}" is unknown${hint}; valid${scope}: ${valid.join(", ")}`,
  );
}
