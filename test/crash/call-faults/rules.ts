// What may follow from one fault. Each function says what is wrong with a run, or null.

import type { SystemCall } from "../../strace/strace.js";
import type { Faulted } from "./explorer.js";
import type { Phase } from "./scenario.js";
import { isInjected } from "./tracer.js";

const SYNCS = ["fsync", "fdatasync"];
/** Of one tablespace: two batches and an extension. */
const SYNCS_IN_FLIGHT = 3;
/** Tablespace ids of the templates are 1 to 3; the phase that creates one gets the next. */
const NEW_FILE = "space-4.ibd";
const GROWING_FILE = "space-1.ibd";
const PAGE_SIZE = 4096;

/** A call that failed with `code`. */
export function objectionToFailure(
  phase: Phase,
  { injection, run }: Faulted,
  code: string,
): string | null {
  const { outcome } = run;
  if (outcome === null) return "the process was killed";
  const { error, after } = outcome;
  const file = injection.path.slice(run.dir.length + 1);
  const goesOn = mayGoOn(phase, file, run.calls);
  if (error !== null && !isClear(outcome.error!, injection.path, code, goesOn)) {
    return `expected an error with ${code} and ${injection.path}, found ${error.message}`;
  }
  if (phase === "recover") return objectionToOpen(outcome, injection.call, file);
  if (phase === "close") return error !== null && after === "closed" ? null : "no error of close";
  if (goesOn) return objectionToRefusal(outcome, run.calls, injection.call);
  if (after !== "poisoned") return `the failure was not kept: ${after}`;
  // One that failed in the background is met by what comes after the phase.
  const again = error === null ? null : retried(file, run.calls);
  return again ?? acknowledged(file, run.calls);
}

/** A call that was interrupted, or moved nothing, and can be made again: nobody notices. */
export function objectionToInterruption(
  phase: Phase,
  { run }: Pick<Faulted, "run">,
): string | null {
  const { outcome } = run;
  if (outcome === null) return "the process was killed";
  const { error, after, close } = outcome;
  const expected = phase === "close" ? "closed" : "usable";
  if (error === null && close === null && after === expected) return null;
  return `${error?.message ?? "no error"}, then ${after}, close: ${close?.message ?? "well"}`;
}

/** Reads, and files that are new or only to grow: an outcome, and the store goes on. */
function mayGoOn(phase: Phase, file: string, calls: readonly SystemCall[]): boolean {
  const failed = calls.find(isInjected)!;
  if (failed.name === "pread64") return true;
  if (phase === "create") return file === NEW_FILE || file === "";
  const isZeroFill = failed.name === "pwrite64" && failed.length > PAGE_SIZE;
  return phase === "extend" && file === GROWING_FILE && isZeroFill;
}

function isClear(
  error: { name: string; code: string; message: string },
  path: string,
  code: string,
  goesOn: boolean,
): boolean {
  // A file that was to be created is named, where the sync of its folder is what failed.
  if (code === "ENOSPC" && goesOn && error.code === "NO_SPACE") return error.message.includes(code);
  return error.name === "IoError" && error.code === code && error.message.includes(path);
}

function objectionToOpen(outcome: Outcome, call: string, file: string): string | null {
  if (outcome.after === "never open" && outcome.error !== null) return null;
  // Sweeping the locks of dead processes may fail; what stays is swept another time.
  const isSweep = call === "openat" && file === "" && outcome.error === null;
  return isSweep && outcome.after === "usable" ? null : `the store opened: ${outcome.after}`;
}

type Outcome = NonNullable<Faulted["run"]["outcome"]>;

/** N counts for each thread, so that the calls after the phase may have been failed once more. */
function objectionToRefusal(
  { error, after }: Outcome,
  calls: readonly SystemCall[],
  call: string,
): string | null {
  // A read that nobody waits for any more is made again when somebody does.
  if (error === null && call !== "pread64") return "the caller was not told";
  if (after === "usable" || calls.filter(isInjected).length > 1) return null;
  return `the store does not go on: ${after}`;
}

/**
 * Linux reports a failed write-back once and drops the pages: a second sync would be a lie. Batches
 * sync a tablespace side by side, so what was under way there may still end after a failure.
 */
function retried(file: string, calls: readonly SystemCall[]): string | null {
  const first = calls.findIndex(isInjected);
  if (!SYNCS.includes(calls[first]!.name)) return null;
  const again = calls.slice(first + 1).filter((one) => SYNCS.includes(one.name));
  if (file.endsWith(".ibd") && again.length < SYNCS_IN_FLIGHT) return null;
  return again.length === 0 ? null : `synced again: ${again.map((one) => one.text).join("; ")}`;
}

/**
 * After redo could not be written or synced, nothing is promised any more. What an earlier sync has
 * made durable may still be said: the process learns of it when its event loop comes round.
 */
function acknowledged(file: string, calls: readonly SystemCall[]): string | null {
  if (file !== "ib_logfile0") return null;
  const first = calls.findIndex(isInjected);
  for (const { text } of calls.slice(first)) {
    const change = /^write\(.*"ack ([^"\\]*)/.exec(text)?.[1];
    if (change === undefined || isCovered(change, calls.slice(0, first), calls[first]!.path))
      continue;
    return `acknowledged after the failure: ${text}`;
  }
  return null;
}

/**
 * Redo was written after the change was asked for, and synced after that, both well. The log has
 * one operation under way at a time, so this write holds the change, unless it was handed over
 * before the change was asked for and began after it: such a write would excuse too much.
 */
function isCovered(change: string, before: readonly SystemCall[], log: string): boolean {
  const asked = before.findIndex(({ text }) => text.includes(`"try ${change}`));
  if (asked < 0) return false;
  const onLog = before.slice(asked).filter(({ path, result }) => path === log && result >= 0);
  const written = onLog.findIndex(({ name }) => name === "pwrite64");
  return written >= 0 && onLog.slice(written).some(({ name }) => SYNCS.includes(name));
}
