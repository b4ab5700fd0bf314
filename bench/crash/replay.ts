// Makes a crash again from its id: the same recording, the same cut, the same fate of every write.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { EnvironmentError, messageOf, UsageError } from "../exit.js";
import {
  CaseIdError,
  caseSize,
  decodeCase,
  reproduce,
  runHash,
  shrink,
  StoreError,
  tell,
  verdictOf,
  workloadOf,
  type CaseSpec,
  type CrashCase,
  type Visit,
} from "../host.js";
import { Bench, FAULT_NAMES, isErrorFault } from "./lab.js";
import type { RowSpec } from "./settings.js";
import { idOf, type UnitJob } from "./unit.js";

/** A crash made again. */
export interface Replayed {
  readonly spec: CaseSpec;
  readonly row: RowSpec;
  readonly visit: Visit;
  readonly example: CrashCase;
}

/** Errors: UsageError for an id that is damaged, of another version, or of another engine. */
export function replay(id: string): Replayed {
  const spec = specOf(id);
  const row = rowOf(spec);
  const { pageSize, workload, seed, fault, drive, steps } = spec;
  checkNames(spec);
  const visit = usage(() => new Bench().visit({ row, pageSize, workload, seed }, fault, drive));
  const found = runHash(visit.recording);
  if (found !== spec.hash) {
    throw new UsageError(
      `--replay: this crash was found in run ${spec.hash}, and this engine makes run ${found} of ` +
        "the same workload and seed; use the release that printed the id",
    );
  }
  const verdict = followed(visit, spec);
  return { spec, row, visit, example: { steps, verdict } };
}

function followed(visit: Visit, { steps }: CaseSpec): CrashCase["verdict"] {
  const verdict = verdictOf(visit, steps);
  if (verdict !== null) return verdict;
  throw new UsageError("--replay: the run has no such moment; the id was changed by hand");
}

function specOf(id: string): CaseSpec {
  try {
    return decodeCase(id);
  } catch (error) {
    if (error instanceof CaseIdError) throw new UsageError(`--replay: ${error.message}`);
    throw error;
  }
}

function checkNames({ fault, workload }: CaseSpec): void {
  if (!FAULT_NAMES.includes(fault) || isErrorFault(fault)) {
    throw new UsageError(`--replay: this release knows no fault "${fault}"`);
  }
  usage(() => workloadOf(workload));
}

function rowOf({ profile, method, doublewrite, trxCommit }: CaseSpec): RowSpec {
  return { profile, method, doublewrite, trxCommit: trxCommit as RowSpec["trxCommit"] };
}

function usage<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TypeError || error instanceof StoreError) {
      throw new UsageError(`--replay: ${messageOf(error)}`);
    }
    throw error;
  }
}

/** A counter-example made small, with its story. */
export interface Told {
  readonly id: string;
  readonly size: number;
  readonly why: string;
  readonly story: readonly string[];
}

/** Makes the example of `id` small when asked to, and tells it. */
export function tellCase(id: string, isShrunk: boolean): Told {
  const { spec, row, visit, example } = replay(id);
  const small = isShrunk ? shrink(visit, example) : example;
  const { pageSize, drive, workload, seed, fault } = spec;
  const unit = { index: 0, row: 0, fault, workload, seed, budget: null };
  const job: UnitJob = { unit, row, pageSize, drive };
  return {
    id: idOf(visit, job, small),
    size: caseSize(visit, small),
    why: small.verdict.why,
    story: tell(visit, small),
  };
}

/**
 * Writes the files of the disk as the crash left it.
 * Errors: EnvironmentError when the directory is not empty or cannot be written.
 */
export function keepImages({ visit, spec }: Replayed, dir: string): string[] {
  let there: string[];
  try {
    mkdirSync(dir, { recursive: true });
    there = readdirSync(dir);
  } catch (error) {
    throw new EnvironmentError(`--keep-images ${dir}: ${messageOf(error)}`);
  }
  if (there.length > 0) {
    throw new EnvironmentError(`--keep-images ${dir}: is not empty; name a new directory`);
  }
  const { image } = reproduce(visit, spec.steps)!;
  const written: string[] = [];
  for (const [path, content] of image.files) {
    const name = basename(path);
    writeFileSync(join(dir, name), content.toBytes());
    written.push(name);
  }
  return written.sort();
}
