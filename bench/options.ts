// From flags to settings: every value parsed, checked against what exists, and refused with the
// list of what would be valid. Nothing is read from the disk but --defaults-file.

import { readFileSync } from "node:fs";
import { DEFAULTS, INNODB_METHODS, QUICK, SCALED_INNODB } from "./defaults.js";
import { messageOf, UsageError } from "./exit.js";
import { formatFor, formatNamed } from "./export/format.js";
import {
  BACKEND_NAMES,
  methodNames,
  nearestName,
  parseDefaultsFile,
  profileNamed,
  resolveMethod,
} from "./host.js";
import type { RunSettings } from "./run/settings.js";
import { parseDuration, parseInteger, parseSize } from "./units.js";
import { workloadNamed } from "./workload/index.js";

/** What the command line's parser hands over: text, or true for a flag without a value. */
export type RawFlags = Readonly<Record<string, string | boolean | undefined>>;

export interface Surroundings {
  /** Whether stdout is a terminal, and the environment, for colors. */
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A seed for a run that was given none. */
  readonly randomSeed: () => number;
}

/** Flags that have an InnoDB variable of their own; either name may be used, not both. */
const INNODB_FLAGS = {
  innodb_flush_method: "flushMethod",
  innodb_doublewrite: "doublewrite",
  innodb_flush_log_at_trx_commit: "flushLogAtTrxCommit",
  innodb_page_size: "pageSize",
  innodb_buffer_pool_size: "bufferPoolSize",
  innodb_redo_log_capacity: "redoLogCapacity",
  innodb_doublewrite_pages: "doublewritePages",
} as const;

const COUNT_MAX = 1_000_000;

/**
 * Returns the settings of a run.
 * `innodb`: options given by InnoDB's names. `argv`: the arguments as typed, for the report.
 * Errors: UsageError, naming the flag.
 */
export function parseRunSettings(
  flags: RawFlags,
  innodb: Readonly<Record<string, string>>,
  argv: readonly string[],
  around: Surroundings,
): RunSettings {
  const { given, other } = mergeInnodb(flags, innodb);
  const read = new Reader(given);
  const settings: RunSettings = {
    dir: read.text("dir"),
    ...parseSubject(read),
    ...parseSizes(read, other),
    ...parseTiming(read, around),
    ...parseOutput(given),
    percentiles: parsePercentiles(read.text("percentiles")),
    color: parseColor(given["color"], around),
    quiet: given["quiet"] === true,
    argv,
  };
  checkTogether(settings, given);
  return settings;
}

/** Text of a flag: as given, else what --quick or the defaults say. */
class Reader {
  constructor(readonly given: RawFlags) {}

  text(name: keyof typeof DEFAULTS): string {
    const value = this.given[name];
    if (typeof value === "string") return value;
    const quick =
      this.given["quick"] === true
        ? (QUICK as Partial<Record<string, string | number>>)[name]
        : null;
    return String(quick ?? DEFAULTS[name]);
  }

  size(name: keyof typeof DEFAULTS, flag: string): number {
    return parseSize(this.text(name), flag);
  }

  /** null when the flag is absent. */
  optional<T>(name: string, flag: string, parse: (text: string, flag: string) => T): T | null {
    const value = this.given[name];
    return typeof value === "string" ? parse(value, flag) : null;
  }
}

type Subject = Pick<
  RunSettings,
  | "methods"
  | "isEveryMethod"
  | "doublewrites"
  | "trxCommits"
  | "profile"
  | "backend"
  | "strict"
  | "workload"
  | "concurrency"
  | "isSyncApi"
>;

function parseSubject(read: Reader): Subject {
  const profile = parseProfile(read.text("profile"));
  const methods = read.text("flushMethod");
  return {
    profile,
    methods: parseMethods(methods, profile),
    isEveryMethod: isKeyword(methods),
    doublewrites: parseList(read.text("doublewrite").toUpperCase(), "--doublewrite"),
    trxCommits: parseTrxCommits(read.text("flushLogAtTrxCommit")),
    backend: parseBackend(read.text("backend")),
    strict: read.given["strict"] === true,
    workload: read.text("workload"),
    concurrency: parseInteger(read.text("concurrency"), "--concurrency", 1, 10_000),
    isSyncApi: read.given["syncApi"] === true,
  };
}

