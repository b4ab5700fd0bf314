// Every flag of `bench crash`: its name, its argument and its help. defaults.ts holds the defaults,
// options.ts and drive.ts the checks.

import { FAULT_NAMES, WORKLOAD_NAMES } from "./lab.js";
import { CRASH_DEFAULTS as D } from "./defaults.js";

export interface CrashFlag {
  readonly flags: string;
  readonly help: string;
  /** Heading in the help. */
  readonly group: string;
}

export const CRASH_FLAGS: readonly CrashFlag[] = [
  ...group("What to crash", [
    ["--flush-method <list>", `names or numbers, "innodb", "all" (default: ${D.flushMethod})`],
    ["--doublewrite <list>", `ON, OFF, DETECT_ONLY, … (default: ${D.doublewrite})`],
    ["--flush-log-at-trx-commit <list>", `0, 1, 2 (default: ${D.flushLogAtTrxCommit})`],
    ["--profile <list>", `whose meaning the names have (default: ${D.profile})`],
    ["--workload <list>", `${WORKLOAD_NAMES.join(", ")} (default: ${D.workload})`],
    ["--page-size <size>", `4k, 8k, 16k, 32k, 64k (default: ${D.pageSize})`],
  ]),
  ...group("How it fails", [
    ["--faults <list>", `${FAULT_NAMES.join(", ")} (default: all that make sense)`],
    ["--drive-cache <kind>", "volatile, battery, write-through (default: volatile)"],
    ["--no-barriers", "the file system sends no flushes, as a nobarrier mount"],
    ["--copy-on-write", "btrfs, ZFS: new bytes are written beside the old ones"],
    ["--sector <bytes>", "512 or 4096: what the drive never tears (default: 512)"],
    ["--atomic-unit <size>", "the drive never tears aligned pieces of this size"],
  ]),
  ...group("How far to look", [
    ["--budget <n>", `crash states of one cell (default: ${formatBudget()})`],
    ["--exhaustive", "every cut × every subset × every tear; default workloads: commits, grow"],
    ["--seed <n>", `order of completions, choices, contents (default: ${D.seed})`],
    ["--seed-range <a..b>", "one recording for each seed from a to b"],
    ["--shard <i/n>", "the i-th of n parts; `bench report` puts the results together"],
    ["--jobs <n>", "threads, one engine each (default: one for each core)"],
    ["--no-shrink", "counter-examples as found, not made small"],
  ]),
  ...group("One crash", [
    ["--replay <id>", "make the crash with this id again, and tell its story"],
    ["--keep-images <dir>", "with --replay: write the files as the crash left them"],
  ]),
  ...group("Output", [
    [
      "--expect <what>",
      "safe: exit 12 if anything is lost; unsafe: exit 13 if a row loses nothing",
    ],
    ["--json", "print one JSON document instead of the matrix"],
    ["-o, --output <file>", "write the result to a file: .json, .md or text"],
    ["--format <name>", "text, json, md: for -o, or for stdout without it"],
    ["--color <when>", "auto, always, never (default: auto; NO_COLOR is honored)"],
    ["--quiet", "no progress on stderr"],
  ]),
];

function formatBudget(): string {
  return Number(D.budget).toLocaleString("en");
}

function group(name: string, flags: readonly (readonly [string, string])[]): CrashFlag[] {
  return flags.map(([text, help]) => ({ flags: text, help, group: name }));
}
