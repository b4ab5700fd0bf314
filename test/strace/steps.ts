// System calls and trace events in one shape, so that the two witnesses can be compared.

import { basename, dirname } from "node:path";
import type { FileKind } from "../../host/abi.js";
import { identify, isHousekeeping } from "../../host/layout.js";
import type { TraceEvent } from "../../host/trace.js";
import type { SystemCall } from "./strace.js";

export interface FileStep {
  /** pwrite, fsync, fdatasync, create, unlink, fsync-dir. */
  readonly call: string;
  readonly kind: FileKind;
  readonly id: number;
  readonly offset: number;
  readonly length: number;
}

/** Pages of a batch, and the syncs after them, are in flight together: their order is free. */
export function inFreeOrder(steps: readonly FileStep[]): FileStep[] {
  const ordered: FileStep[] = [];
  let run: FileStep[] = [];
  for (const step of steps) {
    const last = run.at(-1);
    if (last !== undefined && !isConcurrent(last, step)) {
      ordered.push(...run.sort(byPlace));
      run = [];
    }
    run.push(step);
  }
  return [...ordered, ...run.sort(byPlace)];
}

function isConcurrent(a: FileStep, b: FileStep): boolean {
  return a.kind === "data" && b.kind === "data" && a.call === b.call;
}

function byPlace(a: FileStep, b: FileStep): number {
  return a.id - b.id || a.offset - b.offset;
}

/** What the driver says it did; reads are left out. */
export function fromTrace(events: readonly TraceEvent[]): FileStep[] {
  return events
    .filter((event) => event.call !== "pread")
    .map(({ call, kind, id, offset, length }) => {
      // Zeros are written like anything else; these files are smaller than one piece of zeros.
      if (call === "zero-fill") return { call: "pwrite", kind, id, offset, length };
      if (call !== "fsync-dir") return { call, kind, id, offset, length };
      return directorySync();
    });
}

/** A folder holds files of every kind, and the kernel sees the folder only. */
function directorySync(): FileStep {
  return { call: "fsync-dir", kind: "data", id: 0, offset: 0, length: 0 };
}

const CREATES = ["O_CREAT", "O_EXCL"];

/** What strace saw in the store's directory; the lock and the probes' files are left out. */
export function fromSystemCalls(calls: readonly SystemCall[], dir: string): FileStep[] {
  const steps: FileStep[] = [];
  for (const call of calls) {
    if (call.name === "fsync" && call.path === dir) steps.push(directorySync());
    const file = fileIn(dir, call.path);
    if (file === null || isForLock(call)) continue;
    const { offset, length } = call;
    if (call.name === "pwrite64") steps.push({ call: "pwrite", ...file, offset, length });
    else if (call.name !== "openat") steps.push({ call: call.name, ...file, offset, length });
    else if (CREATES.every((flag) => call.flags.includes(flag))) {
      steps.push({ call: "create", ...file, offset, length });
    }
  }
  return steps;
}

/** The kernel's lock needs an open of its own, through which no byte goes. */
export function isForLock(call: SystemCall): boolean {
  return call.name === "fcntl" || (call.name === "openat" && call.flags.includes("O_NONBLOCK"));
}

/** What a path is to a store, or null. */
export function fileIn(dir: string, path: string): { kind: FileKind; id: number } | null {
  if (dirname(path) !== dir || isHousekeeping(basename(path))) return null;
  const found = identify(basename(path));
  if (found === null) throw new Error(`an unknown file in the store's directory: ${path}`);
  return { kind: found.kind, id: found.id };
}