type Sizes = Pick<
  RunSettings,
  "changeSize" | "fileSize" | "pageSize" | "bufferPoolSize" | "redoLogCapacity" | "innodb"
>;

function parseSizes(read: Reader, other: Readonly<Record<string, string>>): Sizes {
  const pageSize = read.size("pageSize", "--page-size");
  const bufferPoolSize = read.size("bufferPoolSize", "--buffer-pool-size");
  const redoLogCapacity = read.size("redoLogCapacity", "--redo-log-capacity");
  const pages = read.optional("doublewritePages", "--doublewrite-pages", (text, flag) =>
    parseInteger(text, flag, 1, 512),
  );
  return {
    changeSize: read.optional("changeSize", "--change-size", parseSize),
    fileSize: read.size("fileSize", "--file-size"),
    pageSize,
    bufferPoolSize,
    redoLogCapacity,
    innodb: {
      ...SCALED_INNODB,
      ...other,
      innodb_page_size: pageSize,
      innodb_buffer_pool_size: bufferPoolSize,
      innodb_redo_log_capacity: redoLogCapacity,
      ...(pages === null ? {} : { innodb_doublewrite_pages: pages }),
    },
  };
}

type Timing = Pick<
  RunSettings,
  "rounds" | "runtime" | "warmup" | "targetSeconds" | "seed" | "maxBytes"
>;

function parseTiming(read: Reader, around: Surroundings): Timing {
  return {
    rounds: parseInteger(read.text("rounds"), "--rounds", 1, 1000),
    runtime: read.optional("runtime", "--runtime", parseDuration),
    warmup: read.optional("warmup", "--warmup", parseDuration),
    targetSeconds: Number(read.text("targetSeconds")),
    seed: read.optional("seed", "--seed", parseSeed) ?? around.randomSeed(),
    maxBytes: read.size("maxBytes", "--max-bytes"),
  };
}

/** Puts --defaults-file below the command line, and InnoDB's names under the flags they equal. */
function mergeInnodb(
  flags: RawFlags,
  innodb: Readonly<Record<string, string>>,
): { given: RawFlags; other: Record<string, string> } {
  const fromFile =
    typeof flags["defaultsFile"] === "string" ? readDefaults(flags["defaultsFile"]) : {};
  const given: Record<string, string | boolean | undefined> = { ...flags };
  const other: Record<string, string> = { ...fromFile, ...innodb };
  for (const [name, flag] of Object.entries(INNODB_FLAGS)) {
    const value = other[name];
    if (value === undefined) continue;
    delete other[name];
    if (flags[flag] === undefined) given[flag] = value;
    else if (name in innodb) {
      throw new UsageError(`--${name.replaceAll("_", "-")}: given twice, under two names`);
    }
  }
  return { given, other };
}

