// The sentences of a report: what the numbers say, only where they say it.

import { classWords } from "../durability.js";
import type { Comparison, ConfigResult, Result } from "../result.js";
import { groupByClass } from "../run/assemble.js";
import { formatBytes, formatCount } from "../units.js";
import { configName, isProbe } from "./labels.js";

/** More names than this would hide the one that matters. */
const NAMES_MAX = 4;

/** Returns one sentence per class: the fastest setting, and which are not told apart from it. */
export function fastestSentences(result: Result): string[] {
  return groupByClass(result.configs)
    .filter((group) => group.length > 1 && isConclusive(result, group))
    .map((group) => {
      const best = group[0]!;
      const equal = group.slice(1).filter((other) => !isSlower(result, other));
      const rate = `${formatCount(best.operations_per_second)} ${result.workload.unit}s/s`;
      const size = isProbe(result)
        ? `, writes of ${formatBytes(Number(best.variables["write_bytes"]))}`
        : "";
      const name = configName(result, best);
      return `${classWords(best)}${size}: fastest is ${name}, ${rate}.${tieWords(result, equal)}`;
    });
}

/** Returns requested and effective method of every method of the run. */
export function effectiveSentences(result: Result): string[] {
  if (isProbe(result)) return [];
  const kept: string[] = [];
  const changed = new Map<string, string>();
  for (const { effective } of result.configs) {
    const { requested, substitutions } = effective;
    if (requested === effective.effective && substitutions.length === 0) {
      if (!kept.includes(requested)) kept.push(requested);
    } else {
      changed.set(requested, substitutionWords(effective));
    }
  }
  const asRequested = kept.length === 0 ? [] : [`As requested: ${kept.join(", ")}.`];
  return [...changed.values(), ...asRequested];
}

function substitutionWords(effective: ConfigResult["effective"]): string {
  const { requested, substitutions } = effective;
  const arrow =
    effective.effective === requested ? requested : `${requested} → ${effective.effective}`;
  const reasons = substitutions.length === 0 ? "" : `: ${substitutions.join("; ")}`;
  return `${arrow}${reasons}.`;
}

function tieWords(result: Result, equal: readonly ConfigResult[]): string {
  if (equal.length === 0) return "";
  const names = equal.slice(0, NAMES_MAX).map((config) => configName(result, config));
  const more = equal.length > NAMES_MAX ? `; and ${equal.length - NAMES_MAX} more` : "";
  return ` Not detectably slower: ${names.join("; ")}${more}.`;
}

/** Whether every configuration of a class had the rounds that a conclusion needs. */
function isConclusive(result: Result, group: readonly ConfigResult[]): boolean {
  return group.slice(1).every((other) => againstBest(result, other)?.is_different !== null);
}

function isSlower(result: Result, config: ConfigResult): boolean {
  return againstBest(result, config)?.is_different !== false;
}

function againstBest(result: Result, config: ConfigResult): Comparison | undefined {
  return result.comparisons.find((c) => c.kind === "class" && c.a === config.id);
}
