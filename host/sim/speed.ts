// How fast a configuration commits on a disk of stated characteristics: the production engine and
// driver on the clock of a drive model (latency.ts). What the processor costs is left out, so the
// figure is the disk's limit, not a promise; two methods on the same drive compare.
//
//   committers in a closed loop: commit ▸ wait for the promise ▸ commit …
//   the page cleaner works as the redo fills: the rate is taken after the first checkpoint passed

import { commitPolicy } from "../flush/index.js";
import { Random } from "../random.js";
import { WS_ALLOCATE, WS_WRITE, WriteSet } from "../write-set.js";
import { Image } from "./image.js";
import { labOptions, type LabConfig, type LabSizes } from "./lab-config.js";
import type { DriveModel } from "./latency.js";
import { SimMachine, STATE, STATUS } from "./machine.js";

export interface SpeedOptions {
  readonly module: WebAssembly.Module;
  readonly config: LabConfig;
  readonly drive: DriveModel;
  readonly concurrency: number;
  readonly seed: number;
  readonly separateLog?: boolean;
}

export interface Speed {
  /** Commits per second of simulated time. */
  readonly commitsPerSecond: number;
  /** Microseconds from a commit to its promise. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** Bytes that calls moved to the disk for each commit. */
  readonly bytesPerCommit: number;
  readonly syncsPerCommit: number;
}

/** Pages that commits write to; the pool holds all of them. */
const PAGES = 160;
const CHANGE_BYTES = 100;
const WARM_UP = 2000;
const MEASURED = 4000;

const SIZES: LabSizes = {
  framesCount: 256,
  redoCapacity: 262144,
  logBufferSize: 131072,
  trxBytesMax: 32768,
  doublewritePages: 16,
  doublewriteFiles: 2,
  batchesCount: 4,
  lruScanDepth: 32,
  storeUuid: 0x7e57,
  logTimeoutMs: 1000,
};

/** Errors: MachineHang, EnginePanic: bugs. */
export function modelSpeed(options: SpeedOptions): Speed {
  return new SpeedRun(options).run();
}

interface Committer {
  /** End of its commit in redo; Infinity while the engine has not taken it. */
  lsn: number;
  since: number;
}

class SpeedRun {
  private readonly machine: SimMachine;
  private readonly random: Random;
  private readonly policy: 0 | 1 | 2;
  private readonly pages: number[] = [];
  private space = 0;
  private readonly latencies: number[] = [];

  constructor(private readonly o: SpeedOptions) {
    const { module, config, drive, separateLog } = o;
    this.random = new Random(o.seed);
    this.policy = commitPolicy(config.method, config.trxCommit);
    this.machine = new SimMachine({
      ...{ module, method: config.method, pageSize: config.pageSize },
      options: labOptions(config, SIZES),
      backend: { schedule: "held", drive, separateLog: separateLog ?? false },
    });
    this.machine.onHeld = () => this.endNext();
  }

  private endNext(): void {
    const { machine } = this;
    machine.backend.endNext();
    machine.now = 1 + machine.backend.now / 1000;
  }

  run(): Speed {
    this.setUp();
    const { machine, o } = this;
    const idle: Committer[] = Array.from({ length: o.concurrency }, () => ({ lsn: 0, since: 0 }));
    const waiting: Committer[] = [];
    let done = this.commits(idle, waiting, WARM_UP);
    const { recorder } = machine.driver;
    recorder.reset();
    this.latencies.length = 0;
    const from = machine.backend.now;
    done = this.commits(idle, waiting, MEASURED);
    const seconds = (machine.backend.now - from) / 1e6;
    return this.result(done, seconds);
  }

  private setUp(): void {
    const { machine, pages } = this;
    const { exports } = machine.engine;
    if (machine.start(machine.boot(new Image())) !== STATE.running)
      throw new Error("sim: no store");
    machine.ddl("create", "t");
    this.space = exports.ddlSpaceId();
    while (pages.length < PAGES) {
      const set = new WriteSet();
      for (let i = 0; i < 16; i++) {
        const page = machine.reserve(this.space)!;
        pages.push(page);
        set.append(WS_ALLOCATE, this.space, page, 0, null);
      }
      machine.commit(bytesOf(set));
    }
    machine.checkpoint();
  }

  /** Commits until `count` promises have been kept. */
  private commits(idle: Committer[], waiting: Committer[], count: number): number {
    const { machine } = this;
    let done = 0;
    while (done < count) {
      while (idle.length > 0 && this.begin(idle.at(-1)!)) waiting.push(idle.pop()!);
      const asked = machine.turn();
      const kept = this.settle(waiting, idle);
      done += kept;
      if (kept > 0 || asked > 0) continue;
      if (machine.backend.running.length > 0) this.endNext();
      else machine.now += 1;
    }
    return done;
  }

  /** False when the engine wants the commit to wait: the log is full. */
  private begin(committer: Committer): boolean {
    const { machine, random, pages } = this;
    const { exports, bytes } = machine.engine;
    const set = new WriteSet();
    const page = pages[random.below(pages.length)]!;
    const payload = new Uint8Array(CHANGE_BYTES).fill(random.below(256));
    const room = this.o.config.pageSize - 46 - CHANGE_BYTES;
    set.append(WS_WRITE, this.space, page, random.below(room), payload);
    bytes.set(bytesOf(set), exports.exchangeAddress());
    if (machine.guard(() => exports.trxCommit(set.length, 1)) !== STATUS.ok) return false;
    committer.lsn = exports.commitLsn();
    committer.since = machine.backend.now;
    if (this.policy !== 0) exports.logWrite(committer.lsn, this.policy === 1 ? 1 : 0);
    return true;
  }

  private settle(waiting: Committer[], idle: Committer[]): number {
    const { exports } = this.machine.engine;
    const limits = [Infinity, exports.flushedToDiskLsn(), exports.writeLsn()] as const;
    const limit = limits[this.policy];
    let kept = 0;
    for (let i = waiting.length - 1; i >= 0; i--) {
      if (waiting[i]!.lsn > limit) continue;
      const [committer] = waiting.splice(i, 1);
      this.latencies.push(this.machine.backend.now - committer!.since);
      idle.push(committer!);
      kept++;
    }
    return kept;
  }

  private result(commits: number, seconds: number): Speed {
    const { io } = this.machine.driver.recorder;
    const sorted = Float64Array.from(this.latencies).sort();
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    let written = 0;
    let syncs = 0;
    for (const each of Object.values(io)) {
      written += each.writtenBytes;
      syncs += each.syncs;
    }
    return {
      commitsPerSecond: seconds > 0 ? commits / seconds : Infinity,
      ...{ p50Us: at(0.5), p99Us: at(0.99) },
      ...{ bytesPerCommit: written / commits, syncsPerCommit: syncs / commits },
    };
  }
}

function bytesOf(set: WriteSet): Uint8Array {
  const bytes = new Uint8Array(set.length);
  set.copyTo(bytes, 0);
  return bytes;
}