function readDefaults(path: string): Record<string, string> {
  try {
    return parseDefaultsFile(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UsageError(`--defaults-file ${path}: ${messageOf(error)}`);
  }
}

function isKeyword(text: string): boolean {
  return ["innodb", "all"].includes(text.trim().toLowerCase());
}

/** Names, numbers, or a keyword, as canonical names without repetition. */
function parseMethods(text: string, profile: string): string[] {
  const keyword = text.trim().toLowerCase();
  if (keyword === "all") return methodNames(profile);
  const known = methodNames(profile);
  if (keyword === "innodb") return INNODB_METHODS.filter((name) => known.includes(name));
  const names = parseList(text, "--flush-method").map((name) => {
    try {
      return resolveMethod(name, { profile }).name;
    } catch (error) {
      throw new UsageError(messageOf(error));
    }
  });
  return [...new Set(names)];
}

function parseTrxCommits(text: string): number[] {
  const flag = "--flush-log-at-trx-commit";
  const values = parseList(text, flag).map((item) => parseInteger(item, flag, 0, 2));
  return [...new Set(values)];
}

function parseProfile(name: string): string {
  try {
    return profileNamed(name).name;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function parseBackend(name: string): string {
  const backend = name === "js" ? "node-fs" : name;
  const valid = ["auto", ...BACKEND_NAMES];
  if (valid.includes(backend)) return backend;
  throw new UsageError(`--backend: ${unknownWords(name, valid)}`);
}

function parseSeed(text: string, flag: string): number {
  return parseInteger(text, flag, 0, Number.MAX_SAFE_INTEGER);
}

function parsePercentiles(text: string): number[] {
  const flag = "--percentiles";
  const values = parseList(text, flag).map(Number);
  if (values.length > 6 || values.some((value) => !(value > 0 && value < 100))) {
    throw new UsageError(`${flag}: "${text}" is not up to 6 numbers between 0 and 100`);
  }
  return [...new Set(values)].sort((a, b) => a - b);
}

/** --json is for stdout; the name of the -o file decides its format, unless --format does. */
function parseOutput(given: RawFlags): Pick<RunSettings, "format" | "output" | "outputFormat"> {
  const output = typeof given["output"] === "string" ? given["output"] : null;
  const named = typeof given["format"] === "string" ? formatNamed(given["format"]) : null;
  const isJson = given["json"] === true;
  if (isJson && output === null && named !== null && named !== "json") {
    throw new UsageError(`--json and --format ${named} contradict each other`);
  }
  const onStdout = isJson ? "json" : output === null ? (named ?? "text") : "text";
  return { format: onStdout, output, outputFormat: named ?? formatFor(output) };
}

export function parseColor(
  value: string | boolean | undefined,
  around: Pick<Surroundings, "isTerminal" | "env">,
): boolean {
  if (value === "always") return true;
  if (value === "never") return false;
  if (value !== undefined && value !== "auto") {
    throw new UsageError(`--color: ${unknownWords(String(value), ["auto", "always", "never"])}`);
  }
  return around.isTerminal && !around.env["NO_COLOR"];
}

export function parseList(text: string, flag: string): string[] {
  const items = text.split(",").map((item) => item.trim());
  if (items.some((item) => item === "")) {
    throw new UsageError(`${flag}: "${text}" has an empty item; write for example A,B`);
  }
  return [...new Set(items)];
}

export function unknownWords(name: string, valid: readonly string[]): string {
  const nearest = nearestName(name, valid);
  const hint = nearest === null ? "" : ` (did you mean "${nearest}"?)`;
  return `"${name}" is unknown${hint}; valid: ${valid.join(", ")}`;
}

function checkTogether(settings: RunSettings, given: RawFlags): void {
  const workload = workloadNamed(settings.workload);
  const unused = workload === null ? PROBE_UNUSED : workload.hasCommitters ? [] : LOOP_UNUSED;
  for (const [name, flag] of unused) {
    if (given[name] === undefined) continue;
    throw new UsageError(`${flag}: has no meaning for the workload ${settings.workload}`);
  }
  if (settings.isSyncApi && settings.concurrency > 1) {
    throw new UsageError("--sync-api: a blocking committer is alone; leave --concurrency at 1");
  }
  if (settings.runtime === 0) throw new UsageError("--runtime: must be longer than 0");
  if (settings.changeSize === 0) throw new UsageError("--change-size: must be at least 1 byte");
  if (settings.maxBytes === 0) throw new UsageError("--max-bytes: must be at least 1 byte");
  const pages = Math.floor(settings.fileSize / settings.pageSize);
  if (pages < 64 || pages > COUNT_MAX) {
    throw new UsageError(
      `--file-size: ${pages} pages of ${settings.pageSize} bytes; valid: 64 to ${COUNT_MAX} pages`,
    );
  }
}

const LOOP_UNUSED: readonly (readonly [string, string])[] = [
  ["concurrency", "--concurrency"],
  ["syncApi", "--sync-api"],
];
const PROBE_UNUSED: readonly (readonly [string, string])[] = [
  ...LOOP_UNUSED,
  ["flushMethod", "--flush-method"],
  ["doublewrite", "--doublewrite"],
  ["flushLogAtTrxCommit", "--flush-log-at-trx-commit"],
  ["changeSize", "--change-size"],
];
