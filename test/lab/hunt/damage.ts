// Hunts with damage: bytes flipped and pages misplaced on the disk of a store that was cut off. What
// is damaged may be repaired or refused; it is never served, and no promise goes missing quietly.

import { Random } from "../../../host/random.js";
import { faultModel } from "../../../host/sim/fault-model.js";
import type { Image } from "../../../host/sim/image.js";
import { expectationAt } from "../../../host/sim/judge.js";
import type { Recording } from "../../../host/sim/recording.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { Staff, type Visit } from "../../../host/sim/visit.js";
import { workloadOf } from "../../../host/sim/workload.js";
import { configOf, recordWith, type Catch, type Quarry } from "./quarry.js";

/** Flips for each disk; each disk is what a cut leaves when everything written survives. */
const FLIPS = 150;
const PAGE = 4096;

export function huntWithDamage(quarry: Quarry, count: (states: number) => void): Catch | null {
  const config = configOf(quarry, "fsync");
  for (const name of ["commits", "life"]) {
    const recording = recordWith(quarry, { config, workload: workloadOf(name), seed: 11 });
    const visit = new Staff(quarry.module, recording).visit(faultModel("torn")!);
    for (const share of [0.6, 1]) {
      const cut = Math.floor(recording.history.length * share);
      const found = damageDisk(recording, visit, cut, count);
      if (found !== null) return { by: `damage, ${name}, fsync ON`, why: found };
    }
  }
  return null;
}

function damageDisk(
  recording: Recording,
  visit: Visit,
  cut: number,
  count: (states: number) => void,
): string | null {
  const random = new Random(cut);
  const point = pointAt(recording, cut, visit.model, visit.device);
  const expected = expectationAt(recording.model, cut);
  for (let i = 0; i < FLIPS; i++) {
    const image = point.image(point.all("kept"));
    const where = i % 5 === 4 ? misplace(image, random) : flip(image, random);
    count(1);
    const { outcome, why } = visit.judge.judge(image, recording.model, expected);
    if (outcome === "silent" || outcome === "lost") return `${outcome} with ${where}: ${why}`;
  }
  return null;
}

/** Flips one byte, most often where something stands. */
function flip(image: Image, random: Random): string {
  const files = [...image.files.keys()];
  const path = files[random.below(files.length)]!;
  const content = image.files.get(path)!;
  const byte = new Uint8Array(1);
  let offset = 0;
  for (let tries = 0; tries < 20 && byte[0] === 0; tries++) {
    offset = random.below(content.size);
    content.read(offset, byte);
  }
  byte[0]! ^= 1 << random.below(8);
  content.write(offset, byte, 0, 1);
  return `byte ${offset} of ${path} flipped`;
}

/** Copies a page of a data file over another one of the same file. */
function misplace(image: Image, random: Random): string {
  const path = [...image.files.keys()].find((each) => each.endsWith(".ibd"))!;
  const content = image.files.get(path)!;
  const pages = content.size / PAGE;
  const from = 1 + random.below(pages - 1);
  const to = 1 + ((from + random.below(pages - 2)) % (pages - 1));
  const page = new Uint8Array(PAGE);
  content.read(from * PAGE, page);
  content.write(to * PAGE, page, 0, PAGE);
  return `page ${from} of ${path} also at ${to}`;
}
