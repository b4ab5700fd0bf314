// `npm run bench:targets`: measures the store and its C peer in one interleaved run, prints what
// was reached against what was promised, and saves it as JSON with the machine and the command.
//
//   npm run bench:targets -- [--dir PATH] [--rounds N] [--seconds S] [--only TEXT] [-o FILE]
//
// Exit code 0 when every target was reached, 10 when one was missed, 1 when a measurement failed.

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { EnvironmentError, EXIT, exitCodeOf, messageOf } from "../exit.js";
import { packageRoot, Random } from "../host.js";
import { describeMachine } from "../machine.js";
import { toolVersion } from "../run/assemble.js";
import { Interrupt } from "../run/interrupt.js";
import { createWorkFolder } from "../run/work-folder.js";
import { parseDuration, parseInteger } from "../units.js";
import { MEASUREMENTS } from "./measurements.js";
import type { Measurement } from "./measurements.js";
import { judge, summarize, targetLines } from "./verdicts.js";
import type { Measured } from "./verdicts.js";

const EXIT_MISSED = 10;
const SPACE_NEEDED = 2 ** 30;

interface Options {
  readonly dir: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly seed: number;
  readonly only: string;
  readonly output: string;
}

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  requirePeer();
  const interrupt = new Interrupt((line) => process.stderr.write(`${line}\n`));
  const folder = createWorkFolder(options.dir, SPACE_NEEDED);
  interrupt.guard(folder);
  try {
    const chosen = MEASUREMENTS.filter(({ name }) => name.includes(options.only));
    const machine = describeMachine(options.dir);
    const measured = await measureAll(chosen, options, folder.path, () => interrupt.isRequested);
    const verdicts = judge(measured, options.seed);
    process.stdout.write(`${targetLines(measured, verdicts).join("\n")}\n`);
    const command = `npm run bench:targets -- ${argv.join(" ")}`.replace(/ -- $/, "");
    const document = {
      schema: "tornproof.targets/1",
      version: toolVersion(),
      date: new Date().toISOString(),
      command,
      seed: options.seed,
      complete: !interrupt.isRequested,
      environment: machine,
      measurements: measured,
      targets: verdicts,
    };
    mkdirSync(dirname(options.output), { recursive: true });
    writeFileSync(options.output, `${JSON.stringify(document, null, 2)}\n`);
    process.stderr.write(`Saved as ${relative(process.cwd(), options.output)}\n`);
    if (interrupt.isRequested) return interrupt.exitCode;
    return verdicts.some((verdict) => verdict.is_reached === false) ? EXIT_MISSED : EXIT.ok;
  } finally {
    folder.remove();
    interrupt.dispose();
  }
}

/** Every round runs every measurement once, in an order of its own. */
async function measureAll(
  chosen: readonly Measurement[],
  options: Options,
  folder: string,
  isInterrupted: () => boolean,
): Promise<Measured[]> {
  const random = new Random(options.seed);
  const values = new Map(chosen.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < options.rounds; round++) {
    for (const measurement of random.shuffle(chosen)) {
      if (isInterrupted()) break;
      const own = join(folder, measurement.name);
      mkdirSync(own);
      const context = { folder: own, seconds: options.seconds, seed: options.seed + round };
      const value = await measurement.measure(context);
      rmSync(own, { recursive: true, force: true });
      values.get(measurement.name)!.push(value);
      const line = `round ${round + 1}/${options.rounds}  ${measurement.name.padEnd(18)}`;
      process.stderr.write(`${line} ${value.toFixed(2).padStart(12)} ${measurement.unit}\n`);
    }
  }
  return chosen.map((measurement) => summarize(measurement, values.get(measurement.name)!));
}

function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      dir: { type: "string", default: "." },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "1.5s" },
      seed: { type: "string", default: "1" },
      only: { type: "string", default: "" },
      output: { type: "string", short: "o" },
    },
  });
  const day = new Date().toISOString().slice(0, 10);
  return {
    dir: values.dir,
    rounds: parseInteger(values.rounds, "--rounds", 1, 100),
    seconds: parseDuration(values.seconds, "--seconds"),
    seed: parseInteger(values.seed, "--seed", 0, Number.MAX_SAFE_INTEGER),
    only: values.only,
    output: values.output ?? join(packageRoot(), "bench", "results", `targets-${day}.json`),
  };
}

function requirePeer(): void {
  for (const name of ["raw", "slow-sync.so"]) {
    if (existsSync(join(packageRoot(), "build", name))) continue;
    throw new EnvironmentError(`build/${name} is missing: it needs Linux and a C compiler`);
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench:targets: ${messageOf(error)}\n`);
  return exitCodeOf(error);
});
