// What runs while a crash is waiting to happen. Small scripts for exhaustive exploration, a seeded
// life for the rest.

import type { Random } from "../random.js";
import type { Change } from "./model.js";
import type { Recorder } from "./recording.js";

export interface Workload {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Pages allocated before the run begins, the counter not counted. */
  readonly pages: number;
  /** Runs with several batches, and a pool that evicts. */
  readonly isSmall: boolean;
  run(run: Recorder): void;
}

const COMMITS: Workload = {
  name: "commits",
  summary: "three commits, a flush batch and a checkpoint around them",
  pages: 3,
  isSmall: false,
  run(run) {
    const [a, b, c] = userPages(run);
    run.commit(fill(run, [a!, b!]));
    run.acknowledged();
    run.commit(fill(run, [b!, c!]));
    run.machine.engine.exports.storeCheckpoint();
    run.until(() => run.machine.engine.exports.checkpointIsDone() !== 0);
    run.commit(fill(run, [a!]));
    run.acknowledged();
  },
};

const GROW: Workload = {
  name: "grow",
  summary: "a tablespace grows, and the new pages are written",
  pages: 1,
  isSmall: false,
  run(run) {
    const pages = Array.from({ length: 6 }, () => run.reserve());
    const change = run.model.change();
    for (const page of pages) change.allocate(run.space, page);
    for (const page of pages) change.write(run.space, page, 8, bytes(run.random, 40));
    run.commit(change);
    run.acknowledged();
    run.machine.engine.exports.storeCheckpoint();
    run.until(() => run.machine.engine.exports.checkpointIsDone() !== 0);
    run.commit(fill(run, [pages[5]!]));
    run.acknowledged();
  },
};

const LIFE: Workload = {
  name: "life",
  summary: "commits, batches, checkpoints, growth, tablespaces made and dropped, all overlapping",
  pages: 6,
  isSmall: true,
  run(run) {
    churn(run, 10);
    run.machine.engine.exports.storeCheckpoint();
    churn(run, 30);
    const second = run.ddl("create", "second");
    if (second !== null) growSpace(run, second, 2);
    churn(run, 16);
    run.machine.engine.exports.storeCheckpoint();
    growSpace(run, run.space, 4);
    churn(run, 30);
    freeOne(run);
    churn(run, 10);
    if (second !== null) run.ddl("drop", "second");
    churn(run, 12);
    run.acknowledged();
  },
};

/** Commit after commit of large changes, so that redo goes around its file several times. */
const WRAP: Workload = {
  name: "wrap",
  summary: "redo goes around its file, over and over",
  pages: 4,
  isSmall: true,
  run(run) {
    const [a, b, c, d] = userPages(run);
    for (let i = 0; i < 24; i++) {
      const change = run.model.change();
      for (const page of [
        [a, b],
        [c, d],
        [a, d],
      ][i % 3]!) {
        change.write(run.space, page!, run.random.below(900), bytes(run.random, 1400));
      }
      run.commit(change);
      if (run.random.below(3) === 0) run.acknowledged();
      if (run.random.below(5) === 0) run.machine.engine.exports.storeCheckpoint();
    }
    run.acknowledged();
  },
};

export const WORKLOADS: readonly Workload[] = [COMMITS, GROW, LIFE, WRAP];

export function workloadOf(name: string): Workload {
  const found = WORKLOADS.find((each) => each.name === name);
  if (found === undefined) throw new TypeError(`lab: no workload "${name}"`);
  return found;
}

/** Pages of the first tablespace that are in use, without the counter. */
function userPages(run: Recorder): number[] {
  const { model, space } = run;
  const all = [...model.last.values()].filter((each) => each.space === space);
  return all.map((each) => each.page).filter((page) => page !== model.counter.page);
}

function bytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => 1 + random.below(255));
}

/** A change that spans several sectors of each page: at its start, in the middle and at its end. */
function fill(run: Recorder, pages: readonly number[]): Change {
  const change = run.model.change();
  const end = run.model.pageSize - 46 - 48;
  for (const page of pages) {
    for (const offset of [16, end / 2, end]) {
      change.write(run.space, page, Math.floor(offset), bytes(run.random, 40));
    }
  }
  return change;
}

/** Allocates pages of a tablespace, which makes it grow. */
function growSpace(run: Recorder, space: number, count: number): void {
  const change = run.model.change();
  const pages = Array.from({ length: count }, () => run.reserve(space));
  for (const page of pages) change.allocate(space, page);
  for (const page of pages) change.write(space, page, 8, bytes(run.random, 200));
  run.commit(change);
}

function freeOne(run: Recorder): void {
  const page = userPages(run).at(-1);
  if (page !== undefined) run.commit(run.model.change().free(run.space, page));
}

/** Ends operations one by one, with commits in between, some of them waited for. */
function churn(run: Recorder, steps: number): void {
  const { random, machine } = run;
  const { exports } = machine.engine;
  for (let i = 0; i < steps; i++) {
    run.turn();
    run.endOne();
    if (random.below(4) === 0) run.commit(randomChange(run));
    if (random.below(20) === 0) run.acknowledged();
    if (random.below(16) === 0) exports.storeCheckpoint();
    if (random.below(30) === 0) machine.now += 1000;
  }
}

function randomChange(run: Recorder): Change {
  const { random, model } = run;
  const pages = [...model.last.values()].filter((each) => each.page !== model.counter.page);
  const alive = pages.filter(({ space }) => isAlive(run, space));
  const change = model.change();
  for (let i = 0; i < 2; i++) {
    const { space, page } = alive[random.below(alive.length)]!;
    const length = 1 + random.below(400);
    change.write(space, page, 8 + random.below(3600 - length), bytes(random, length));
  }
  return change;
}

function isAlive(run: Recorder, space: number): boolean {
  return run.model.spaces.findLast((each) => each.space === space)?.exists ?? false;
}
