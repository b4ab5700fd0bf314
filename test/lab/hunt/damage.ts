// Hunts with damage: bytes flipped and pages misplaced on the disk of a store that was cut off.
// What is damaged may be repaired or refused; it is never served, and no promise goes missing
// quietly.
import { Random } from "../../../host/random.js";
import { faultModel } from "../../../host/sim/fault-model.js";
import type { Image } from "../../../host/sim/image.js";
import { expectationAt } from "../../../host/sim/judge.js";
import type { Recording } from "../../../host/sim/recording.js";
import { pointAt } from "../../../host/sim/reproduce.js";
import { Staff, type Visit } from "../../../host/sim/visit.js";
import { workloadOf, type Workload } from "../../../host/sim/workload.js";
import { STALE } from "./stale.js";
import { configOf, recordWith, type Catch, type Quarry } from "./quarry.js";

/** Random changes for each disk, beside one flip in every page of every data file. */
const CHANGES = 60;
const PAGE = 4096;
const SHARES = [0.4, 0.6, 0.8, 1];

type Damage = (image: Image) => string;

export function huntWithDamage(quarry: Quarry, count: (states: number) => void): Catch | null {
  return (
    damageRun(quarry, workloadOf("wrap"), SHARES, count) ??
    damageRun(quarry, workloadOf("life"), SHARES, count)
  );
}

export function huntForStaleCopies(quarry: Quarry, count: (states: number) => void): Catch | null {
  return damageRun(quarry, STALE, [1], count);
}

function damageRun(
  quarry: Quarry,
  workload: Workload,
  shares: readonly number[],
  count: (states: number) => void,
): Catch | null {
  const config = configOf(quarry, "fsync");
  const recording = recordWith(quarry, { config, workload, seed: 11 });
  const visit = new Staff(quarry.module, recording).visit(faultModel("torn")!);
  for (const share of shares) {
    const cut = Math.floor(recording.history.length * share);
    const found = damageDisk(recording, visit, cut, count);
    if (found !== null) return { by: `damage, ${workload.name}, fsync ON`, why: found };
  }
  return null;
}

/** Each disk is what a cut leaves when everything that was written survives. */
function damageDisk(
  recording: Recording,
  visit: Visit,
  cut: number,
  count: (states: number) => void,
): string | null {
  const point = pointAt(recording, cut, visit.model, visit.device);
  const expected = expectationAt(recording.model, cut);
  const make = (): Image => point.image(point.all("kept"));
  for (const damage of damages(make(), new Random(cut))) {
    const image = make();
    const where = damage(image);
    count(1);
    const { outcome, why } = visit.judge.judge(image, recording.model, expected);
    if (outcome === "silent" || outcome === "lost") return `${outcome} with ${where}: ${why}`;
  }
  return null;
}

function damages(image: Image, random: Random): Damage[] {
  const found: Damage[] = [];
  for (const [path, { size }] of image.files) {
    if (!/ibd/.test(path)) continue;
    for (let at = 0; at < size; at += PAGE) found.push((each) => flipAt(each, path, at + 900));
  }
  for (let i = 0; i < CHANGES; i++) {
    found.push((each) => (i % 4 === 3 ? misplace(each, random) : flip(each, random)));
  }
  return found;
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
  return flipAt(image, path, offset);
}

function flipAt(image: Image, path: string, offset: number): string {
  const byte = new Uint8Array(1);
  image.files.get(path)!.read(offset, byte);
  byte[0]! ^= 0x10;
  image.files.get(path)!.write(offset, byte, 0, 1);
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
