// Every flag of `bench study`: its name, its argument and its help. Most of them go to the two
// commands it joins, under the same names.

import { FAULT_NAMES } from "../crash/lab.js";
import { DRIVE_MODELS } from "../host.js";

export const STUDIES = ["doublewrite"] as const;

export const STUDY_DEFAULTS = {
  doublewrite: "ON,OFF",
  faults: "process-kill,os-crash,power-cut,torn",
  disk: "sata-ssd",
  budget: "2000",
  concurrency: "1",
} as const;

export interface StudyFlag {
  readonly flags: string;
  readonly help: string;
  readonly group: string;
}

const drives = DRIVE_MODELS.map((model) => model.name).join(", ");

export const STUDY_FLAGS: readonly StudyFlag[] = [
  ...group("What to study", [
    ["--dir <path>", "where to measure, in a new folder that is removed (default: here)"],
    ["--flush-method <list>", 'names or numbers, "innodb", "all" (default: innodb)'],
    ["--doublewrite <list>", `ON, OFF, DETECT_ONLY, … (default: ${STUDY_DEFAULTS.doublewrite})`],
    ["--flush-log-at-trx-commit <list>", "0, 1, 2 (default: 1)"],
    ["--profile <name>", "whose meaning the names have (default: mysql-8.4)"],
    ["--concurrency <n>", `committers at the same time (default: ${STUDY_DEFAULTS.concurrency})`],
  ]),
  ...group("Speed", [
    ["--disk <list>", `drives to model: ${drives} (default: ${STUDY_DEFAULTS.disk})`],
    ["--rounds <n>", "measured rounds, 5 or more for conclusions (default: 5)"],
    ["--runtime <time>", "per configuration and round (default: about a minute in total)"],
    ["--quick", "four methods, 3 short rounds, fewer crash states"],
  ]),
  ...group("Loss", [
    ["--faults <list>", `columns: ${FAULT_NAMES.join(", ")} (default: ${STUDY_DEFAULTS.faults})`],
    ["--budget <n>", `crash states of one cell (default: ${STUDY_DEFAULTS.budget})`],
    ["--jobs <n>", "threads of the laboratory (default: one for each core)"],
  ]),
  ...group("Output", [
    ["--seed <n>", "order, contents and choices (default: 7)"],
    ["--json", "print one JSON document instead of the table"],
    ["-o, --output <file>", "write the study to a file: .json, .md or text"],
    ["--format <name>", "text, json, md: for -o, or for stdout without it"],
    ["--color <when>", "auto, always, never (default: auto; NO_COLOR is honored)"],
    ["--quiet", "no progress on stderr"],
  ]),
];

function group(name: string, flags: readonly (readonly [string, string])[]): StudyFlag[] {
  return flags.map(([text, help]) => ({ flags: text, help, group: name }));
}
