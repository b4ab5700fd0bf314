// Draws one choice at a crash point. The kinds of choices that find bugs fastest are drawn often: all
// lost, one lost, one kept (wrong order); one torn, coins for sectors (tearing).

import type { Random } from "../random.js";
import type { Choice, CrashPoint, Fate } from "./crash-point.js";
import type { Freedom } from "./fault-model.js";

type Draw = (point: CrashPoint, random: Random) => Fate[];

const WHOLE_DRAWS: readonly Draw[] = [
  (point) => same(point, "lost"),
  (point) => same(point, "kept"),
  (point, random) => except(point, "kept", one(point, random), "lost"),
  (point, random) => except(point, "lost", one(point, random), "kept"),
  (point, random) => point.uncertain.map(() => (random.below(2) === 0 ? "lost" : "kept")),
  (point, random) => prefix(point, random),
];

const TORN_DRAWS: readonly Draw[] = [
  (point, random) => tornAt(point, random, same(point, "kept")),
  (point, random) => tornAt(point, random, prefix(point, random)),
  (point, random) => point.uncertain.map((_, i) => coins(point.unitsOf(i), random)),
  (point, random) => point.uncertain.map((_, i) => clump(point.unitsOf(i), random)),
  (point, random) => {
    const fates = point.uncertain.map((): Fate => (random.below(2) === 0 ? "lost" : "kept"));
    return tornAt(point, random, fates);
  },
];

export function drawChoice(point: CrashPoint, freedom: Freedom, random: Random): Choice {
  const draws = freedom === "torn" ? [...WHOLE_DRAWS, ...TORN_DRAWS] : WHOLE_DRAWS;
  const fates =
    freedom === "prefix"
      ? prefix(point, random)
      : draws[random.below(draws.length)]!(point, random);
  return {
    fates,
    growths: point.growingFiles.map((file) => random.below(point.growthsOf(file) + 1)),
    entries: random.below(point.entriesCount + 1),
  };
}

/** A neighbor of a choice at the same point: one write has another fate. */
export function mutate(
  choice: Choice,
  point: CrashPoint,
  freedom: Freedom,
  random: Random,
): Choice {
  const i = one(point, random);
  if (freedom === "prefix" || i < 0) return drawChoice(point, freedom, random);
  const units = point.unitsOf(i);
  const options: Fate[] = ["lost", "kept"];
  if (freedom === "torn") options.push(clump(units, random), coins(units, random));
  const fate = options[random.below(options.length)]!;
  return { ...choice, fates: except(point, null, i, fate, choice.fates) };
}

function same(point: CrashPoint, fate: Fate): Fate[] {
  return point.uncertain.map(() => fate);
}

function one(point: CrashPoint, random: Random): number {
  return point.uncertain.length === 0 ? -1 : random.below(point.uncertain.length);
}

function except(
  point: CrashPoint,
  all: Fate | null,
  index: number,
  fate: Fate,
  given: readonly Fate[] = [],
): Fate[] {
  return point.uncertain.map((_, i) => (i === index ? fate : (all ?? given[i]!)));
}

function prefix(point: CrashPoint, random: Random): Fate[] {
  const kept = random.below(point.uncertain.length + 1);
  return point.uncertain.map((_, i) => (i < kept ? "kept" : "lost"));
}

function tornAt(point: CrashPoint, random: Random, fates: readonly Fate[]): Fate[] {
  const i = one(point, random);
  return i < 0 ? [...fates] : except(point, null, i, clump(point.unitsOf(i), random), fates);
}

function coins(units: number, random: Random): Fate {
  return Uint8Array.from({ length: units }, () => random.below(2));
}

/** One run of units: a front, a back, or a piece in the middle. */
function clump(units: number, random: Random): Fate {
  const mask = new Uint8Array(units);
  const from = random.below(3) === 0 ? random.below(units) : 0;
  mask.fill(1, from, from + 1 + random.below(units));
  return random.below(2) === 0 ? mask : mask.map((bit) => 1 - bit);
}
