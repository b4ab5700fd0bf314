// Recovers a crash state with a fresh engine and says what has become of the store.
//
//   ok        every promise is kept, and the state is one that the commits went through
//   lost      a state they went through, but from before an acknowledged commit
//   refused   damage was noticed: the store does not open, or a page is not served
//   silent    something is served that never was: the worst of the four
//
// A thorough judge goes on: invariants, another commit, the end of the process, and a second
// recovery, which must find exactly that and start at an LSN no lower than before.

import { EnginePanic } from "../errors.js";
import { errorOf } from "../failure.js";
import { ENGINE_COUNTERS } from "../status.js";
import type { Image } from "./image.js";
import { labOptions, type LabConfig, type LabSizes } from "./lab-config.js";
import { MachineHang, SimMachine, STATE, STATUS } from "./machine.js";
import { Change, numberBytes, type Model, type PageBody } from "./model.js";

/** From best to worst. */
export const OUTCOMES = ["ok", "lost", "refused", "silent"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const FIRST_RECOVERY_COUNTER = ENGINE_COUNTERS.indexOf("recv_groups_applied");

export interface Verdict {
  readonly outcome: Outcome;
  /** Commits found, or null when nothing could be read. */
  readonly commits: number | null;
  /** What was wrong; empty when nothing was. */
  readonly why: string;
  /** The engine trapped or hung: a bug, whatever the disk holds. */
  readonly isBug: boolean;
}

/** What the store must hold and what it may hold. */
export interface Expectation {
  readonly promised: number;
  readonly possible: number;
  /** End of the last promised commit in redo. */
  readonly lsn: number;
  readonly must: ReadonlyMap<string, number>;
  readonly may: ReadonlySet<string>;
}

export function expectationAt(model: Model, cut: number): Expectation {
  return { ...model.boundsAt(cut), ...model.namesAt(cut) };
}

export class Judge {
  readonly machine: SimMachine;
  isThorough = true;
  /** Recoveries run. */
  recoveries = 0;

  constructor(module: WebAssembly.Module, config: LabConfig, sizes: LabSizes) {
    this.machine = new SimMachine({
      ...{ module, method: config.method, pageSize: config.pageSize },
      options: labOptions(config, sizes),
    });
  }

  /** `image` may be made of this machine's chunks: they are taken back at the next call. */
  judge(image: Image, model: Model, expected: Expectation): Verdict {
    try {
      return this.recover(image, model, expected);
    } catch (error) {
      if (error instanceof EnginePanic || error instanceof MachineHang) {
        return { outcome: "refused", commits: null, why: error.message, isBug: true };
      }
      throw error;
    }
  }

  private recover(image: Image, model: Model, expected: Expectation): Verdict {
    const { machine } = this;
    this.recoveries++;
    const found = machine.boot(image);
    if (found === "empty") return verdict("lost", 0, "no store is left in the directory");
    const state = machine.start(found);
    this.recovered = this.recoveryCounters();
    if (state !== STATE.running) return this.refused();
    const first = this.check(model, expected);
    if (first.commits === null || !this.isThorough) return first;
    if (first.outcome === "refused" || first.outcome === "silent") return first;
    return this.goOn(model, expected, first);
  }

  private refused(): Verdict {
    return verdict("refused", null, this.failureText());
  }

  /** Why the store failed, in the words a user of the store would read. */
  private failureText(): string {
    const { engine, layout, driver } = this.machine;
    const isPoisoned = engine.exports.isPoisoned() !== 0;
    const status = isPoisoned ? STATUS.poisoned : engine.exports.storeStatus();
    return errorOf(status, engine, layout, layout.dir, isPoisoned ? driver.failure : null).message;
  }

  /** What the first recovery did: groups and records applied, records skipped, pages restored. */
  recovered: readonly number[] = [];

  private recoveryCounters(): number[] {
    const { exports, view } = this.machine.engine;
    const at = exports.countersAddress() + FIRST_RECOVERY_COUNTER * 8;
    return [0, 1, 2, 3].map((i) => view.getUint32(at + i * 8, true));
  }

  /** Compares what the store serves with the state it claims to be in. */
  private check(model: Model, expected: Expectation): Verdict {
    const { machine } = this;
    const { counter } = model;
    const at = machine.page(counter.space, counter.page);
    if (at === 0) return this.notServed(counter.space, counter.page);
    const commits = machine.engine.view.getUint32(at, false);
    if (commits > expected.possible) {
      return verdict("silent", commits, `commit ${commits} is there and was never made`);
    }
    const named = this.checkNames(model, expected);
    if (named !== null) return named;
    for (const [key, page] of model.states[commits]!) {
      if (!this.exists(model, page.space)) continue;
      const wrong = this.checkPage(key, page, commits);
      if (wrong !== null) return wrong;
    }
    if (commits >= expected.promised) return verdict("ok", commits, "");
    const lost = expected.promised - commits;
    const words = lost === 1 ? "commit is" : "commits are";
    return verdict("lost", commits, `${lost} acknowledged ${words} lost`);
  }

  /** Spaces that exist in the recovered store; null when the model has only one. */
  private names: ReadonlyMap<string, number> | null = null;

  private exists(model: Model, space: number): boolean {
    if (this.names === null) return true;
    return model.spaces.some((each) => each.space === space && this.names!.has(each.name));
  }

  private checkNames(model: Model, expected: Expectation): Verdict | null {
    this.names = null;
    if (model.spaces.length < 2) return null;
    this.names = this.machine.dictionary();
    for (const name of expected.must.keys()) {
      if (!this.names.has(name)) return verdict("lost", null, `tablespace ${name} is gone`);
    }
    for (const name of this.names.keys()) {
      if (!expected.may.has(name)) return verdict("silent", null, `tablespace ${name} is back`);
    }
    return null;
  }

  private checkPage(key: string, { space, page, body }: PageBody, commits: number): Verdict | null {
    const at = this.machine.page(space, page);
    if (at === 0) return this.notServed(space, page);
    const found = this.machine.engine.bytes.subarray(at, at + body.length);
    if (isEqual(found, body)) return null;
    const byte = found.findIndex((each, i) => each !== body[i]);
    return verdict(
      "silent",
      commits,
      `page ${key} is not what it was after commit ${commits}, from byte ${byte} of its body on`,
    );
  }

  private notServed(space: number, page: number): Verdict {
    const { readStatus } = this.machine;
    const isDamage = readStatus === STATUS.damaged;
    const why = isDamage
      ? `page ${space}:${page} is damaged, and not served`
      : `page ${space}:${page}: status ${readStatus}`;
    return verdict("refused", null, why);
  }

  /** The recovered store must be whole, work, and be found again. */
  private goOn(model: Model, expected: Expectation, first: Verdict): Verdict {
    const { machine } = this;
    const { exports } = machine.engine;
    machine.guard(() => exports.checkInvariants());
    const commits = first.commits!;
    const lsn = exports.lsn();
    if (first.outcome === "ok" && lsn < expected.lsn) {
      return verdict(
        "silent",
        commits,
        `LSN ${lsn} after recovery is below the promised ${expected.lsn}`,
      );
    }
    const { space, page } = model.counter;
    const change = new Change(model.pageSize).write(space, page, 8, numberBytes(lsn));
    const status = machine.commit(change.bytes());
    if (status !== STATUS.ok)
      return verdict(
        "silent",
        commits,
        `the recovered store answers a commit with status ${status}`,
      );
    const end = exports.commitLsn();
    exports.logWrite(end, 1);
    machine.settle(() => exports.flushedToDiskLsn() >= end);
    const checkpoint = exports.checkpointLsn();
    return this.again(model, { commits, end, checkpoint, mark: lsn, first });
  }

  private again(model: Model, goal: Goal): Verdict {
    const { machine } = this;
    const { commits } = goal;
    this.recoveries++;
    machine.boot(machine.disk.image(machine.pool));
    if (machine.start("store") !== STATE.running) {
      return verdict("silent", commits, `the second recovery refuses: ${this.failureText()}`);
    }
    const { exports, view } = machine.engine;
    if (exports.lsn() < goal.end || exports.checkpointLsn() < goal.checkpoint) {
      return verdict("silent", commits, "an LSN went back from one recovery to the next");
    }
    const at = machine.page(model.counter.space, model.counter.page);
    if (at === 0 || view.getUint32(at + 8, false) !== goal.mark >>> 0) {
      return verdict("silent", commits, "a commit after recovery is gone after the next one");
    }
    for (const [key, page] of model.states[commits]!) {
      const isCounter = page.space === model.counter.space && page.page === model.counter.page;
      if (isCounter || !this.exists(model, page.space)) continue;
      const wrong = this.checkPage(key, page, commits);
      if (wrong !== null)
        return { ...wrong, outcome: "silent", why: `second recovery: ${wrong.why}` };
    }
    return goal.first;
  }
}

interface Goal {
  readonly commits: number;
  /** End of the redo of the commit made after the first recovery. */
  readonly end: number;
  readonly checkpoint: number;
  readonly mark: number;
  readonly first: Verdict;
}

function verdict(outcome: Outcome, commits: number | null, why: string): Verdict {
  return { outcome, commits, why, isBug: false };
}

/** Node compares in one call; a browser does it byte by byte. */
const native = (globalThis as { Buffer?: { compare(a: Uint8Array, b: Uint8Array): number } })
  .Buffer;

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (native !== undefined) return native.compare(a, b) === 0;
  return a.every((byte, i) => byte === b[i]);
}
