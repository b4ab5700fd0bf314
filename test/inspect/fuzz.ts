// Mutated files: bits flipped, cut short, headers of one file on the body of another, fields at
// their extremes. Each must get an answer, and the same answer whatever lies behind its bytes.

import type { Inspector } from "../../bench/inspect/copies.js";
import { describePage } from "../../bench/inspect/page.js";
import { eventsNamed, type FileEvent } from "../../bench/inspect/protocol.js";
import { bareSandbox } from "./bare-sandbox.js";
import { inspectBytes, memorySource, seeded } from "./support.js";

type Random = (limit: number) => number;

export interface Base {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];
/** Where lengths and counts stand in headers of pages, blocks, files and records. */
const FIELDS = [0, 2, 4, 6, 8, 12, 16, 20, 24, 26, 34, 38, 46, 50, 54, 56, 62, 150, 174];

/** A changed copy of one of the bases; what was done is in the name. */
export function mutate(bases: readonly Base[], seed: number): Base {
  const random = seeded(seed);
  const base = bases[random(bases.length)]!;
  let bytes = base.bytes.slice();
  const done: string[] = [];
  for (let steps = 1 + random(4); steps > 0; steps--) {
    const kind = random(5);
    if (kind === 0) done.push(flip(bytes, random));
    else if (kind === 1) {
      bytes = bytes.slice(0, 1 + random(bytes.length));
      done.push(`cut at ${bytes.length}`);
    } else if (kind === 2) done.push(splice(bytes, bases, random));
    else if (kind === 3) done.push(extreme(bytes, random));
    else done.push(garble(bytes, random));
  }
  return { name: `seed ${seed}: ${base.name}, ${done.join(", ")}`, bytes };
}

function flip(bytes: Uint8Array, random: Random): string {
  const count = 1 + random(8);
  for (let n = 0; n < count; n++) bytes[random(bytes.length)]! ^= 1 << random(8);
  return `${count} bits`;
}

function splice(bytes: Uint8Array, bases: readonly Base[], random: Random): string {
  const other = bases[random(bases.length)]!;
  const length = Math.min(bytes.length, 1 << random(14), other.bytes.length);
  bytes.set(other.bytes.subarray(0, length));
  return `${length} bytes of ${other.name} in front`;
}

function extreme(bytes: Uint8Array, random: Random): string {
  const unit = [512, 4096, 8192, 16384][random(4)]!;
  const at = unit * random(Math.ceil(bytes.length / unit)) + FIELDS[random(FIELDS.length)]!;
  const value = EXTREMES[random(EXTREMES.length)]!;
  bytes.fill(value, at, at + [1, 2, 4, 8][random(4)]!);
  return `${value} at ${at}`;
}

function garble(bytes: Uint8Array, random: Random): string {
  const [from, length] = [random(bytes.length), 1 + random(600)];
  for (let at = from; at < Math.min(bytes.length, from + length); at++) bytes[at] = random(256);
  return `${length} random bytes at ${from}`;
}

/** Every how many files the answer is asked for again, with other bytes behind the file's. */
const POISON_EVERY = 4;

/** Says what is wrong with the answer to a file, or null. */
export async function objectionTo(
  module: WebAssembly.Module,
  file: Base,
  seed: number,
): Promise<string | null> {
  try {
    const answer = await answerOf({ sandbox: bareSandbox(0x00), module }, file, seed);
    if (seed % POISON_EVERY !== 0) return null;
    const again = await answerOf({ sandbox: bareSandbox(0xa5), module }, file, seed);
    return answer === again ? null : "the answer depends on bytes behind the file's";
  } catch (error) {
    return String(error);
  }
}

/** Every how many files one page is described in full, too; most of that is text for people. */
const PAGE_EVERY = 4;

/** The report, and sometimes one page of it in full, as text. */
async function answerOf(
  inspector: Inspector,
  { bytes, name }: Base,
  seed: number,
): Promise<string> {
  const { report, events } = await inspectBytes(inspector, bytes);
  const [file] = eventsNamed<FileEvent>(events, "file");
  const unit = file?.physical_page_size ?? (file?.kind === "detect-only" ? 8192 : 512);
  const pages = Math.floor(bytes.length / unit);
  if (file === undefined || pages === 0 || (seed >> 1) % PAGE_EVERY !== 0)
    return JSON.stringify(report);
  const number = (file.first_page ?? 0) + (seed % pages);
  const page = await describePage(inspector, memorySource(bytes, name), events, number);
  return JSON.stringify([report, page]);
}
