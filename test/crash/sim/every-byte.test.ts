// Every byte of every file of a small store is inverted, one at a time. What may happen:
//
//   detected   the store refuses to open, or refuses to serve a page
//   repaired   a doublewrite copy replaces the page
//   dead       the store recovers to exactly the same state, works, recovers again, and the byte
//              lies where nothing is ever read from: in a region that has a name
//
// What may not: a page served that differs, or a store that forgets a promise.
// TORNPROOF_LAB=full inverts every single bit as well.

import { describe, expect, test } from "vitest";
import { installedEngine } from "../../../host/installed-engine.js";
import { CrashPoint } from "../../../host/sim/crash-point.js";
import { drawChoice } from "../../../host/sim/draw.js";
import { judgeState, walk } from "../../../host/sim/explorer.js";
import { deviceFor } from "../../../host/sim/fault-model.js";
import type { Image } from "../../../host/sim/image.js";
import { expectationAt, Judge } from "../../../host/sim/judge.js";
import type { Expectation, Verdict } from "../../../host/sim/judge.js";
import { STATUS } from "../../../host/sim/machine.js";
import type { Recording } from "../../../host/sim/recording.js";
import { Random } from "../../../host/random.js";
import { IS_FULL, modelOf, recordingOf } from "../../sim/lab.js";
import { regionOf, type Subject } from "./regions.js";

const TIMEOUT_MS = IS_FULL ? 7_200_000 : 900_000;
const PAGE = 4096;
const BITS = IS_FULL ? [0xff, 1, 2, 4, 8, 16, 32, 64, 128] : [0xff];

/** One store at rest: its files, and what it holds when nothing is wrong with them. */
interface Patient extends Subject {
  readonly recording: Recording;
  readonly expected: Expectation;
  readonly judge: Judge;
  readonly commits: number;
  readonly restored: number;
  /** Of every page of every tablespace: its body as served, or the status of a refusal. */
  readonly pages: ReadonlyMap<string, string>;
}

function patientOf(recording: Recording, image: Image, cut: number): Patient {
  const { config, sizes, model } = recording;
  const judge = new Judge(installedEngine(), config, sizes);
  const expected = expectationAt(model, cut);
  const verdict = judge.judge(image, model, expected);
  expect(verdict.why, "the store before any damage").toBe("");
  const { engine } = judge.machine;
  const [commits, restored] = [verdict.commits!, judge.recovered[3]!];
  const pages = sweep(judge, image);
  // Before the commits of the judge: the state that the files themselves describe.
  judge.machine.pool.reset();
  judge.machine.boot(image);
  judge.machine.start("store");
  const log = { checkpoint: engine.exports.checkpointLsn(), end: engine.exports.lsn() };
  const capacity = engine.exports.redoLogCapacity();
  return { recording, image, expected, judge, commits, restored, pages, log, capacity };
}

/** Reads every page of every tablespace. */
function sweep({ machine }: Judge, image: Image): Map<string, string> {
  const found = new Map<string, string>();
  for (const [path, content] of image.files) {
    const space = spaceOf(path);
    if (space === null) continue;
    for (let page = 0; page < content.size / PAGE; page++) {
      const at = machine.page(space, page);
      const body = Buffer.from(machine.engine.bytes.subarray(at, at + PAGE - 46));
      const served = at === 0 ? `status ${machine.readStatus}` : body.toString("latin1");
      found.set(`${space}:${page}`, served);
    }
  }
  return found;
}

function spaceOf(path: string): number | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "ibdata1") return 0;
  const number = /^space-(\d+)\.ibd$/.exec(name)?.[1];
  return number === undefined ? null : Number(number);
}

type Fate = "detected" | "repaired" | "dead" | "violation";

/** What becomes of the store when one byte is inverted; for a dead one the region, or why not. */
function invert(patient: Patient, path: string, offset: number, mask: number): [Fate, string] {
  const { judge, image, recording, expected } = patient;
  judge.machine.pool.reset();
  const damaged = image.fork(judge.machine.pool);
  const content = damaged.files.get(path)!;
  const byte = new Uint8Array(1);
  content.read(offset, byte);
  byte[0]! ^= mask;
  content.write(offset, byte, 0, 1);
  const verdict = judge.judge(damaged, recording.model, expected);
  if (verdict.isBug) return ["violation", verdict.why];
  if (verdict.outcome === "refused") return ["detected", ""];
  if (verdict.outcome !== "ok" || verdict.commits !== patient.commits)
    return ["violation", text(verdict)];
  return compare(patient, path, offset);
}

