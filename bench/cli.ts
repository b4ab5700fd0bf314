#!/usr/bin/env node
// The `bench` command: parses, loads the command that was asked for, prints, and maps every error
// to an exit code. Results go to stdout, everything else to stderr.
//
// What this file imports is loaded by every `bench --help`: a command's own code is imported when
// it is the one that runs.

import { Command, CommanderError, Option } from "commander";
import { addCrash, addExplain, addReport, addStudy } from "./crash/command-line.js";
import type { CrashFlag } from "./crash/flags.js";
import { EXIT, messageOf, UsageError } from "./exit.js";
import type { Flag } from "./flags.js";
import { splitInnodbArguments } from "./innodb-arguments.js";
import type { ListTopic } from "./list.js";
import type { RawFlags } from "./options.js";
import { toolVersion } from "./version.js";

const LIST_TOPICS: readonly ListTopic[] = [
  "methods",
  "workloads",
  "profiles",
  "metrics",
  "variables",
];

const HELP_WIDTH = 100;

const EXAMPLES = `
Examples:
  bench run                                        InnoDB's methods here, in about a minute
  bench run --quick                                a first impression in seconds
  bench run --dir /mnt/disk --flush-method all -o result.json
  bench run --flush-method O_DIRECT --doublewrite ON --concurrency 16 --runtime 3s
  bench run --workload sync-only                   what the disk itself can do

Every InnoDB option that a store honors is accepted too: --innodb-io-capacity=500.
Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 not possible here, 130 interrupted.`;

const DOCTOR_EXAMPLES = `
Examples:
  bench doctor                                     this directory
  bench doctor /var/lib/mysql --profile mariadb-11
  bench doctor /data --flush-method O_DIRECT --strict && start-the-server
  bench doctor --explain shared-folders

Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 not possible here, 130 interrupted.`;
const INSPECT_EXAMPLES = `
Examples:
  bench inspect ibdata1 space-1.ibd                what is in these files
  bench inspect --check *.ibd                      which of them are damaged, and why
  bench inspect --page 3 space-1.ibd               one page, field by field

Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 not possible here, 10 damaged (with --check).`;

async function main(argv: readonly string[]): Promise<number> {
  const { rest, innodb } = splitInnodbArguments(argv);
  let code: number = EXIT.ok;
  const program = new Command("bench")
    .description("Measures what InnoDB's flush methods cost on your disk, and what they promise.")
    .version(toolVersion(), "-V, --version", "print the version")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "bench: ")),
      getOutHelpWidth: () => Math.min(HELP_WIDTH, process.stdout.columns ?? HELP_WIDTH),
    })
    // By usage, because `run` knows its options only when it is the command that runs.
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .showSuggestionAfterError();
  addRun(program, await runFlags(rest), async (flags) => {
    const { runCommand } = await import("./commands/run.js");
    const { openRealStore } = await import("./open-store.js");
    code = await runCommand({ flags, innodb, argv, openStore: openRealStore });
  });
  await addLab(program, { rest, innodb, argv, ended: (found) => (code = found) });
  addDoctor(program, async (dir, flags) => {
    const { doctorCommand } = await import("./commands/doctor.js");
    code = await doctorCommand({ dir, flags, innodb });
  });
  addList(program, () => checkNoInnodb(innodb, "list"));
  addClean(program, () => checkNoInnodb(innodb, "clean"));
  addInspect(program, async (files, flags) => {
    checkNoInnodb(innodb, "inspect");
    const { inspectCommand } = await import("./commands/inspect.js");
    code = await inspectCommand({ files, flags, argv });
  });
  if (rest.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  await program.parseAsync([...rest], { from: "user" });
  return code;
}

/** The flags of `bench run` name every workload; other commands do without loading them. */
async function runFlags(args: readonly string[]): Promise<readonly Flag[]> {
  return args.includes("run") ? (await import("./flags.js")).RUN_FLAGS : [];
}

interface LabInput {
  readonly rest: readonly string[];
  readonly innodb: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  /** Takes the exit code. */
  readonly ended: (code: number) => void;
}

/** The commands of the crash laboratory. */
async function addLab(program: Command, input: LabInput): Promise<void> {
  const { rest, innodb, argv, ended } = input;
  addCrash(program, await crashFlags(rest), async (flags) => {
    const { crashCommand } = await import("./commands/crash.js");
    ended(await crashCommand({ flags, innodb, argv }));
  });
  addStudy(program, await studyFlags(rest), async (study, flags) => {
    checkNoInnodb(innodb, "study");
    const { studyCommand } = await import("./commands/study.js");
    const { openRealStore } = await import("./open-store.js");
    ended(await studyCommand({ study, flags, argv, openStore: openRealStore }));
  });
  addReport(program, async (files, flags) => {
    checkNoInnodb(innodb, "report");
    const { reportCommand } = await import("./commands/report.js");
    ended(reportCommand(files, flags));
  });
  addExplain(program, async (what, flags) => {
    checkNoInnodb(innodb, "explain");
    const { explainCommand } = await import("./commands/explain.js");
    process.stdout.write(explainCommand(what, flags));
  });
}

/** The same of `bench crash`: its flags name every fault and workload of the laboratory. */
async function crashFlags(args: readonly string[]): Promise<readonly CrashFlag[]> {
  return args.includes("crash") ? (await import("./crash/flags.js")).CRASH_FLAGS : [];
}

async function studyFlags(args: readonly string[]): Promise<readonly CrashFlag[]> {
  return args.includes("study") ? (await import("./study/flags.js")).STUDY_FLAGS : [];
}

