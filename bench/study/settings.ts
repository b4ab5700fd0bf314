// From the flags of a study to the settings of the two commands it joins, which check them. What
// the user names is the same for both; defaults that differ between the two are settled here.

import { parseCrashSettings } from "../crash/options.js";
import type { CrashSettings } from "../crash/settings.js";
import { UsageError } from "../exit.js";
import { DRIVE_MODELS, type DriveModel } from "../host.js";
import { parseList, parseRunSettings, unknownWords, type RawFlags } from "../options.js";
import type { RunSettings } from "../run/settings.js";
import { STUDIES, STUDY_DEFAULTS } from "./flags.js";

export interface StudySettings {
  readonly study: string;
  readonly run: RunSettings;
  readonly crash: CrashSettings;
  readonly drives: readonly DriveModel[];
}

export interface StudySurroundings {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const SEED = "7";
const QUICK = {
  flushMethod: "fsync,O_DSYNC,O_DIRECT,O_DIRECT_NO_FSYNC",
  budget: "500",
} as const;

/** Flags that mean the same to both. */
const SHARED = ["doublewrite", "flushLogAtTrxCommit", "profile", "quiet", "color"] as const;
const OF_RUN = ["dir", "concurrency", "rounds", "runtime", "quick"] as const;
const OF_CRASH = ["jobs", "json", "output", "format"] as const;

/** Errors: UsageError, naming the flag. */
export function parseStudySettings(
  study: string,
  flags: RawFlags,
  argv: readonly string[],
  around: StudySurroundings,
): StudySettings {
  if (!(STUDIES as readonly string[]).includes(study)) {
    throw new UsageError(`study: "${study}" is unknown; valid: ${STUDIES.join(", ")}`);
  }
  const isQuick = flags["quick"] === true;
  const method = flags["flushMethod"] ?? (isQuick ? QUICK.flushMethod : "innodb");
  const seed = flags["seed"] ?? SEED;
  const shared = {
    ...pick(flags, SHARED),
    flushMethod: method,
    doublewrite: flags["doublewrite"] ?? STUDY_DEFAULTS.doublewrite,
    seed,
  };
  const run = parseRunSettings({ ...shared, ...pick(flags, OF_RUN) }, {}, argv, {
    ...around,
    randomSeed: () => Number(SEED),
  });
  const budget = flags["budget"] ?? (isQuick ? QUICK.budget : STUDY_DEFAULTS.budget);
  const faults = flags["faults"] ?? STUDY_DEFAULTS.faults;
  const crash = parseCrashSettings(
    { ...shared, ...pick(flags, OF_CRASH), budget, faults },
    {},
    argv,
    around,
  );
  return { study, run, crash, drives: parseDrives(flags["disk"]) };
}

function pick(flags: RawFlags, names: readonly string[]): RawFlags {
  return Object.fromEntries(
    names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]),
  );
}

function parseDrives(value: RawFlags[string]): DriveModel[] {
  const names = DRIVE_MODELS.map((model) => model.name);
  const wanted = parseList(typeof value === "string" ? value : STUDY_DEFAULTS.disk, "--disk");
  return [...new Set(wanted)].map((name) => {
    const found = DRIVE_MODELS.find((model) => model.name === name.toLowerCase());
    if (found !== undefined) return found;
    throw new UsageError(`--disk: ${unknownWords(name, names)}`);
  });
}
