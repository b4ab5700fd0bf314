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
  const text = id.trim();
  const fields = text.split(":");
  if (!/^c\d+$/.test(fields[0] ?? "")) {
    throw new CaseIdError(
      `"${shortened(text)}" is no crash id: expected one that begins with "${CASE_VERSION}:", as printed by bench crash`,
    );
  }
  if (fields[0] !== CASE_VERSION) {
    throw new CaseIdError(
      `crash id of version ${fields[0]}: this laboratory replays ${CASE_VERSION}; use the release that printed it`,
    );
  }
  const check = fields.at(-1)!;
  const body = text.slice(0, -check.length - 1);
  if (fields.length !== 13 || checkOf(body) !== check) {
    throw new CaseIdError(
      `crash id: expected check ${checkOf(body)} at its end, found "${check}"; part of it is missing or mistyped`,
    );
  }
  const [, profile, method, doublewrite, trx, page, workload, seed, fault, drive, hash, steps] =
    fields as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
  return {
    ...{ profile, method, doublewrite, workload, fault, hash },
    ...{ trxCommit: Number(trx), pageSize: Number(page), seed: Number(seed) },
    drive: decodeDrive(drive),
    steps: steps.split(";").map(decodeStep),
  };
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
    growths: growths === "-" ? [] : growths!.split(",").map(Number),
    entries: Number(entries),
  };
  return { cut: Number(cut), seed: Number(seed), choice };
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
  const fates: Fate[] = [];
  for (const [, run, count, units, hex] of text.matchAll(/([kl])(\d+)|m(\d+)\.([0-9a-f]+)/g)) {
    if (run === undefined) fates.push(maskOf(Number(units), hex!));
    else for (let i = 0; i < Number(count); i++) fates.push(run === "k" ? "kept" : "lost");
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

function maskOf(units: number, hex: string): Uint8Array {
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
    else if (/^u\d+$/.test(word)) drive.atomicUnit = Number(word.slice(1));
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