function addRun(
  program: Command,
  flagsOfRun: readonly Flag[],
  run: (flags: RawFlags) => Promise<void>,
): void {
  const command = program
    .command("run")
    .summary("measure flush methods, doublewrite and commit policies on a directory")
    .description(
      "Measures every combination of flush method, doublewrite and commit policy on a directory: the " +
        "same load, in interleaved rounds, ranked by what an acknowledged commit survives.",
    );
  for (const { flags, help, group } of flagsOfRun) {
    command.addOption(new Option(flags, help).helpGroup(`${group}:`));
  }
  command.addHelpText("after", EXAMPLES).action((flags: RawFlags) => run(flags));
}

function addDoctor(program: Command, run: (dir: string, flags: RawFlags) => Promise<void>): void {
  program
    .command("doctor [dir]")
    .summary("what the disk below a directory really does, and which settings fit it")
    .description(
      "Looks at a directory (default: here), tries direct I/O, atomic writes and syncs in one file " +
        "that is always removed, and recommends InnoDB's settings, each with its reason. Takes 3 " +
        "seconds, writes at most 64 MiB, needs no root.",
    )
    .option("--flush-method <name>", "say whether this method is real here")
    .option("--strict", "exit with 3 when the method is not real here (default: the profile's)")
    .option("--profile <name>", "whose meaning the names have (default: mysql-8.4)")
    .option("--page-size <size>", "4k, 8k, 16k, 32k, 64k (default: 16k)")
    .option("--explain [topic]", "explain a topic instead; without one, list them")
    .option("--json", "print one JSON document (bench/schema/doctor.schema.json)")
    .option("--color <when>", "auto, always, never (default: auto; NO_COLOR is honored)")
    .addHelpText("after", DOCTOR_EXAMPLES)
    .action((dir: string | undefined, flags: RawFlags) => run(dir ?? ".", flags));
}

function addList(program: Command, check: () => void): void {
  program
    .command("list [topic]")
    .summary("what exists here: methods, workloads, profiles, metrics, variables")
    .description(`Lists what exists here. Topics: ${LIST_TOPICS.join(", ")}.`)
    .option("--matrix", "methods: every open mode and sync call, per file and sync point")
    .option("--profile <name>", "methods: whose meaning the names have")
    .option("--dir <path>", "methods: try there whether O_DIRECT is real")
    .option("--json", "print one JSON document")
    .action(async (topic: string | undefined, flags: RawFlags) => {
      check();
      const known = LIST_TOPICS.find((name) => name === topic);
      if (topic !== undefined && known === undefined) {
        throw new UsageError(`list: "${topic}" is unknown; valid: ${LIST_TOPICS.join(", ")}`);
      }
      const { listCommand } = await import("./list.js");
      const { METRICS } = await import("./metrics.js");
      const { WORKLOADS } = await import("./workload/index.js");
      const sections = { workloads: WORKLOADS, metrics: METRICS };
      process.stdout.write(await listCommand(known, flags, sections));
    });
}

function addClean(program: Command, check: () => void): void {
  program
    .command("clean [dir]")
    .summary("remove what killed runs and probes left behind, if marked as ours")
    .description("Removes the folders of dead runs directly below a directory (default: here).")
    .action(async (dir: string | undefined) => {
      check();
      const { cleanCommand } = await import("./commands/clean.js");
      process.stdout.write(cleanCommand(dir ?? "."));
    });
}

function addInspect(
  program: Command,
  run: (files: readonly string[], flags: RawFlags) => Promise<void>,
): void {
  program
    .command("inspect <file...>")
    .summary("look into tablespaces, redo and doublewrite files, ours and InnoDB's")
    .description(
      "Looks into tablespaces, redo and doublewrite files of Tornproof, MySQL and MariaDB. Files are " +
        "only read, and their bytes are looked at inside a WASI sandbox.",
    )
    .option("--check", "say good or damaged, and list what is damaged; exit code 10 when damaged")
    .option("--page <n>", "one page, log block or record: every field, and its bytes")
    .option("--lsn-map", "how old the pages are, as a picture of the file")
    .option("--json", "print one JSON document (bench/schema/inspect.schema.json)")
    .option("--kind <kind>", "insist: tablespace, doublewrite, detect-only, redo, mariadb-redo")
    .option("--page-size <size>", "insist: 4k, 8k, 16k, 32k or 64k")
    .option("--sandbox <name>", "which WASI: wasmer (default) or node")
    .addHelpText("after", INSPECT_EXAMPLES)
    .action((files: string[], flags: RawFlags) => run(files, flags));
}

function checkNoInnodb(innodb: Readonly<Record<string, string>>, command: string): void {
  const name = Object.keys(innodb)[0];
  if (name === undefined) return;
  throw new UsageError(`--${name.replaceAll("_", "-")}: has no meaning for bench ${command}`);
}

/** Commander has printed its own message; a call for help or the version is no error. */
async function exitCodeOfFailure(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  const { exitCodeOf } = await import("./exit-code.js");
  const code = exitCodeOf(error);
  if (code === EXIT.failed && process.env["TORNPROOF_DEBUG"] && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return code;
}

/** Why standard output did not take everything; null while it did, or nobody reads it any more. */
let outputProblem: string | null = null;

// A reader that closes the pipe early (`bench list | head`) is no error, and no reason to keep a
// verdict back: the command ends as it would, and its exit code is what it found.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") outputProblem ??= error.message;
});
// Where nobody hears messages, there is nobody to tell.
process.stderr.on("error", () => undefined);

process.exitCode = await main(process.argv.slice(2)).catch(exitCodeOfFailure);
process.once("exit", (code) => {
  if (outputProblem === null) return;
  process.stderr.write(`bench: standard output took not all of the result: ${outputProblem}\n`);
  if (code === EXIT.ok) process.exitCode = EXIT.failed;
});
