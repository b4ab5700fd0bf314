// A torn page with two copies: a stale one earlier in the doublewrite file, and the one written
// just before the page. MySQL restores the first that is valid, in file order; recovery here
// restores the newest. The stale copy is put there by hand, over a copy that nobody needs.
//
// Source: InnoDB's recovery reads every copy in file order and replaces a corrupt page by the first
// that passes its checksum, whatever its LSN.

import { describe, expect, test } from "vitest";
import { installedEngine } from "../../../host/installed-engine.js";
import { Random } from "../../../host/random.js";
import { CrashPoint } from "../../../host/sim/crash-point.js";
import { drawChoice } from "../../../host/sim/draw.js";
import { judgeState, walk } from "../../../host/sim/explorer.js";
import { deviceFor } from "../../../host/sim/fault-model.js";
import type { Image } from "../../../host/sim/image.js";
import { expectationAt, Judge, type Expectation } from "../../../host/sim/judge.js";
import { modelOf, recordingOf } from "../../sim/lab.js";

const PAGE = 4096;
const TIMEOUT_MS = 200_000;
const CASES_WANTED = 12;
const RESTORED = 3;

interface Slot {
  readonly path: string;
  readonly index: number;
  readonly bytes: Uint8Array;
}

interface Wounded {
  readonly image: Image;
  readonly expected: Expectation;
  /** The only torn page: where it stands, and its whole copy. */
  readonly path: string;
  readonly page: number;
  readonly copy: Slot;
  readonly slots: readonly Slot[];
}

const recording = recordingOf({}, "wrap", 3);
const judge = new Judge(installedEngine(), recording.config, recording.sizes);

/** Copies in file order. */
function slotsOf(image: Image): Slot[] {
  const paths = [...image.files.keys()].filter((path) => path.endsWith(".dblwr")).sort();
  return paths.flatMap((path) =>
    Array.from({ length: image.files.get(path)!.size / PAGE }, (_, index) => ({
      ...{ path, index, bytes: pageOf(image, path, index) },
    })),
  );
}

function pageOf(image: Image, path: string, page: number): Uint8Array {
  const bytes = new Uint8Array(PAGE);
  image.files.get(path)!.read(page * PAGE, bytes);
  return bytes;
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer).getUint32(at);
}

/** InnoDB's header: page number at 4, LSN at 16, space id at 34; low half of the LSN at the end. */
function isTorn(bytes: Uint8Array): boolean {
  return u32(bytes, 20) !== u32(bytes, PAGE - 4);
}

function woundedOf(image: Image, expected: Expectation): Wounded | null {
  const slots = slotsOf(image);
  const torn = slots.filter(({ bytes }) => u32(bytes, 34) > 0 && isTorn(inPlace(image, bytes)));
  const [copy] = torn;
  if (copy === undefined || torn.length > 1 || isTorn(copy.bytes)) return null;
  const path = spacePath(copy.bytes);
  return { image, expected, path, page: u32(copy.bytes, 4), copy, slots };
}

function spacePath(bytes: Uint8Array): string {
  return `/store/space-${u32(bytes, 34)}.ibd`;
}

function inPlace(image: Image, copy: Uint8Array): Uint8Array {
  const file = image.files.get(spacePath(copy));
  const page = u32(copy, 4);
  if (file === undefined || file.size < (page + 1) * PAGE) return new Uint8Array(PAGE);
  return pageOf(image, spacePath(copy), page);
}

/** Crash states in which recovery restores exactly one page. */
function someWounded(): Wounded[] {
  const model = modelOf("torn");
  const device = deviceFor(model);
  const random = new Random(4);
  const found: Wounded[] = [];
  for (let pass = 0; pass < 8 && found.length < CASES_WANTED; pass++) {
    walk({ recording, device }, (cut, persistence) => {
      const point = new CrashPoint(persistence, model.crash, device);
      const choice = drawChoice(point, "torn", random);
      const expected = expectationAt(recording.model, cut);
      const { outcome } = judgeState(judge, recording, point, choice, expected);
      if (outcome !== "ok" || judge.recovered[RESTORED] !== 1) return true;
      const wounded = woundedOf(point.image(choice), expected);
      if (wounded !== null && earlier(wounded) !== undefined) found.push(wounded);
      return found.length < CASES_WANTED;
    });
  }
  return found;
}

/** A slot in front of the good copy. */
function earlier({ slots, copy }: Wounded): Slot | undefined {
  const [first] = slots;
  return first === copy ? undefined : first;
}

/** The same disk with a stale copy in front of the good one. */
function withStaleCopy(wounded: Wounded): Image {
  const { image, path, page } = wounded;
  const { path: target, index } = earlier(wounded)!;
  const stale = pageOf(recording.base, path, page);
  const copy = image.fork();
  copy.files.get(target)!.write(index * PAGE, stale, 0, PAGE);
  return copy;
}

/** What MySQL makes of it before it applies redo: the first copy in file order, in place. */
function restoredByFileOrder(image: Image, { path, page, copy }: Wounded): Image {
  const restored = image.fork();
  const first = slotsOf(image).find(
    ({ bytes }) => u32(bytes, 34) === u32(copy.bytes, 34) && u32(bytes, 4) === page,
  )!;
  restored.files.get(path)!.write(page * PAGE, first.bytes, 0, PAGE);
  return restored;
}

describe("truth: a stale copy in front of a good one", { timeout: TIMEOUT_MS }, () => {
  const cases = someWounded();

  test("the newest copy is restored → nothing lost", () => {
    expect(cases.length).toBe(CASES_WANTED);
    for (const wounded of cases) {
      const verdict = judge.judge(withStaleCopy(wounded), recording.model, wounded.expected);

      expect(verdict).toMatchObject({ outcome: "ok", why: "" });
      expect(judge.recovered[RESTORED]).toBe(1);
    }
  });

  test("the first copy in file order instead → a committed update is silently reverted", () => {
    const outcomes = cases.map((wounded) => {
      const image = restoredByFileOrder(withStaleCopy(wounded), wounded);
      return judge.judge(image, recording.model, wounded.expected).outcome;
    });

    expect(outcomes).toContain("silent");
  });
});
