// `bench crash` and its flags, for the command line's parser.

import { Option, type Command } from "commander";
import type { RawFlags } from "../options.js";
import type { CrashFlag } from "./flags.js";

const EXAMPLES = `
Examples:
  bench crash                                      the whole matrix, in about half a minute
  bench crash --flush-method O_DIRECT --faults torn
  bench crash --flush-method O_DIRECT --faults torn --drive-cache battery
  bench crash --flush-method fsync --doublewrite OFF --atomic-unit 4k
  bench crash --flush-method fsync --exhaustive --expect safe
  bench crash --seed-range 1..1000 --shard 3/8 -o part-3.json
  bench crash --replay 'c1:…'                      one crash again, told step by step

InnoDB's names are accepted: --innodb-flush-method, --innodb-doublewrite, --innodb-page-size, …
Exit codes: 0 fine, 1 engine bug, 2 wrong usage, 3 not possible here, 12 unexpected loss,
13 expected loss did not appear, 130 interrupted.`;

export function addCrash(
  program: Command,
  flagsOfCrash: readonly CrashFlag[],
  run: (flags: RawFlags) => Promise<void>,
): void {
  const command = program
    .command("crash")
    .usage("[options]")
    .summary("what each flush method loses when the process, the system or the power fails")
    .description(
      "Runs the engine on a simulated disk, stops it at every moment, makes the disks that a crash " +
        "may leave there, recovers each one, and says what was lost. No root, no real disk.",
    );
  for (const { flags, help, group } of flagsOfCrash) {
    command.addOption(new Option(flags, help).helpGroup(`${group}:`));
  }
  command.addHelpText("after", EXAMPLES).action((flags: RawFlags) => run(flags));
}

const STUDY_EXAMPLES = `
Examples:
  bench study doublewrite                          here, in about two minutes
  bench study doublewrite --quick
  bench study doublewrite --dir /mnt/disk --disk sata-ssd,nvme-plp -o study.md

Exit codes: as bench crash.`;

export function addStudy(
  program: Command,
  flagsOfStudy: readonly CrashFlag[],
  run: (study: string, flags: RawFlags) => Promise<void>,
): void {
  const command = program
    .command("study <name>")
    .usage("[options] <name>")
    .summary("speed and loss of the same configurations, in one table: doublewrite")
    .description(
      "Measures every configuration on a directory as `bench run` does, models it on drives of " +
        "stated characteristics, crashes it as `bench crash` does, and joins the three. Studies: " +
        "doublewrite.",
    );
  for (const { flags, help, group } of flagsOfStudy) {
    command.addOption(new Option(flags, help).helpGroup(`${group}:`));
  }
  command
    .addHelpText("after", STUDY_EXAMPLES)
    .action((study: string, flags: RawFlags) => run(study, flags));
}

/** Flags of `bench report`. */
export function addReport(
  program: Command,
  run: (files: readonly string[], flags: RawFlags) => Promise<void>,
): void {
  program
    .command("report <files...>")
    .summary("put the results of crash shards together, or print a result again")
    .description(
      "Reads results of `bench crash` (JSON), merges the shards of one run, and prints the whole. " +
        "Results of another engine, configuration or seed are refused, and so are shards that are " +
        "missing or there twice.",
    )
    .option("--partial", "accept that shards are missing; the result is marked as incomplete")
    .option("--expect <what>", "safe, unsafe: as for bench crash")
    .option("--json", "print one JSON document")
    .option("-o, --output <file>", "write the result to a file: .json, .md or text")
    .option("--format <name>", "text, json, md: for -o, or for stdout without it")
    .option("--color <when>", "auto, always, never (default: auto; NO_COLOR is honored)")
    .action((files: string[], flags: RawFlags) => run(files, flags));
}

export function addExplain(
  program: Command,
  run: (what: string, flags: { profile?: string }) => Promise<void>,
): void {
  program
    .command("explain <what>")
    .summary("a flush method, a crash id, or a result of bench crash, in words")
    .description(
      "A method: who calls what, what survives, what is lost under which fault, and why. " +
        "A crash id: its story. A result file: what it says, and the story of each counter-example.",
    )
    .option("--profile <name>", "whose meaning a method's name has (default: mysql-8.4)")
    .action((what: string, flags: { profile?: string }) => run(what, flags));
}
