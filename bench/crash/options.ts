// From flags to settings of `bench crash`: every value parsed, checked against what exists, and
// refused in one sentence when it is unknown or does not fit the others.

import { extname } from "node:path";
import { availableParallelism } from "node:os";
import { INNODB_METHODS } from "../defaults.js";
import { messageOf, UsageError } from "../exit.js";
import { methodNames, nearestName, profileNamed, resolveMethod } from "../host.js";
import { parseColor, parseList, unknownWords, type RawFlags } from "../options.js";
import { parseInteger, parseSize } from "../units.js";
import { CONTRAST, CRASH_DEFAULTS, EXHAUSTIVE_WORKLOADS } from "./defaults.js";
import { contradiction, parseDrive } from "./drive.js";
import { checkDoublewrite } from "./doublewrite.js";
import { CRASH_FAULT_NAMES, FAULT_NAMES, WORKLOAD_NAMES } from "./lab.js";
import { productRows } from "./plan.js";
import type { CrashFormat, CrashSettings, RowSpec, ShardSpec, Subject } from "./settings.js";

export interface CrashSurroundings {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Flags that have an InnoDB variable of their own; either name may be used, not both. */
const INNODB_FLAGS = {
  innodb_flush_method: "flushMethod",
  innodb_doublewrite: "doublewrite",
  innodb_flush_log_at_trx_commit: "flushLogAtTrxCommit",
  innodb_page_size: "pageSize",
} as const;

const PAGE_SIZES: readonly number[] = [4096, 8192, 16384, 32768, 65536];
const BUDGET_MAX = 1_000_000_000;
const SEEDS_MAX = 100_000;
const SEED_MAX = 2 ** 31 - 1;

/** Errors: UsageError, naming the flag. */
export function parseCrashSettings(
  flags: RawFlags,
  innodb: Readonly<Record<string, string>>,
  argv: readonly string[],
  around: CrashSurroundings,
): CrashSettings {
  const given = mergeInnodb(flags, innodb);
  if (given["keepImages"] !== undefined) {
    throw new UsageError("--keep-images: keeps the files of one crash; name it with --replay");
  }
  const subject = parseSubject(given);
  return {
    ...subject,
    shard: optional(given, "shard", parseShard),
    jobs: optional(given, "jobs", (text) => parseInteger(text, "--jobs", 1, 256)) ?? cores(),
    shrink: given["shrink"] !== false,
    expect: optional(given, "expect", parseExpect),
    ...parseCrashOutput(given),
    color: parseColor(given["color"], around),
    quiet: given["quiet"] === true,
    argv,
  };
}

function cores(): number {
  return availableParallelism();
}

function parseSubject(given: RawFlags): Subject {
  const pageSize = parsePageSize(textOf(given, "pageSize"));
  const drive = parseDrive(given, pageSize);
  const isExhaustive = given["exhaustive"] === true;
  if (isExhaustive && given["budget"] !== undefined) {
    throw new UsageError("--budget: --exhaustive visits everything; leave one of the two out");
  }
  const workloads = isExhaustive && given["workload"] === undefined ? EXHAUSTIVE_WORKLOADS : null;
  const budget = isExhaustive
    ? null
    : parseInteger(textOf(given, "budget"), "--budget", 1, BUDGET_MAX);
  return {
    rows: parseRows(given),
    faults: parseFaults(given["faults"], drive),
    workloads: parseNames(workloads ?? textOf(given, "workload"), "--workload", WORKLOAD_NAMES),
    pageSize,
    drive,
    budget,
    seeds: parseSeeds(given),
  };
}

function textOf(given: RawFlags, name: keyof typeof CRASH_DEFAULTS): string {
  const value = given[name];
  return typeof value === "string" ? value : CRASH_DEFAULTS[name];
}

function optional<T>(given: RawFlags, name: string, parse: (text: string) => T): T | null {
  const value = given[name];
  return typeof value === "string" ? parse(value) : null;
}

function mergeInnodb(flags: RawFlags, innodb: Readonly<Record<string, string>>): RawFlags {
  const given: Record<string, string | boolean | undefined> = { ...flags };
  for (const [name, value] of Object.entries(innodb)) {
    const flag = (INNODB_FLAGS as Readonly<Record<string, string>>)[name];
    const shown = `--${name.replaceAll("_", "-")}`;
    if (flag === undefined) throw new UsageError(`${shown}: has no meaning for bench crash`);
    if (flags[flag] !== undefined) throw new UsageError(`${shown}: given twice, under two names`);
    given[flag] = value;
  }
  return given;
}

function parseRows(given: RawFlags): readonly RowSpec[] {
  const names = ["flushMethod", "doublewrite", "flushLogAtTrxCommit", "profile"];
  const isDefault = names.every((name) => given[name] === undefined);
  const profiles = parseList(textOf(given, "profile"), "--profile").map(parseProfile);
  const doublewrites = parseList(textOf(given, "doublewrite"), "--doublewrite").map(canonical);
  const rows = productRows(
    [...new Set(profiles)],
    (profile) => parseMethods(textOf(given, "flushMethod"), profile),
    [...new Set(doublewrites)],
    parseTrxCommits(textOf(given, "flushLogAtTrxCommit")),
  );
  for (const row of rows) checkDoublewrite(row);
  return isDefault ? [...rows, ...CONTRAST] : rows;
}

function canonical(text: string): string {
  const upper = text.toUpperCase();
  if (upper === "FAST") return "fast";
  const words: Readonly<Record<string, string>> = {
    "1": "ON",
    TRUE: "ON",
    "0": "OFF",
    FALSE: "OFF",
  };
  return words[upper] ?? upper;
}

function parseProfile(name: string): string {
  try {
    return profileNamed(name).name;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function parseMethods(text: string, profile: string): string[] {
  const known = methodNames(profile);
  const keyword = text.trim().toLowerCase();
  if (keyword === "all") return known;
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

function parseTrxCommits(text: string): (0 | 1 | 2)[] {
  const flag = "--flush-log-at-trx-commit";
  const values = parseList(text, flag).map((item) => parseInteger(item, flag, 0, 2) as 0 | 1 | 2);
  return [...new Set(values)];
}

function parsePageSize(text: string): number {
  const bytes = parseSize(text, "--page-size");
  if (PAGE_SIZES.includes(bytes)) return bytes;
  throw new UsageError(`--page-size: "${text}" is no page size; valid: 4k, 8k, 16k, 32k, 64k`);
}

/** Named faults must make sense on the drive; by default, those that do are taken. */
function parseFaults(value: RawFlags[string], drive: Subject["drive"]): string[] {
  if (typeof value !== "string") {
    return CRASH_FAULT_NAMES.filter((fault) => contradiction(fault, drive) === null);
  }
  const isAll = value.trim().toLowerCase() === "all";
  if (isAll) return FAULT_NAMES.filter((fault) => contradiction(fault, drive) === null);
  const names = parseNames(value, "--faults", FAULT_NAMES);
  for (const name of names) {
    const reason = contradiction(name, drive);
    if (reason !== null) throw new UsageError(`--faults ${name}: ${reason}`);
  }
  return FAULT_NAMES.filter((name) => names.includes(name));
}

function parseNames(text: string, flag: string, valid: readonly string[]): string[] {
  return parseList(text, flag).map((item) => {
    const found = valid.find((name) => name === item.toLowerCase());
    if (found !== undefined) return found;
    throw new UsageError(`${flag}: ${unknownWords(item, valid)}`);
  });
}

function parseSeeds(given: RawFlags): number[] {
  const range = given["seedRange"];
  if (typeof range !== "string") {
    return [parseInteger(textOf(given, "seed"), "--seed", 0, SEED_MAX)];
  }
  if (given["seed"] !== undefined) {
    throw new UsageError("--seed-range: --seed names one seed; leave one of the two out");
  }
  const match = /^(\d+)\.\.(\d+)$/.exec(range.trim());
  const [from, to] = match ? [Number(match[1]), Number(match[2])] : [1, 0];
  if (from > to || to > SEED_MAX) {
    throw new UsageError(`--seed-range: "${range}" is not a range; write for example 1..100`);
  }
  if (to - from >= SEEDS_MAX) {
    throw new UsageError(`--seed-range: ${range} has more than 100,000 seeds; make several runs`);
  }
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function parseShard(text: string): ShardSpec {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  const [index, count] = match ? [Number(match[1]), Number(match[2])] : [0, 0];
  if (index >= 1 && index <= count && count <= 10_000) return { index, count };
  throw new UsageError(
    `--shard: "${text}" is not i/n with i from 1 to n; write for example 1/4 … 4/4`,
  );
}

export function parseExpect(text: string): "safe" | "unsafe" {
  if (text === "safe" || text === "unsafe") return text;
  const nearest = nearestName(text, ["safe", "unsafe"]);
  const hint = nearest === null ? "" : ` (did you mean "${nearest}"?)`;
  throw new UsageError(`--expect: "${text}" is unknown${hint}; valid: safe, unsafe`);
}

const FORMATS: readonly CrashFormat[] = ["text", "json", "md"];

/** --json is for stdout; the name of the -o file decides its format, unless --format does. */
export function parseCrashOutput(
  given: RawFlags,
): Pick<CrashSettings, "format" | "output" | "outputFormat"> {
  const output = optional(given, "output", (text) => text);
  const named = optional(given, "format", formatNamed);
  const isJson = given["json"] === true;
  if (isJson && output === null && named !== null && named !== "json") {
    throw new UsageError(`--json and --format ${named} contradict each other`);
  }
  const onStdout = isJson ? "json" : output === null ? (named ?? "text") : "text";
  return { format: onStdout, output, outputFormat: named ?? formatFor(output) };
}

function formatNamed(name: string): CrashFormat {
  const found = FORMATS.find((format) => format === name.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(`--format: "${name}" is unknown; valid: ${FORMATS.join(", ")}`);
}

function formatFor(file: string | null): CrashFormat {
  const extension = extname(file ?? "").toLowerCase();
  if (extension === ".md" || extension === ".markdown") return "md";
  return extension === ".txt" ? "text" : "json";
}