function text({ outcome, why, commits }: Verdict): string {
  return `${outcome}, ${commits} commits: ${why}`;
}

function compare(patient: Patient, path: string, offset: number): [Fate, string] {
  const { judge, image, pages, restored } = patient;
  const found = sweep(judge, image);
  for (const [key, served] of found) {
    const expected = pages.get(key)!;
    if (served === expected) continue;
    if (served === `status ${STATUS.damaged}`) return ["detected", ""];
    return ["violation", `page ${key} is served, and differs`];
  }
  if (judge.recovered[3]! > restored) return ["repaired", ""];
  const region = regionOf(patient, path, offset);
  return region === null ? ["violation", "no reason why it is dead"] : ["dead", region];
}

/** A run cut at its end with everything kept: redo to apply, pages that are whole. */
function unclosed(recording: Recording): Patient {
  const model = modelOf("process-kill");
  let image: Image | null = null;
  const end = recording.history.length;
  walk({ recording, device: deviceFor(model) }, (cut, persistence) => {
    if (cut < end) return true;
    const point = new CrashPoint(persistence, model.crash, deviceFor(model));
    image = point.image(point.all("kept"));
    return false;
  });
  return patientOf(recording, image!, end);
}

/** A power cut that tore a page whose copy is whole: the copy is needed. */
function torn(recording: Recording): Patient {
  const model = modelOf("torn");
  const device = deviceFor(model);
  const judge = new Judge(installedEngine(), recording.config, recording.sizes);
  const random = new Random(1);
  let found: { image: Image; cut: number } | null = null;
  walk({ recording, device }, (cut, persistence) => {
    const point = new CrashPoint(persistence, model.crash, device);
    for (let i = 0; i < 4 && found === null; i++) {
      const choice = drawChoice(point, "torn", random);
      const expected = expectationAt(recording.model, cut);
      const { outcome } = judgeState(judge, recording, point, choice, expected);
      const isTorn = outcome === "ok" && judge.recovered[3]! > 0;
      if (isTorn) found = { image: point.image(choice), cut };
    }
    return found === null;
  });
  if (found === null) throw new Error("no crash state in which a page is restored");
  const { image, cut } = found as { image: Image; cut: number };
  return patientOf(recording, image, cut);
}

/** In CI the system tablespace, which is the same in both, is inverted in one of them. */
const CASES = [
  { what: "a store that was not closed", make: unclosed, without: IS_FULL ? "" : "ibdata1" },
  { what: "a store with a torn page", make: torn, without: "" },
];

describe("every byte", { timeout: TIMEOUT_MS }, () => {
  test.each(CASES)(
    "$what → detected, repaired or dead, never served",
    ({ what, make, without }) => {
      const patient = make(recordingOf());
      const census = new Map<string, number>();
      const violations: string[] = [];
      for (const [path, name, offset] of everyByte(patient.image)) {
        if (name === without) continue;
        for (const mask of BITS) {
          const [fate, why] = invert(patient, path, offset, mask);
          if (fate === "violation") violations.push(`${name} byte ${offset} ^ ${mask}: ${why}`);
          const key = `${name.padEnd(18)} ${fate}${fate === "dead" ? `: ${why}` : ""}`;
          census.set(key, (census.get(key) ?? 0) + 1);
        }
      }
      const lines = [...census]
        .sort()
        .map(([key, count]) => `  ${String(count).padStart(8)}  ${key}`);
      console.log(`every byte of ${what}\n${lines.join("\n")}`);
      expect(violations.slice(0, 10), `${violations.length} violations`).toEqual([]);
      const bytes = [...census.values()].reduce((sum, count) => sum + count, 0);
      expect(bytes).toBeGreaterThan(50_000);
    },
  );
});

function* everyByte(image: Image): Generator<[path: string, name: string, offset: number]> {
  for (const [path, { size }] of image.files) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    for (let offset = 0; offset < size; offset++) yield [path, name, offset];
  }
}
