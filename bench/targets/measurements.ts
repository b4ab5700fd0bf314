// What the targets run measures: every measurement is one child process and returns one number.
// The store runs as an application would run it; the peer is bench/peer/raw.c.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../host.js";
import type { ChildAnswer, ChildRequest } from "./child-protocol.js";

const run = promisify(execFile);
const MIB = 2 ** 20;
/** Page writes in flight, for the store and for the peer. */
export const QUEUE_DEPTH = 16;
const SLOW_SYNC_US = 1000;

export interface MeasureContext {
  /** An empty folder that is removed afterwards. */
  readonly folder: string;
  readonly seconds: number;
  readonly seed: number;
}

export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly what: string;
  readonly measure: (context: MeasureContext) => Promise<number>;
}

const BASE: Omit<ChildRequest, "folder" | "seconds" | "seed"> = {
  kind: "turn",
  workload: "redo-append",
  concurrency: 1,
  isSyncApi: false,
  changeSize: 400,
  workingSetPages: 64,
  bufferPoolMib: 32,
  options: {
    backend: "native",
    innodb_flush_method: "fdatasync",
    innodb_doublewrite: "ON",
    innodb_flush_log_at_trx_commit: 1,
    innodb_buffer_pool_size: 32 * MIB,
    innodb_redo_log_capacity: 64 * MIB,
    innodb_log_buffer_size: 16 * MIB,
  },
};

/** Data files bypass the page cache; the pool decides how much is written. */
function pageOptions(doublewrite: string, poolMib: number): ChildRequest["options"] {
  return {
    ...BASE.options,
    innodb_flush_method: "O_DIRECT",
    innodb_doublewrite: doublewrite,
    innodb_buffer_pool_size: poolMib * MIB,
    queueDepth: QUEUE_DEPTH,
  };
}

function commits(name: string, what: string, change: Partial<ChildRequest>, isSlow = false) {
  return {
    name,
    unit: "commits/s",
    what,
    measure: async (context: MeasureContext): Promise<number> =>
      (await child({ ...BASE, ...change }, context, isSlow)).operationsPerSecond,
  };
}

function peer(name: string, unit: string, what: string, args: readonly string[], isSlow = false) {
  const key = unit === "commits/s" ? "operations_per_second" : "bytes_per_second";
  const scale = unit === "commits/s" ? 1 : MIB;
  return {
    name,
    unit,
    what,
    measure: async (context: MeasureContext): Promise<number> =>
      ((await raw(args, context, isSlow))[key] ?? NaN) / scale,
  };
}

function pages(name: string, what: string, change: Partial<ChildRequest>, by: "busy" | "wall") {
  return {
    name,
    unit: "MiB/s",
    what,
    measure: async (context: MeasureContext): Promise<number> => {
      const answer = await child({ ...BASE, ...change }, context);
      const seconds = by === "busy" ? answer.dataBusySeconds : answer.seconds;
      return answer.dataBytes / seconds / MIB;
    },
  };
}

function hits(name: string, what: string, kind: "hit" | "read"): Measurement {
  return {
    name,
    unit: "ns",
    what,
    measure: async (context) => {
      const request = { ...BASE, kind, workingSetPages: 1024 };
      return (await child(request, context)).nanosecondsPerRead ?? NaN;
    },
  };
}

const ASYNC_64 = { concurrency: 64 };
const UPDATE = { workload: "page-update", concurrency: 64, changeSize: 128, workingSetPages: 4096 };
const CHECKPOINT = { workload: "checkpoint", changeSize: 128, workingSetPages: 4096 };

function updates(doublewrite: string): Partial<ChildRequest> {
  return { ...UPDATE, bufferPoolMib: 16, options: pageOptions(doublewrite, 16) };
}

function checkpoints(doublewrite: string): Partial<ChildRequest> {
  return { ...CHECKPOINT, bufferPoolMib: 64, options: pageOptions(doublewrite, 64) };
}

const PAGE_PEER = ["page", "--depth", String(QUEUE_DEPTH)];

