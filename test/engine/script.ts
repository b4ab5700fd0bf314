// A small life of a store, recorded: commits, flush batches, checkpoints, an extension, tablespaces
// created and dropped, all overlapping. And the question asked after a power cut anywhere in it.

import { expect } from "vitest";
import { randomBytes, seededRandom } from "../format/helpers.js";
import {
  createStore,
  diskAfterCrash,
  LOST,
  openStore,
  STATUS,
  WriteSet,
  type CrashChoice,
  type Disk,
  type JournalEvent,
  type Machine,
  type Options,
} from "./harness.js";
import { Change, Model } from "./model.js";

export interface Recording {
  readonly machine: Machine;
  readonly model: Model;
  readonly options: Options;
  /** The disk when the journal began. */
  readonly base: Disk;
}

/** Runs the script; `seed` decides the order in which requests end and what is written. */
export function record(seed: number, options: Options = {}): Recording {
  const machine = createStore(options);
  machine.rest();
  const random = seededRandom(seed);
  const base = machine.disk.clone();
  machine.journal = [];
  machine.pick = (count) => Math.floor(random() * count);
  const model = new Model();
  const life = new Life(machine, model, random);
  life.run();
  return { machine, model, options, base };
}

class Life {
  constructor(
    private readonly machine: Machine,
    private readonly model: Model,
    private readonly random: () => number,
  ) {}

  run(): void {
    const { machine, model } = this;
    const space = model.ddl(machine, "create", "first");
    model.begin(machine, space);
    this.grow(space, 6);
    machine.flush();
    this.churn(12);
    machine.x.storeCheckpoint();
    this.churn(40);
    const second = model.ddl(machine, "create", "second");
    this.grow(second, 2);
    this.churn(10);
    machine.checkpoint();
    model.commit(machine, this.change());
    const [freed] = model.pages(space).slice(-1);
    model.commit(machine, new Change().free(...freed!));
    machine.x.storeCheckpoint();
    this.churn(25);
    model.ddl(machine, "drop", "second");
    this.churn(6);
    machine.flush();
    model.commit(machine, this.change());
    machine.poll();
  }

  /** Allocates pages, which makes the tablespace grow. */
  private grow(space: number, count: number): void {
    const change = new Change();
    const pages = Array.from({ length: count }, () => this.machine.reserve(space));
    for (const page of pages) change.allocate(space, page);
    for (const page of pages) change.write(space, page, 8, randomBytes(this.random, 300));
    this.model.commit(this.machine, change);
  }

  /** Ends requests one by one, with commits in between, some of them waited for. */
  private churn(steps: number): void {
    const { machine, model, random } = this;
    for (let i = 0; i < steps; i++) {
      machine.poll();
      const started = machine.inFlight.filter((each) => each.isStarted);
      if (started.length > 0) machine.end(started[Math.floor(random() * started.length)]!);
      if (random() < 0.25) model.tryCommit(machine, this.change());
      if (random() < 0.2) machine.x.logWrite(machine.x.lsn(), 1);
      if (random() < 0.05) machine.x.storeCheckpoint();
    }
  }

  private change(): Change {
    const { model, random } = this;
    const pages = model.pages().filter(([, page]) => page !== 1);
    const change = new Change();
    for (let i = 0; i < 2; i++) {
      const [space, page] = pages[Math.floor(random() * pages.length)]!;
      const length = 1 + Math.floor(random() * 400);
      const offset = 8 + Math.floor(random() * (4000 - length));
      change.write(space, page, offset, randomBytes(random, length));
    }
    return change;
  }
}

/** Cuts that differ: behind every event that may change what is on disk. */
export function cutsOf(journal: readonly JournalEvent[]): number[] {
  const cuts = [0];
  journal.forEach(({ request }, index) => {
    if (request.op !== "read") cuts.push(index + 1);
  });
  return cuts;
}

/** What is left after a cut: the disk, and how many commits were promised to be on it. */
export function cutAt(
  { machine, model, base }: Recording,
  cut: number,
  choice: CrashChoice,
): { disk: Disk; promised: number } {
  const disk = diskAfterCrash(base, machine.journal, cut, choice);
  return { disk, promised: model.promised(machine, cut) };
}

/**
 * Recovers the store after a cut and asks everything of it. With `isThorough` it also has to take a
 * commit, and keep it over the next power cut.
 */
export function recover(
  recording: Recording,
  cut: number,
  choice: CrashChoice,
  isThorough: boolean,
): void {
  const { model, options } = recording;
  const { disk, promised } = cutAt(recording, cut, choice);
  const opened = openRunning(disk, options);
  const commits = model.check(opened, promised, cut);
  if (isThorough) goOn(opened, model, commits, cut, options);
  else opened.dispose();
}

/** A recovered store; an error when it refuses. */
export function openRunning(disk: Disk, options: Options): Machine {
  const machine = openStore(disk, options);
  if (machine.state() === "RUNNING") return machine;
  const { status, what, kind, id, page } = machine.failure();
  throw new Error(
    `refused: status ${status}, what ${what}, kind ${kind}, file ${id}, page ${page}`,
  );
}

/** The recovered store works: it takes a commit, which survives a power cut. */
function goOn(
  machine: Machine,
  model: Model,
  commits: number,
  cut: number,
  options: Options,
): void {
  const space = machine.dictionary().get("first");
  if (space === undefined || commits === 0) return machine.dispose();
  machine.rest();
  const base = machine.disk.clone();
  machine.journal = [];
  const page = machine.reserve(space);
  const key = `${space}:${page}`;
  expect(model.states[commits]!.has(key), `page ${key} is in use and handed out`).toBe(false);
  const set = new WriteSet().allocate(space, page).write(space, page, 100, "on");
  expect(machine.commit(set), "a commit after recovery").toBe(STATUS.OK);
  machine.flush();
  const disk = diskAfterCrash(base, machine.journal, machine.journal.length, LOST);
  machine.dispose();
  const again = openRunning(disk, options);
  expect(model.check(again, commits, cut, key), "commits recovered again").toBe(commits);
  const body = again.read(space, page);
  const text = typeof body === "number" ? `status ${body}` : Buffer.from(body.subarray(100, 102));
  expect(text.toString(), "the commit after recovery").toBe("on");
  again.dispose();
}

/** Runs `check` for every case and gathers the failures, so that one does not hide the others. */
export function forEveryCut(cuts: readonly number[], check: (cut: number) => void): void {
  const failures: string[] = [];
  for (const cut of cuts) {
    try {
      check(cut);
    } catch (error) {
      failures.push(`cut ${cut}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  expect(failures.slice(0, 5), `${failures.length} of ${cuts.length} cuts`).toEqual([]);
}
