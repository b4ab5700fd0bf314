// The crash states of host/sim against a second model of the same rules, on random histories.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Random } from "../../host/random.js";
import { CrashPoint, type Choice, type Fate } from "../../host/sim/crash-point.js";
import { CRASHES, DRIVE_CACHES, VOLATILE } from "../../host/sim/device.js";
import type { Crash, Device } from "../../host/sim/device.js";
import { drawChoice } from "../../host/sim/draw.js";
import type { SimFile, WriteRequest } from "../../host/sim/history.js";
import { Persistence } from "../../host/sim/persistence.js";
import { randomRun, type RandomRun, type Shape } from "./random-history.js";
import { bytesOf, SlowModel, type SlowChoice } from "./slow-model.js";

const RUNS = 50;
const SHORT_RUNS = 40;
/** Choices of one cut that are still enumerated. */
const CHOICES_MAX = 400;
const LONG: Shape = { events: 60, openWritesMax: 12, sectorsMax: 12, fileSectors: 24 };
const SHORT: Shape = { events: 14, openWritesMax: 3, sectorsMax: 2, fileSectors: 5 };
const FLAGS = [false, true];

/** Every combination of what a device can be. */
const DEVICES: readonly Device[] = DRIVE_CACHES.flatMap((cache) =>
  FLAGS.flatMap((barriers) =>
    FLAGS.flatMap((honest) =>
      FLAGS.flatMap((copyOnWrite) =>
        FLAGS.map((separateLog) => ({
          ...{ ...VOLATILE, cache, barriers, honest, copyOnWrite, separateLog },
        })),
      ),
    ),
  ),
);

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!;
}

function pointAt(run: RandomRun, cut: number, device: Device, crash: Crash): CrashPoint {
  const persistence = new Persistence(run.base, run.files, device);
  for (const event of run.history.slice(0, cut)) persistence.take(event);
  return new CrashPoint(persistence, crash, device);
}

/** The same choice in the words of the slow model. */
function translate(point: CrashPoint, choice: Choice): SlowChoice {
  return {
    fates: new Map(point.uncertain.map(({ number }, i) => [number, choice.fates[i]!])),
    growths: new Map(point.growingFiles.map((number, i) => [number, choice.growths[i]!])),
    entries: choice.entries,
  };
}

function digest(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha1");
  for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}:${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}

/** The first byte that differs, in words, or null. */
function difference(
  expected: ReadonlyMap<string, Uint8Array>,
  found: ReadonlyMap<string, Uint8Array>,
): string | null {
  const names = (map: ReadonlyMap<string, Uint8Array>): string =>
    [...map].map(([path, { length }]) => `${path} of ${length} bytes`).join(", ");
  if (names(expected) !== names(found)) return `${names(expected)} | found: ${names(found)}`;
  for (const [path, bytes] of expected) {
    const at = bytes.findIndex((byte, i) => byte !== found.get(path)![i]);
    if (at >= 0) return `${path}: byte ${at}`;
  }
  return null;
}

describe("crash states: the fast and the slow model", { timeout: 240_000 }, () => {
  test(`agree on ${RUNS} random histories, devices, crashes, cuts and choices`, () => {
    let compared = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = new Random(seed);
      const device = { ...pick(DEVICES, random), atomicUnit: pick([512, 1024, 4096], random) };
      const crash = pick(CRASHES, random);
      const run = randomRun(seed, LONG);
      for (let i = 0; i < 6; i++) {
        const cut = random.below(run.history.length + 1);
        const point = pointAt(run, cut, device, crash);
        const slow = new SlowModel(run, cut, device, crash);
        const choice = drawChoice(point, pick(["torn", "whole", "prefix"], random), random);
        const message = `seed ${seed}, cut ${cut}, ${crash}, ${JSON.stringify(device)}`;

        const expected = slow.image(translate(point, choice));
        expect(difference(expected, bytesOf(point.image(choice))), message).toBeNull();
        compared++;
      }
    }
    expect(compared).toBe(6 * RUNS);
  });

  test("reach the same disks, no more and no fewer, from every cut of short histories", () => {
    let disks = 0;
    for (let seed = 1; seed <= SHORT_RUNS; seed++) {
      const random = new Random(seed);
      const device = { ...pick(DEVICES, random), atomicUnit: pick([512, 1024], random) };
      const crash = pick(CRASHES, random);
      const run = randomRun(seed, SHORT);
      for (let cut = 0; cut <= run.history.length; cut += 1 + random.below(3)) {
        const model = new SlowModel(run, cut, device, crash);
        const choices = slowChoices(model, run);
        if (choices.length > CHOICES_MAX) continue;
        const slow = new Set(choices.map((choice) => digest(model.image(choice))));
        const fast = fastDisks(pointAt(run, cut, device, crash));
        const message = `seed ${seed}, cut ${cut}, ${crash}, ${JSON.stringify(device)}`;

        expect([...fast].sort(), message).toEqual([...slow].sort());
        disks += fast.size;
      }
    }
    expect(disks, "more than one disk for a cut").toBeGreaterThan(10 * SHORT_RUNS);
  });
});

/** Lost, kept, and every set of its units. */
function fatesOf(units: number): Fate[] {
  const masks = Array.from({ length: 2 ** units }, (_, bits) =>
    Uint8Array.from({ length: units }, (_each, i) => (bits >> i) & 1),
  );
  return ["lost", "kept", ...masks.slice(1, -1)];
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>(
    (all, list) => all.flatMap((head) => list.map((each) => [...head, each])),
    [[]],
  );
}

const upTo = (count: number): number[] => Array.from({ length: count + 1 }, (_, n) => n);

function fastDisks(point: CrashPoint): Set<string> {
  const disks = new Set<string>();
  const fates = product(point.uncertain.map((_, i) => fatesOf(point.unitsOf(i))));
  const growths = product(point.growingFiles.map((file) => upTo(point.growthsOf(file))));
  for (const entries of upTo(point.entriesCount)) {
    for (const each of growths) {
      for (const fate of fates) {
        disks.add(digest(bytesOf(point.image({ fates: fate, growths: each, entries }))));
      }
    }
  }
  return disks;
}

/** Every file of a run, created ones included. */
function filesOf({ files, history }: RandomRun): SimFile[] {
  const created = history.map(({ request }) => request.file).filter((file) => file !== null);
  return [...new Set([...files, ...created])];
}

function slowChoices(slow: SlowModel, run: RandomRun): SlowChoice[] {
  const writes: WriteRequest[] = slow.uncertainWrites();
  const files = filesOf(run);
  const fates = product(writes.map((each) => fatesOf(slow.unitsOf(each))));
  const growths = product(files.map((file) => upTo(slow.uncertainSizes(file).length)));
  return upTo(slow.uncertainEntries().length).flatMap((entries) =>
    growths.flatMap((each) =>
      fates.map((fate) => ({
        fates: new Map(writes.map(({ number }, i) => [number, fate[i]!])),
        growths: new Map(files.map(({ number }, i) => [number, each[i]!])),
        entries,
      })),
    ),
  );
}
