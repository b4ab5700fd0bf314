// A crash case as text that a person can copy: everything needed to make it again, and nothing that
// lives in a file.
//
//   c1:mysql-8.4:O_DIRECT:ON:1:4096:commits:7:torn:-:5f3a90c1:19/0/k2m8.0fl/-/0:b7e2
//   │  └──── configuration ─────────┘ workload seed fault drive hash └── step ──┘ check
//   version
//
//   fates    kN lN: N writes kept, lost; mU.hex: a write torn over U units, first unit first
//   hash     of the recording: another engine or another laboratory makes another one
//   check    of the text, so that a typing error is told from a case that is no more

import type { Choice, Fate } from "./crash-point.js";
import type { Device } from "./device.js";
import type { Run } from "./history.js";
import type { Step } from "./tally.js";

export const CASE_VERSION = "c1";
const FIELDS = 13;

export interface CaseSpec {
  readonly profile: string;
  readonly method: string;
  readonly doublewrite: string;
  readonly trxCommit: number;
  readonly pageSize: number;
  readonly workload: string;
  readonly seed: number;
  readonly fault: string;
  readonly drive: Partial<Device>;
  /** Of the recording. */
  readonly hash: string;
  readonly steps: readonly Step[];
}

/** An id that cannot be used, and why. */
export class CaseIdError extends Error {
  override readonly name = "CaseIdError";
}

export function encodeCase(spec: CaseSpec): string {
  const { profile, method, doublewrite, trxCommit, pageSize, workload, seed, fault, hash } = spec;
  const head = [profile, method, doublewrite, trxCommit, pageSize, workload, seed, fault];
  const steps = spec.steps.map(encodeStep).join(";");
  const text = [CASE_VERSION, ...head, encodeDrive(spec.drive), hash, steps].join(":");
  return `${text}:${checkOf(text)}`;
}

/** Errors: CaseIdError for text that is no id, a typing error, or an id of another version. */
export function decodeCase(id: string): CaseSpec {
  const field = fieldsOf(id.trim());
  return {
    ...{
      profile: field(1),
      method: field(2),
      doublewrite: field(3),
      trxCommit: number(field(4), 2),
    },
    ...{
      pageSize: number(field(5), 65536),
      workload: field(6),
      seed: number(field(7)),
      fault: field(8),
    },
    drive: decodeDrive(field(9)),
    hash: field(10),
    steps: field(11).split(";").map(decodeStep),
  };
}

/** Checks version and check sum; returns the fields by number. */
function fieldsOf(text: string): (index: number) => string {
  const fields = text.split(":");
  const version = fields[0]!;
  if (!/^c\d+$/.test(version)) {
    throw new CaseIdError(
      `"${shortened(text)}" is no crash id: expected one that begins with "${CASE_VERSION}:", ` +
        "as printed by bench crash",
    );
  }
  if (version !== CASE_VERSION) {
    throw new CaseIdError(
      `crash id of version ${version}: this laboratory replays ${CASE_VERSION}; ` +
        "use the release that printed it",
    );
  }
  const check = fields.at(-1)!;
  const expected = checkOf(text.slice(0, -check.length - 1));
  if (fields.length !== FIELDS || expected !== check) {
    throw new CaseIdError(
      `crash id: expected check ${expected} at its end, found "${check}"; ` +
        "part of it is missing or mistyped",
    );
  }
  return (index) => fields[index]!;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function encodeStep({ cut, seed, choice }: Step): string {
  const growths = choice.growths.length === 0 ? "-" : choice.growths.join(",");
  return [cut, seed, encodeFates(choice.fates), growths, choice.entries].join("/");
}

function decodeStep(text: string): Step {
  const [cut, seed, fates, growths, entries] = text.split("/");
  if (entries === undefined) throw new CaseIdError(`crash id: "${text}" is no crash`);
  const choice: Choice = {
    fates: decodeFates(fates!),
    growths: growths === "-" ? [] : growths!.split(",").map((each) => number(each)),
    entries: number(entries),
  };
  return { cut: number(cut!), seed: number(seed!), choice };
}

/** Writes whose fate one id can tell; a recording has a few hundred. */
const FATES_MAX = 100_000;
/** Bytes. */
const ATOMIC_UNIT_MAX = 1 << 20;

/** A whole number; what an id says decides how much is made of it, so each has a bound. */
function number(text: string, max = 2 ** 32 - 1): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value <= max) return value;
  throw new CaseIdError(`crash id: expected a number up to ${max}, found "${shortened(text)}"`);
}

