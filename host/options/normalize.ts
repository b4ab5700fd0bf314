// All options at once: names checked, values parsed, defaults filled in, and the facts that concern
// more than one of them. Pure: the same input gives the same result, and nothing is read or opened.

import type { FlushMethod } from "../flush/method.js";
import { profileNamed, resolveMethod, type ResolveOptions } from "../flush/resolve.js";
import type { DefaultValue } from "./definition.js";
import { checkName } from "./names.js";
import type { HostSettings, InnodbSettings, NormalizedOptions, StoreOptions } from "./types.js";
import { badOption, parseValue, sizeText } from "./value.js";
import { VARIABLES } from "./variables.js";

/** The engine's submission ring bounds what may be on its way at once. */
const PAGES_IN_FLIGHT_MAX = 4096;
/** Linear memory ends at 4 GiB; this much is left for page hash, rings and staging. */
const MEMORY_BYTES_MAX = 3.75 * 2 ** 30;

/**
 * Returns every option with its value. `undefined` values count as absent.
 * Errors: StoreError BAD_OPTION with the option, what was expected and what was found.
 */
export function normalizeOptions(input: StoreOptions = {}): NormalizedOptions {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  for (const [name] of given) checkName(name);
  const options = Object.fromEntries(given);
  const host = hostSettings(options);
  const { settings, doublewriteFast } = innodbSettings(options);
  crossCheck(settings);
  const normalized = { ...settings, ...host, doublewriteFast };
  // Resolving refuses what the profile's server does not have, and canonicalizes the name.
  const method = chooseMethod(normalized, true);
  if (settings.innodb_flush_method !== null) normalized.innodb_flush_method = method.name;
  return normalized;
}

/**
 * Returns the flush method of a store: the one asked for, or the profile's default.
 * `directIoIsReal`: what probeDirectIo found; it decides only when no method was asked for.
 */
export function chooseMethod(options: NormalizedOptions, directIoIsReal: boolean): FlushMethod {
  const fallback = profileNamed(options.profile).defaultMethod;
  const name = directIoIsReal ? fallback.name : fallback.orElse;
  const resolve: ResolveOptions = {
    profile: options.profile,
    useFdatasync: options.innodb_use_fdatasync ?? undefined,
    doublewrite: options.doublewriteFast ? "fast" : options.innodb_doublewrite,
  };
  return resolveMethod(options.innodb_flush_method ?? name, resolve);
}

function innodbSettings(options: Record<string, unknown>): {
  settings: InnodbSettings;
  doublewriteFast: boolean;
} {
  const values: Record<string, DefaultValue> = {};
  // Given values first, so that a default may depend on any of them.
  for (const variable of VARIABLES) {
    const value = options[variable.name];
    if (value !== undefined) values[variable.name] = parseValue(variable, value);
  }
  for (const variable of VARIABLES) {
    if (variable.name in values) continue;
    const { default: value } = variable;
    values[variable.name] = typeof value === "function" ? value(values) : value;
  }
  const doublewriteFast = values["innodb_doublewrite"] === "FAST";
  if (doublewriteFast) values["innodb_doublewrite"] = "ON";
  // The table and the type list the same names; test/host/options.test.ts holds them together.
  return { settings: values as unknown as InnodbSettings, doublewriteFast };
}

function crossCheck(settings: InnodbSettings): void {
  const pageSize = settings.innodb_page_size;
  const pool = settings.innodb_buffer_pool_size;
  if (pool % pageSize !== 0) {
    badOption("innodb_buffer_pool_size", `${pool} is not a multiple of the page size ${pageSize}`);
  }
  if (settings.innodb_doublewrite_pages * pageSize > pool) {
    badOption(
      "innodb_doublewrite_pages",
      `a batch of ${settings.innodb_doublewrite_pages} pages is larger than the buffer pool ` +
        `of ${pool / pageSize} pages`,
    );
  }
  if (pool + settings.innodb_log_buffer_size > MEMORY_BYTES_MAX) {
    badOption(
      "innodb_log_buffer_size",
      `with the buffer pool of ${sizeText(pool)} it exceeds the ` +
        `${sizeText(MEMORY_BYTES_MAX)} that one store can address`,
    );
  }
  const inFlight = settings.innodb_doublewrite_files * settings.innodb_doublewrite_pages;
  if (inFlight > PAGES_IN_FLIGHT_MAX) {
    badOption(
      "innodb_doublewrite_files",
      `${inFlight} pages in all doublewrite files; the engine keeps at most ` +
        `${PAGES_IN_FLIGHT_MAX} on their way`,
    );
  }
  checkOrder(settings, "innodb_io_capacity", "innodb_io_capacity_max");
  checkOrder(settings, "innodb_max_dirty_pages_pct_lwm", "innodb_max_dirty_pages_pct");
}

type NumericName =
  | "innodb_io_capacity"
  | "innodb_io_capacity_max"
  | "innodb_max_dirty_pages_pct"
  | "innodb_max_dirty_pages_pct_lwm";

function checkOrder(settings: InnodbSettings, low: NumericName, high: NumericName): void {
  if (settings[low] <= settings[high]) return;
  badOption(low, `${settings[low]} is above ${high}, which is ${settings[high]}`);
}

function hostSettings(options: Record<string, unknown>): HostSettings {
  const backend = options["backend"] ?? "auto";
  if (typeof backend !== "object" && (typeof backend !== "string" || backend === "")) {
    badOption("backend", "expected a name or a backend");
  }
  const trace = options["trace"] ?? null;
  if (trace !== null && typeof trace !== "function") badOption("trace", "expected a function");
  const observer = (options["observer"] ?? null) as HostSettings["observer"];
  if (observer !== null && typeof observer.observe !== "function") {
    badOption("observer", "expected an object with a method observe");
  }
  const profile = options["profile"] ?? "tornproof";
  if (typeof profile !== "string") badOption("profile", "expected a name");
  return {
    backend: backend as HostSettings["backend"],
    create: flag(options, "create", true),
    strict: flag(options, "strict", false),
    profile: profileNamed(profile).name,
    trace: trace as HostSettings["trace"],
    observer,
    queueDepth: queueDepth(options["queueDepth"] ?? 64),
  };
}

function flag(options: Record<string, unknown>, name: string, otherwise: boolean): boolean {
  const value = options[name] ?? otherwise;
  if (typeof value !== "boolean")
    badOption(name, `expected true or false, found ${JSON.stringify(value)}`);
  return value;
}

function queueDepth(value: unknown): number {
  const fits = typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 1024;
  if (!fits) badOption("queueDepth", `expected 1 to 1024, found ${JSON.stringify(value)}`);
  return value;
}
