// Records one run: the store is made, everything in it durable, then a workload runs while the
// requests of the engine end one by one, in an order that the seed decides. What is kept is all
// that a crash state needs: the base, the history, and what was promised when.

import { commitPolicy } from "../flush/index.js";
import { Random } from "../random.js";
import type { Run } from "./history.js";
import { Image } from "./image.js";
import { labOptions, SMALL, TINY, type LabConfig, type LabSizes } from "./lab-config.js";
import { MachineHang, SimMachine, STATE, STATUS, type MachineSettings } from "./machine.js";
import type { FaultPlan } from "./faults.js";
import { Change, Model } from "./model.js";
import type { Workload } from "./workload.js";

export interface Recording extends Run {
  readonly config: LabConfig;
  readonly sizes: LabSizes;
  readonly workload: string;
  readonly seed: number;
  readonly model: Model;
  /** The store failed in the middle, as an injected error makes it. */
  readonly hasFailed: boolean;
}

export interface RecordOptions {
  readonly module: WebAssembly.Module;
  readonly config: LabConfig;
  readonly workload: Workload;
  readonly seed: number;
  readonly faults?: FaultPlan;
  /** As of MachineSettings. */
  readonly around?: MachineSettings["around"];
}

const USER_SPACE = "t";

/** Runs the workload once. Errors: EnginePanic and MachineHang, which are bugs. */
export function record(options: RecordOptions): Recording {
  return new Recorder(options).run();
}

/** What a workload may do to the store it runs on. */
export class Recorder {
  readonly random: Random;
  readonly machine: SimMachine;
  readonly model: Model;
  readonly sizes: LabSizes;
  /** The tablespace that exists from the start. */
  readonly space: number;
  private readonly policy: 0 | 1 | 2;
  private base = new Image();

  constructor(private readonly o: RecordOptions) {
    const { module, config, seed, around } = o;
    this.random = new Random(seed);
    this.sizes = o.workload.isSmall ? SMALL : TINY;
    this.policy = commitPolicy(config.method, config.trxCommit);
    this.machine = new SimMachine({
      ...{ module, method: config.method, pageSize: config.pageSize },
      options: labOptions(config, this.sizes),
      ...(around === undefined ? {} : { around }),
    });
    const { machine } = this;
    must(machine.start(machine.boot(new Image())) === STATE.running, "a new store runs");
    must(machine.ddl("create", USER_SPACE) === STATUS.ok, "a tablespace can be made");
    this.space = machine.engine.exports.ddlSpaceId();
    this.model = new Model(config.pageSize, {
      space: this.space,
      page: machine.reserve(this.space)!,
    });
    this.setUp(o.workload.pages);
  }

  /** Allocates the counter and `count` pages, and makes all of it durable. */
  private setUp(count: number): void {
    const { machine, model, space } = this;
    const first = new Change(model.pageSize).allocate(space, model.counter.page);
    for (let i = 0; i < count; i++) first.allocate(space, machine.reserve(space)!);
    must(machine.commit(first.bytes()) === STATUS.ok, "the pages of the model can be allocated");
    model.states[0] = first.applyTo(model.states[0]!);
    machine.checkpoint();
    machine.rest();
    model.spaces.push({ name: USER_SPACE, space, exists: true, askedAt: 0, doneAt: 0 });
  }

  run(): Recording {
    const { machine, o } = this;
    machine.backend.schedule = "held";
    machine.onHeld = () => this.endOne();
    this.base = machine.disk.record();
    machine.backend.setFaults(o.faults ?? null);
    let hasFailed = false;
    try {
      o.workload.run(this);
    } catch (error) {
      if (!(error instanceof StoreFailed || error instanceof WorkloadStopped)) throw error;
      hasFailed = error instanceof StoreFailed;
    }
    return {
      ...{ config: o.config, sizes: this.sizes, workload: o.workload.name, seed: o.seed },
      ...{ base: this.base, files: machine.disk.baseFiles, history: machine.disk.history! },
      ...{ model: this.model, hasFailed },
    };
  }

  /** A free page. Errors: the end of the workload when there is none to be had. */
  reserve(space = this.space): number {
    const page = this.machine.reserve(space);
    this.checkAlive();
    if (page === null) throw new WorkloadStopped();
    return page;
  }

  /** Length of the history. */
  get moment(): number {
    return this.machine.disk.history!.length;
  }

  /** Ends one of the operations in flight, drawn by the seed. */
  endOne(): void {
    const { running } = this.machine.backend;
    if (running.length > 0) this.machine.backend.endRunning(this.random.below(running.length));
  }

  /** One turn, and the promises that it settles. Returns how many requests were made. */
  turn(): number {
    const asked = this.machine.turn();
    this.settlePromises();
    this.checkAlive();
    return asked;
  }

  private settlePromises(): void {
    const { exports } = this.machine.engine;
    if (this.machine.state === STATE.failed || this.policy === 0) return;
    const lsn = this.policy === 1 ? exports.flushedToDiskLsn() : exports.writeLsn();
    this.model.acknowledge(lsn, this.moment);
  }

  private checkAlive(): void {
    if (this.machine.state === STATE.failed) throw new StoreFailed();
  }

  /** Turns, ending operations one by one, until `ready`. */
  until(ready: () => boolean): void {
    this.machine.settle(() => {
      this.settlePromises();
      return ready();
    });
    this.checkAlive();
  }

  /** Commits, and asks for what the promise needs. Returns false when the engine refused. */
  commit(change: Change): boolean {
    const { machine, model } = this;
    const status = machine.commit(change.bytes());
    this.checkAlive();
    if (status !== STATUS.ok) return false;
    const { exports } = machine.engine;
    const lsn = exports.commitLsn();
    model.took(change, lsn, this.moment);
    if (this.policy === 0) model.acknowledge(lsn, this.moment);
    else exports.logWrite(lsn, this.policy === 1 ? 1 : 0);
    return true;
  }

  /** Waits until the last commit has been acknowledged. */
  acknowledged(): void {
    const { model } = this;
    const isDone = (): boolean => (model.acknowledged.at(-1)?.commits ?? 0) >= model.commits;
    if (!isDone()) this.until(isDone);
  }

  /** Creates or drops a tablespace. Returns its space id, or null when the engine refused. */
  ddl(verb: "create" | "drop", name: string): number | null {
    const { machine, model } = this;
    const askedAt = this.moment;
    const before = model.spaces.find((each) => each.name === name)?.space ?? 0;
    const change = { name, space: before, exists: verb === "create", askedAt, doneAt: Infinity };
    model.spaces.push(change);
    const status = machine.ddl(verb, name);
    this.checkAlive();
    if (status !== STATUS.ok) {
      model.spaces.pop();
      return null;
    }
    change.space = machine.engine.exports.ddlSpaceId();
    change.doneAt = this.moment;
    return change.space;
  }
}

/** The store refuses to go on. */
class StoreFailed extends Error {}

/** The store goes on, and cannot give the workload what it needs. */
class WorkloadStopped extends Error {}

function must(fact: boolean, what: string): void {
  if (!fact) throw new MachineHang(`lab: expected that ${what}`);
}
