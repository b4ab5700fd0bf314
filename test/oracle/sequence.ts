// From a trace to the letters of observed.ts, so that the two can be compared.

import type { FileKind } from "../../host/abi.js";
import { fold, type Sequence } from "./oracle.js";

/** What a comparison needs to know of a call: the driver's trace has it, and so has strace's. */
export interface Step {
  readonly call: string;
  readonly kind: FileKind;
  readonly id: number;
}

const LETTERS: Readonly<Record<FileKind, string>> = {
  log: "L",
  data: "P",
  dblwr: "D",
  bdblwr: "B",
  marker: "M",
};
const VERBS: Readonly<Record<string, string>> = { pwrite: "w", fsync: "s", fdatasync: "s" };

/** One letter pair for each call; another kind of call keeps its name. */
export function letters(steps: readonly Step[]): string[] {
  return steps.map(({ call, kind }) => LETTERS[kind] + (VERBS[call] ?? ` ${call}`));
}

/**
 * The sequence of file classes and calls: pages written one after the other count once, and so do
 * syncs of files one after the other. How many there are is `counts`.
 */
export function sequenceOf(steps: readonly Step[]): Sequence {
  const found: string[] = [];
  for (const step of letters(steps)) {
    if (!(step === "Pw" && found.at(-1) === "Pw")) found.push(step);
  }
  return fold(found);
}

const FLUSH_POINTS = ["log-write-ahead", "dblwr-batch", "data-batch", "data-batch-plain"];

/** The calls of the batch (redo before its pages included) and those of the checkpoint. */
export function splitByPoint<S extends Step & { readonly point: string }>(
  steps: readonly S[],
): { readonly batch: S[]; readonly checkpoint: S[] } {
  const isOfBatch = (step: S): boolean => FLUSH_POINTS.includes(step.point);
  return { batch: steps.filter(isOfBatch), checkpoint: steps.filter((step) => !isOfBatch(step)) };
}

/** How often each pair occurs. */
export function counts(steps: readonly Step[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const step of letters(steps)) found[step] = (found[step] ?? 0) + 1;
  return found;
}
