// Tells a crash case: what had been promised, when the power failed, what of the rest reached the
// disk, and what recovery made of it.

import type { CrashPoint, Choice, Fate } from "./crash-point.js";
import type { Crash } from "./device.js";
import { describe } from "./describe.js";
import type { Run, SimRequest, WriteRequest } from "./history.js";
import type { Model } from "./model.js";
import { reproduce } from "./reproduce.js";
import type { CrashCase } from "./tally.js";
import type { Visit } from "./visit.js";

const CRASH_WORDS: Readonly<Record<Crash, string>> = {
  "process-kill": "The process is killed",
  "os-crash": "The operating system crashes",
  "power-cut": "The power fails",
};

/** Lines of text, in order. Errors: Error when the case does not belong to this visit. */
export function tell(visit: Visit, { steps, verdict }: CrashCase): string[] {
  const made = reproduce(visit, steps);
  if (made === null) throw new Error("sim: the case does not belong to this recording");
  const { model } = visit.recording;
  const lines = [promiseLine(model, steps[0]!.cut)];
  made.trail.forEach(({ run, point, choice }, i) => {
    const moment = momentWords(run, steps[i]!.cut, model);
    const again = i === 0 ? "" : i === 1 ? ", during recovery" : ", during recovery again";
    lines.push(`${CRASH_WORDS[visit.model.crash]}${again} ${moment}.`);
    lines.push(...fateLines(point, choice, model));
  });
  lines.push(endLine(verdict));
  return lines;
}

function promiseLine(model: Model, cut: number): string {
  const { promised } = model.boundsAt(cut);
  if (promised === 0) return "No commit has been acknowledged.";
  const commits = promised === 1 ? "Commit 1 has" : `Commits 1 to ${promised} have`;
  return `${commits} been acknowledged.`;
}

/** "while … is in flight", or "after …". */
function momentWords(run: Run, cut: number, model: Model): string {
  const open: SimRequest[] = [];
  let last: SimRequest | null = null;
  for (const { step, request } of run.history.slice(0, cut)) {
    if (step === "start") open.push(request);
    else {
      open.splice(open.indexOf(request), 1);
      last = request;
    }
  }
  if (open.length > 0) {
    const names = open.slice(0, 3).map((request) => describe(request, model));
    const more = open.length > 3 ? ` and ${open.length - 3} more` : "";
    return `while in flight: ${names.join("; ")}${more}`;
  }
  return last === null
    ? "before the first request"
    : `after this has ended: ${describe(last, model)}`;
}

/** The fate of what was not durable, the exceptions first. */
function fateLines(point: CrashPoint, choice: Choice, model: Model): string[] {
  if (point.uncertain.length + point.growingFiles.length + point.entriesCount === 0) {
    return ["  Everything written so far is durable."];
  }
  const lines = point.uncertain.map((request, i) => {
    const words = fateWords(request, choice.fates[i]!, point.unit);
    return `  ${describe(request, model)}: ${words}`;
  });
  point.growingFiles.forEach((file, i) => {
    const all = point.growthsOf(file);
    if (choice.growths[i]! < all) lines.push("  the new size of a file: lost, so its tail is gone");
  });
  if (choice.entries < point.entriesCount) lines.push("  a directory entry: lost");
  return lines;
}

function fateWords(request: WriteRequest, fate: Fate, unit: number): string {
  if (fate === "lost") return "lost";
  if (fate === "kept") return "on the disk";
  const kept = fate.reduce((sum, bit) => sum + bit, 0);
  if (kept === 0) return "lost";
  if (kept === fate.length) return "on the disk";
  return `torn: ${runs(fate)} of ${fate.length} pieces of ${unit} bytes new, the rest old`;
}

/** "1–3, 5" for the units that survived, counted from 1. */
function runs(mask: Uint8Array): string {
  const words: string[] = [];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    let end = i;
    while (mask[end + 1] === 1) end++;
    words.push(end === i ? `${i + 1}` : `${i + 1}–${end + 1}`);
    i = end;
  }
  return words.join(", ");
}

function endLine({ outcome, why, commits }: CrashCase["verdict"]): string {
  switch (outcome) {
    case "ok":
      return `Recovery finds commit ${commits}: every promise is kept.`;
    case "lost":
      return `Recovery succeeds, and ${why}.`;
    case "refused":
      return `Damage is noticed: ${why}.`;
    case "silent":
      return `Nothing is noticed, and the store serves what never was: ${why}.`;
  }
}
