// Every flag of `bench run`: its name, its argument and its help. The defaults live in defaults.ts,
// the checks in options.ts.

import { DEFAULTS } from "./defaults.js";
import { WORKLOADS } from "./workload/index.js";

export interface Flag {
  readonly flags: string;
  readonly help: string;
  /** Heading in the help. */
  readonly group: "What to measure" | "How long" | "Sizes" | "Output";
}

const workloadNames = WORKLOADS.map((workload) => workload.name).join(", ");

export const RUN_FLAGS: readonly Flag[] = [
  ...group("What to measure", [
    ["--dir <path>", "where to work, in a new folder that is removed (default: here)"],
    [
      "--flush-method <list>",
      `names or numbers, "innodb" for InnoDB's six, "all" (default: ${DEFAULTS.flushMethod})`,
    ],
    ["--doublewrite <list>", `ON, OFF, DETECT_ONLY, … (default: ${DEFAULTS.doublewrite})`],
    ["--flush-log-at-trx-commit <list>", `0, 1, 2 (default: ${DEFAULTS.flushLogAtTrxCommit})`],
    ["--profile <name>", `whose meaning the names have (default: ${DEFAULTS.profile})`],
    ["--workload <name>", `${workloadNames} (default: ${DEFAULTS.workload})`],
    ["--concurrency <n>", `committers at the same time (default: ${DEFAULTS.concurrency})`],
    ["--sync-api", "one committer that blocks: transactionSync"],
    ["--backend <name>", "auto, native, node-fs, memory (default: auto)"],
    ["--strict", "fail where a method is not real, instead of substituting"],
    ["--defaults-file <path>", "a my.cnf; the innodb_ options of its server sections"],
  ]),
  ...group("How long", [
    ["--rounds <n>", `rounds, 5 or more for conclusions (default: ${DEFAULTS.rounds})`],
    ["--runtime <time>", "per configuration and round (default: about a minute in total)"],
    ["--warmup <time>", "before each measurement (default: a quarter of --runtime, at most 1s)"],
    ["--quick", "a first impression in seconds: four methods, 3 rounds, small files"],
    ["--seed <n>", "order and contents; printed with every run (default: random)"],
    ["--max-bytes <size>", `write no more than this in total (default: ${DEFAULTS.maxBytes})`],
  ]),
  ...group("Sizes", [
    ["--page-size <size>", `4k, 8k, 16k, 32k, 64k (default: ${DEFAULTS.pageSize})`],
    ["--buffer-pool-size <size>", `memory for pages (default: ${DEFAULTS.bufferPoolSize})`],
    ["--file-size <size>", `the working set (default: ${DEFAULTS.fileSize})`],
    ["--redo-log-capacity <size>", `size of the redo log (default: ${DEFAULTS.redoLogCapacity})`],
    ["--doublewrite-pages <n>", "pages of one doublewrite batch (default: InnoDB's)"],
    ["--change-size <size>", "bytes of one change (default: the workload's)"],
  ]),
  ...group("Output", [
    ["--json", "print one JSON document instead of the tables"],
    ["-o, --output <file>", "write the result to a file: .json, .md, .csv or text"],
    ["--format <name>", "text, json, md, csv: for -o, or for stdout without it"],
    ["--percentiles <list>", "latency columns (default: 50,99,99.9; the maximum is always there)"],
    ["--color <when>", "auto, always, never (default: auto; NO_COLOR is honored)"],
    ["--quiet", "no progress on stderr"],
  ]),
];

function group(name: Flag["group"], flags: readonly (readonly [string, string])[]): Flag[] {
  return flags.map(([text, help]) => ({ flags: text, help, group: name }));
}
