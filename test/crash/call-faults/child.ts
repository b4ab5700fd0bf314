// The process that is faulted. It lives for many runs: "prepare" brings a store to the point where
// the phase begins, "run" goes through the phase, then asks the store what it is still good for.

import { closeSync, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { Store } from "../../../host/index.js";
import { Life } from "./phases.js";
import { END, optionsFor, SMALL, type Command, type Failure, type Outcome } from "./scenario.js";

// The engine's clock stands still, so that no timer adds calls of its own.
performance.now = () => 1000;

type Prepare = Extract<Command, { do: "prepare" }>;

let prepared: { readonly command: Prepare; life: Life | null; readonly said: number };

async function prepare(command: Prepare): Promise<string> {
  const said = openSync(command.said, "a");
  prepared = { command, life: null, said };
  if (command.phase !== "recover") {
    prepared.life = await open();
    await prepared.life.before(command.phase);
  }
  return "prepared";
}

async function open(): Promise<Life> {
  const { command } = prepared;
  const store = await Store.open(command.dir, optionsFor(command.setting), SMALL);
  return new Life(store, say);
}

function say(line: string): void {
  writeSync(prepared.said, `${line}\n`);
}

async function run(): Promise<Outcome> {
  const { command, said } = prepared;
  const { phase } = command;
  const phaseError = await errorOf(async () => {
    if (phase === "recover") prepared.life = await open();
    else await prepared.life!.run(phase);
  });
  say(END);
  const { life } = prepared;
  const after = life === null ? "never open" : await lookAfter(life, phaseError);
  const closeError = life === null ? null : await errorOf(() => life.store.close());
  closeSync(said);
  return { error: describe(phaseError), after, close: describe(closeError) };
}

/** Whether the store goes on, or refuses everything with one and the same error. */
async function lookAfter(life: Life, first: Error | null): Promise<Outcome["after"]> {
  const { store } = life;
  const errors = [
    await errorOf(() => life.commit()),
    await errorOf(() => life.commitSync()),
    await errorOf(() => store.checkpoint()),
    await errorOf(() => store.createTablespace("later")),
  ];
  if (errors.every((error) => error === null)) return "usable";
  const codes = errors.map((error) => (error as { code?: string } | null)?.code);
  if (codes.every((code) => code === "CLOSED")) return "closed";
  // What failed in the background shows with the first call that comes after it.
  const expected = first ?? errors.find((error) => error !== null);
  if (errors.every((error) => error === expected)) return "poisoned";
  return `mixed: ${[first, ...errors].map(String).join(" | ")}`;
}

async function errorOf(action: () => unknown): Promise<Error | null> {
  try {
    await action();
    return null;
  } catch (error) {
    return error as Error;
  }
}

function describe(error: Error | null): Failure | null {
  if (error === null) return null;
  const { code } = error as { code?: string };
  return { name: error.name, code: code ?? "", message: error.message };
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  const answer = command.do === "prepare" ? await prepare(command) : JSON.stringify(await run());
  writeSync(1, `${answer}\n`);
}
