// Takes a file through the inspector, window by window, in the order the inspector asks for.
//
//   source ── 4 MiB ──▶ sandbox ──▶ events, and "next: offset" ──▶ source …
//
// While a window is looked at, the one that will most likely be asked for is already being read.

import { parseEvents, type InspectorEvent, type NextEvent } from "./protocol.js";
import { InspectorFailure, type RunOutcome, type Sandbox, type Session } from "./sandbox.js";
import { readWindow, type ByteSource } from "./source.js";

/** Bytes of a window; the inspector's WINDOW_MAX. */
export const WINDOW_BYTES = 4 * 2 ** 20;

export interface ScanOptions {
  /** A kind's number, or 0: the content decides. */
  readonly kind: number;
  /** Bytes, or 0: the content decides. */
  readonly pageSize: number;
  /** Stop when this many bytes were looked at. */
  readonly bytesMax?: number;
  /** Stop as soon as an event has this name. */
  readonly until?: string;
}

/**
 * Returns all events of the file, those named "next" left out.
 * Errors: InspectorFailure when the inspector traps, or asks for more than the file can need.
 */
export async function scanFile(
  sandbox: Sandbox,
  module: WebAssembly.Module,
  source: ByteSource,
  options: ScanOptions,
): Promise<InspectorEvent[]> {
  const session = sandbox.start(module);
  const events: InspectorEvent[] = [];
  const bytesMax = options.bytesMax ?? Number.POSITIVE_INFINITY;
  let next: NextEvent = { event: "next", done: false, offset: 0, wrap_to: 0 };
  let ahead: { offset: number; bytes: Promise<Uint8Array> } | null = null;
  let seen = 0;
  for (let turns = turnsMax(source.size); !next.done && seen < bytesMax; turns--) {
    if (turns === 0) throw new InspectorFailure(`${source.path}: the inspector does not finish`);
    const { offset } = next;
    // Awaited even when it is not wanted: its buffer must not be filled behind our back.
    const guessed: Uint8Array | undefined = await ahead?.bytes;
    const bytes: Uint8Array =
      guessed !== undefined && ahead?.offset === offset
        ? guessed
        : await readWindow(source, offset, WINDOW_BYTES, next.wrap_to);
    ahead = readAhead(source, offset + bytes.length, next.wrap_to);
    const found = runScan(session, source.size, offset, bytes, options);
    events.push(...found.filter(({ event }) => event !== "next"));
    next = found.find(({ event }) => event === "next") as unknown as NextEvent;
    seen += bytes.length;
    if (events.some(({ event }) => event === options.until)) break;
  }
  await ahead?.bytes;
  return events;
}

/** Nothing is read ahead where the log may turn around, or at the end. */
function readAhead(
  source: ByteSource,
  offset: number,
  wrapTo: number,
): { offset: number; bytes: Promise<Uint8Array> } | null {
  if (wrapTo !== 0 || offset >= source.size) return null;
  return { offset, bytes: source.read(offset, WINDOW_BYTES) };
}

/** A redo log is read twice at most; every turn but a few takes a whole window further. */
function turnsMax(size: number): number {
  return 8 + 4 * Math.ceil(size / WINDOW_BYTES);
}

function runScan(
  session: Session,
  size: number,
  offset: number,
  bytes: Uint8Array,
  options: ScanOptions,
): InspectorEvent[] {
  const numbers = [size, offset, bytes.length, options.kind, options.pageSize];
  return eventsOf(session.run(["inspector", "scan", ...numbers.map(String)], bytes));
}

/** Returns what a run said. Errors: InspectorFailure when it did not end well. */
export function eventsOf(outcome: RunOutcome): InspectorEvent[] {
  if (outcome.exitCode === 0) return parseEvents(outcome.stdout);
  const words = outcome.stderr.trim();
  throw new InspectorFailure(
    `the inspector ended with code ${outcome.exitCode}${words === "" ? "" : `: ${words}`}`,
  );
}
