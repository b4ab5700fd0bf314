// Which methods and profiles exist. The built-in ones never change; users add methods of their own,
// which are then valid under every profile.

import { StoreError } from "../errors.js";
import { durabilityOf, isWeaker } from "./durability.js";
import type { FlushMethod } from "./method.js";
import { OWN_METHODS } from "./own-methods.js";
import { MARIADB_10_11, MARIADB_11 } from "./profile/mariadb.js";
import { MYSQL_5_6, MYSQL_5_7, MYSQL_8_0_14, MYSQL_8_0_20, MYSQL_8_4 } from "./profile/mysql.js";
import { PERCONA_5_7 } from "./profile/percona.js";
import type { Profile } from "./profile/profile.js";
import { TORNPROOF } from "./profile/tornproof.js";
import { freezeMethod, METHOD_FILES, SYNC_POINTS } from "./table.js";
import { withDoublewriteSync } from "./variant.js";

export const DEFAULT_PROFILE = "tornproof";

export const PROFILES: readonly Profile[] = [
  TORNPROOF,
  MYSQL_8_4,
  MYSQL_8_0_20,
  MYSQL_8_0_14,
  MYSQL_5_7,
  MYSQL_5_6,
  MARIADB_11,
  MARIADB_10_11,
  PERCONA_5_7,
];

const registered = new Map<string, FlushMethod>();

/**
 * Returns the methods of a profile: the server's, its safe variants, ours, the registered ones. A
 * safe variant of a method that is safe already is left out; `knownTo` still answers to its name.
 */
export function methodsOf(profile: Profile): FlushMethod[] {
  const unsafe = profile.methods.filter((method) => method.sync["dblwr-batch"] !== "sync");
  const safe = safeVariants(unsafe);
  return [...profile.methods, ...safe, ...OWN_METHODS, ...registered.values()];
}

/** Returns every method that a name may mean under a profile, redundant safe variants included. */
export function knownTo(profile: Profile): FlushMethod[] {
  const safe = safeVariants(profile.methods);
  return [...profile.methods, ...safe, ...OWN_METHODS, ...registered.values()];
}

export function isRegistered(method: FlushMethod): boolean {
  return registered.get(method.name.toLowerCase()) === method;
}

/**
 * Adds a method. Its name must be new under every profile, and its class must not promise more than
 * its table keeps; a weaker class is accepted.
 * Errors: StoreError BAD_ARGUMENT, naming the field.
 */
export function registerMethod(method: FlushMethod): void {
  checkShape(method);
  const key = method.name.toLowerCase();
  const taken = PROFILES.some((profile) =>
    knownTo(profile).some((known) => known.name.toLowerCase() === key),
  );
  if (taken) refuse(method, "name", "another method has this name");
  const derived = durabilityOf(method);
  if (isWeaker(derived, method.durability)) {
    refuse(method, "durability", `claims ${method.durability}, the table keeps ${derived}`);
  }
  if (method.durability !== "power-loss" && method.caveat === "") {
    refuse(method, "caveat", `a class below power-loss needs a sentence that says why`);
  }
  registered.set(key, freezeMethod(structuredClone(method)));
}

/** Removes a registered method; for tests. Returns whether it was there. */
export function unregisterMethod(name: string): boolean {
  return registered.delete(name.toLowerCase());
}

// The methods that some server runs without syncing the copies, and that are run for speed.
const SAFE_NAMES = ["O_DIRECT", "O_DIRECT_NO_FSYNC", "ALL_O_DIRECT"];

function safeVariants(methods: readonly FlushMethod[]): FlushMethod[] {
  return methods
    .filter((method) => SAFE_NAMES.includes(method.name))
    .map((method) => withDoublewriteSync(method, safeCaveat(method)));
}

/** The copies were never the reason of a class that even a system crash breaks. */
function safeCaveat(method: FlushMethod): string {
  const own = SAFE_CAVEATS[method.name];
  return method.durability === "process-crash" || own === undefined ? method.caveat : own;
}

const SAFE_CAVEATS: Readonly<Record<string, string>> = {
  O_DIRECT_NO_FSYNC:
    "Pages are not synced in place, so a power cut on a volatile cache leaves old pages behind " +
    "the checkpoint.",
  ALL_O_DIRECT:
    "Redo is not synced, so a power cut on a volatile cache loses acknowledged commits.",
};

function checkShape(method: FlushMethod): void {
  if (!/^[A-Za-z][A-Za-z0-9_+.-]*$/.test(method.name)) {
    refuse(method, "name", "a letter first, then letters, digits and _ + . -");
  }
  if (method.number !== null) refuse(method, "number", "numbers are InnoDB's; use null");
  if (!["fsync", "fdatasync"].includes(method.syncCall)) {
    refuse(method, "syncCall", `"fsync" or "fdatasync", not ${String(method.syncCall)}`);
  }
  for (const file of METHOD_FILES) checkFile(method, file);
  for (const point of SYNC_POINTS) checkRule(method, `sync.${point}`, method.sync[point]);
}

function checkFile(method: FlushMethod, file: (typeof METHOD_FILES)[number]): void {
  const mode = method.open[file] as FlushMethod["open"]["log"] | undefined;
  if (typeof mode?.direct !== "boolean" || !["none", "dsync", "sync"].includes(mode.sync)) {
    refuse(method, `open.${file}`, "needs direct: boolean and sync: none, dsync or sync");
  }
  for (const [point, rule] of Object.entries(method.except?.[file] ?? {})) {
    checkRule(method, `except.${file}.${point}`, rule);
  }
}

function checkRule(method: FlushMethod, field: string, rule: string | undefined): void {
  if (!["sync", "none", "size-changed"].includes(rule ?? "")) {
    refuse(method, field, `"sync", "none" or "size-changed", not ${String(rule)}`);
  }
}

function refuse(method: FlushMethod, field: string, fact: string): never {
  throw new StoreError("BAD_ARGUMENT", `flush method ${method.name}: ${field}: ${fact}`);
}
