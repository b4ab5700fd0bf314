#!/usr/bin/env node
// The `bench` command: parses, loads the command that was asked for, prints, and maps every error
// to an exit code. Results go to stdout, everything else to stderr.

import { Command, CommanderError, Option } from "commander";
import { addCrash, addExplain, addReport } from "./crash/command-line.js";
import { EXIT, exitCodeOf, messageOf, UsageError } from "./exit.js";
import { RUN_FLAGS } from "./flags.js";
import { splitInnodbArguments } from "./innodb-arguments.js";
import type { ListTopic } from "./list.js";
import { openRealStore } from "./open-store.js";
import type { RawFlags } from "./options.js";
import { toolVersion } from "./run/assemble.js";
import { WORKLOADS } from "./workload/index.js";

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
    .showSuggestionAfterError();
  addRun(program, async (flags) => {
    const { runCommand } = await import("./commands/run.js");
    code = await runCommand({ flags, innodb, argv, openStore: openRealStore });
  });
  addCrash(program, async (flags) => {
    const { crashCommand } = await import("./commands/crash.js");
    code = await crashCommand({ flags, innodb, argv });
  });
  addReport(program, async (files, flags) => {
    checkNoInnodb(innodb, "report");
    const { reportCommand } = await import("./commands/report.js");
    code = reportCommand(files, flags);
  });
  addExplain(program, async (what, flags) => {
    checkNoInnodb(innodb, "explain");
    const { explainCommand } = await import("./commands/explain.js");
    process.stdout.write(explainCommand(what, flags));
  });
  addList(program, () => checkNoInnodb(innodb, "list"));
  addClean(program, () => checkNoInnodb(innodb, "clean"));
  if (rest.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  await program.parseAsync([...rest], { from: "user" });
  return code;
}

function addRun(program: Command, run: (flags: RawFlags) => Promise<void>): void {
  const command = program
    .command("run")
    .summary("measure flush methods, doublewrite and commit policies on a directory")
    .description(
      "Measures every combination of flush method, doublewrite and commit policy on a directory: the " +
        "same load, in interleaved rounds, ranked by what an acknowledged commit survives.",
    );
  for (const { flags, help, group } of RUN_FLAGS) {
    command.addOption(new Option(flags, help).helpGroup(`${group}:`));
  }
  command.addHelpText("after", EXAMPLES).action((flags: RawFlags) => run(flags));
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
      const sections = { workloads: WORKLOADS, metrics: METRICS };
      process.stdout.write(await listCommand(known, flags, sections));
    });
}

function addClean(program: Command, check: () => void): void {
  program
    .command("clean [dir]")
    .summary("remove what interrupted runs left behind (only folders with our marker)")
    .description("Removes the folders of dead runs directly below a directory (default: here).")
    .action(async (dir: string | undefined) => {
      check();
      const { cleanCommand } = await import("./commands/clean.js");
      process.stdout.write(cleanCommand(dir ?? "."));
    });
}

function checkNoInnodb(innodb: Readonly<Record<string, string>>, command: string): void {
  const name = Object.keys(innodb)[0];
  if (name === undefined) return;
  throw new UsageError(`--${name.replaceAll("_", "-")}: has no meaning for bench ${command}`);
}

/** Commander has printed its own message; a call for help or the version is no error. */
function exitCodeOfFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  const code = exitCodeOf(error);
  if (code === EXIT.failed && process.env["TORNPROOF_DEBUG"] && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return code;
}

// A reader that closes the pipe early (`bench list | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.ok);
  throw error;
});

process.exitCode = await main(process.argv.slice(2)).catch(exitCodeOfFailure);
