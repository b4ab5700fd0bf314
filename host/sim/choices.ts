// Every choice at a crash point, within a stated bound.
//
//   subsets   of the 8 youngest uncertain writes, each lost or kept; older ones all lost, all kept
//   tears     of each kept one in turn: torn at every unit, from the front and from the back
//   metadata  every number of growths and of directory entries
//
// Under the freedom "prefix" writes survive in the order in which they ended; "whole" has no tears.

import type { Choice, CrashPoint, Fate } from "./crash-point.js";
import type { Freedom } from "./fault-model.js";

/** Uncertain writes of which every subset is tried. */
export const WINDOW = 8;

/** Calls `visit` for every choice; stops when it returns false. */
export function everyChoice(
  point: CrashPoint,
  freedom: Freedom,
  visit: (choice: Choice) => boolean,
): boolean {
  for (const metadata of everyMetadata(point)) {
    for (const fates of everyFates(point, freedom)) {
      if (!visit({ ...metadata, fates })) return false;
    }
  }
  return true;
}

function* everyFates(point: CrashPoint, freedom: Freedom): Generator<Fate[]> {
  if (freedom === "prefix") {
    yield* prefixes(point);
    return;
  }
  const count = point.uncertain.length;
  const old = Math.max(0, count - WINDOW);
  const window = count - old;
  for (const oldFate of old > 0 ? (["lost", "kept"] as const) : (["lost"] as const)) {
    for (let subset = 0; subset < 2 ** window; subset++) {
      const fates: Fate[] = point.uncertain.map((_, i) =>
        i < old ? oldFate : (subset & (1 << (i - old))) !== 0 ? "kept" : "lost",
      );
      yield fates;
      if (freedom === "torn") yield* tears(point, fates, old);
    }
  }
}

/** The first n writes survive, in the order in which they started. */
function* prefixes(point: CrashPoint): Generator<Fate[]> {
  for (let kept = 0; kept <= point.uncertain.length; kept++) {
    yield point.uncertain.map((_, i) => (i < kept ? "kept" : "lost"));
  }
}

/** One of the kept writes is torn. */
function* tears(point: CrashPoint, fates: readonly Fate[], from: number): Generator<Fate[]> {
  for (let i = from; i < fates.length; i++) {
    if (fates[i] !== "kept") continue;
    const units = point.unitsOf(i);
    for (let cut = 1; cut < units; cut++) {
      for (const isFront of [true, false]) {
        const mask = new Uint8Array(units);
        mask.fill(1, isFront ? 0 : cut, isFront ? cut : units);
        yield fates.map((fate, j) => (j === i ? mask : fate));
      }
    }
  }
}

function* everyMetadata(point: CrashPoint): Generator<Omit<Choice, "fates">> {
  for (let entries = 0; entries <= point.entriesCount; entries++) {
    for (const growths of everyGrowths(point, 0)) yield { entries, growths };
  }
}

function* everyGrowths(point: CrashPoint, from: number): Generator<number[]> {
  const file = point.growingFiles[from];
  if (file === undefined) {
    yield [];
    return;
  }
  for (let kept = 0; kept <= point.growthsOf(file); kept++) {
    for (const rest of everyGrowths(point, from + 1)) yield [kept, ...rest];
  }
}