function encodeFates(fates: readonly Fate[]): string {
  let text = "";
  for (let i = 0; i < fates.length;) {
    const fate = fates[i]!;
    if (typeof fate !== "string") {
      text += `m${fate.length}.${hexOf(fate)}`;
      i++;
      continue;
    }
    let end = i;
    while (fates[end] === fate) end++;
    text += `${fate === "kept" ? "k" : "l"}${end - i}`;
    i = end;
  }
  return text === "" ? "-" : text;
}

function decodeFates(text: string): Fate[] {
  if (text === "-") return [];
  if (!/^(?:[kl]\d+|m\d+\.[0-9a-f]+)+$/.test(text)) {
    throw new CaseIdError(`crash id: "${shortened(text)}" says nothing about writes`);
  }
  const fates: Fate[] = [];
  for (const [, run, count, units, hex] of text.matchAll(/([kl])(\d+)|m(\d+)\.([0-9a-f]+)/g)) {
    if (run === undefined) {
      fates.push(maskOf(units!, hex!));
      continue;
    }
    const length = number(count!, FATES_MAX - fates.length);
    for (let i = 0; i < length; i++) fates.push(run === "k" ? "kept" : "lost");
  }
  return fates;
}

function hexOf(mask: Uint8Array): string {
  let text = "";
  for (let i = 0; i < mask.length; i += 4) {
    const bits = [0, 1, 2, 3].map((j) => (mask[i + j] ?? 0) << (3 - j));
    text += bits.reduce((sum, bit) => sum + bit, 0).toString(16);
  }
  return text;
}

function maskOf(text: string, hex: string): Uint8Array {
  const units = number(text, hex.length * 4);
  const bit = (i: number): number => (parseInt(hex[i >> 2] ?? "0", 16) >> (3 - (i & 3))) & 1;
  return Uint8Array.from({ length: units }, (_, i) => bit(i));
}

/** What differs from an ordinary drive with a volatile cache, one word each. */
function encodeDrive(drive: Partial<Device>): string {
  const words: string[] = [];
  if (drive.cache !== undefined && drive.cache !== "volatile") words.push(drive.cache);
  if (drive.barriers === false) words.push("nobarrier");
  if (drive.honest === false) words.push("liar");
  if (drive.copyOnWrite === true) words.push("cow");
  if (drive.separateLog === true) words.push("2dev");
  if (drive.atomicUnit !== undefined && drive.atomicUnit !== 512)
    words.push(`u${drive.atomicUnit}`);
  return words.length === 0 ? "-" : words.join("+");
}

function decodeDrive(text: string): Partial<Device> {
  const drive: { -readonly [K in keyof Device]?: Device[K] } = {};
  for (const word of text === "-" ? [] : text.split("+")) {
    if (word === "battery" || word === "write-through") drive.cache = word;
    else if (word === "nobarrier") drive.barriers = false;
    else if (word === "liar") drive.honest = false;
    else if (word === "cow") drive.copyOnWrite = true;
    else if (word === "2dev") drive.separateLog = true;
    else if (/^u\d+$/.test(word)) drive.atomicUnit = number(word.slice(1), ATOMIC_UNIT_MAX);
    else throw new CaseIdError(`crash id: "${word}" says nothing about a drive`);
  }
  return drive;
}

function checkOf(text: string): string {
  return (hash(text) & 0xffff).toString(16).padStart(4, "0");
}

function hash(text: string, from = 0x811c9dc5): number {
  let sum = from;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return (sum ^ (sum >>> 15)) >>> 0;
}

/** Eight hexadecimal digits for a run: every request, its bytes, and the order of all events. */
export function runHash({ history }: Run): string {
  let sum = 0x811c9dc5;
  for (const { step, request, result } of history) {
    const place = request.type === "write" ? `${request.offset}+${request.length}` : "";
    sum = hash(`${step}${request.type}${request.number}${place}${result}`, sum);
    if (step === "end" || request.type !== "write" || request.data === null) continue;
    for (const byte of request.data) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  }
  return sum.toString(16).padStart(8, "0");
}