export const MEASUREMENTS: readonly Measurement[] = [
  peer("raw-commit", "commits/s", "C: pwrite of 512 bytes and fdatasync, alone", ["commit"]),
  commits("sync-1", "transactionSync, one committer", { isSyncApi: true }),
  commits("async-1", "transaction, one committer", {}),
  commits("async-64", "transaction, 64 committers", ASYNC_64),
  peer("raw-commit-slow", "commits/s", "the same C loop, every sync 1 ms slower", ["commit"], true),
  commits("sync-1-slow", "transactionSync, slow sync", { isSyncApi: true }, true),
  commits("async-1-slow", "transaction, one committer, slow sync", {}, true),
  commits("async-64-slow", "transaction, 64 committers, slow sync", ASYNC_64, true),
  peer("raw-page-uring", "MiB/s", `C: random 16 KiB, io_uring, depth ${QUEUE_DEPTH}`, [
    ...PAGE_PEER,
    "--engine",
    "uring",
  ]),
  peer("raw-page-threads", "MiB/s", `C: random 16 KiB, ${QUEUE_DEPTH} threads`, [
    ...PAGE_PEER,
    "--engine",
    "threads",
  ]),
  pages(
    "page-update-off",
    "page-update, OFF, while a page write is in flight",
    updates("OFF"),
    "busy",
  ),
  pages(
    "page-update-on",
    "page-update, ON, while a page write is in flight",
    updates("ON"),
    "busy",
  ),
  pages("checkpoint-off", "checkpoint, OFF, wall clock", checkpoints("OFF"), "wall"),
  pages("checkpoint-on", "checkpoint, ON, wall clock", checkpoints("ON"), "wall"),
  {
    name: "bytes-per-page-on",
    unit: "× page",
    what: "bytes to data and doublewrite files per page, ON",
    measure: async (context) => {
      const { dataBytes, dblwrBytes } = await child({ ...BASE, ...checkpoints("ON") }, context);
      return (dataBytes + dblwrBytes) / dataBytes;
    },
  },
  hits("hit-ns", "fix and unfix of a page in the pool, with the call", "hit"),
  hits("read-ns", "readSync of 8 bytes from a page in the pool", "read"),
  {
    name: "memory",
    unit: "MiB",
    what: "most memory beyond a pool of 64 MiB, page-update",
    measure: async (context) => {
      const poolMib = 64;
      const options = pageOptions("ON", poolMib);
      const request = {
        ...BASE,
        ...UPDATE,
        workingSetPages: 8192,
        bufferPoolMib: poolMib,
        options,
      };
      return (await child(request, context)).residentMib - poolMib;
    },
  },
];

async function child(
  request: Omit<ChildRequest, "folder" | "seconds" | "seed">,
  { folder, seconds, seed }: MeasureContext,
  isSlow = false,
): Promise<ChildAnswer> {
  const script = join(packageRoot(), "build", "js", "bench", "targets", "child.js");
  const argument = JSON.stringify({ ...request, folder, seconds, seed });
  const { stdout } = await run(process.execPath, [script, argument], { env: environment(isSlow) });
  return JSON.parse(stdout) as ChildAnswer;
}

async function raw(
  args: readonly string[],
  { folder, seconds, seed }: MeasureContext,
  isSlow: boolean,
): Promise<Record<string, number>> {
  const program = join(packageRoot(), "build", "raw");
  const all = [...args, "--file", join(folder, "raw"), "--seconds", String(seconds)];
  const { stdout } = await run(program, [...all, "--seed", String(seed)], {
    env: environment(isSlow),
  });
  return JSON.parse(stdout) as Record<string, number>;
}

/** The shim slows the two sync calls of whoever loads it. */
function environment(isSlow: boolean): NodeJS.ProcessEnv {
  if (!isSlow) return process.env;
  const shim = join(packageRoot(), "build", "slow-sync.so");
  return { ...process.env, LD_PRELOAD: shim, SLOW_SYNC_US: String(SLOW_SYNC_US) };
}
