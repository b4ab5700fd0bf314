// How a crash run ends: which exit code, and why in one sentence.

import { EXIT } from "../exit.js";
import { plural } from "../units.js";
import type { CrashResult, RowResult } from "./result.js";

export type Expect = "safe" | "unsafe" | null;
type Judged = Pick<CrashResult, "rows" | "bugs">;

/** `interrupted`: the exit code of the signal, or null. A bug weighs more than a loss. */
export function verdictOn(
  judged: Judged,
  expect: Expect,
  interrupted: number | null,
): CrashResult["exit"] {
  const { bugs } = judged;
  if (bugs.length > 0) {
    const words = `the engine trapped or hung: ${bugs[0]!.why}`;
    return { code: EXIT.failed, reason: words };
  }
  if (interrupted !== null) return { code: interrupted, reason: "interrupted" };
  const unexpected = unexpectedCells(judged);
  if (unexpected > 0) {
    const reason = `${plural(unexpected, "cell")} lost what the documentation promises to keep`;
    return { code: EXIT.unexpectedLoss, reason };
  }
  return expectation(judged, expect);
}

function expectation({ rows }: Judged, expect: Expect): CrashResult["exit"] {
  if (expect === "safe") {
    const lossy = rows.filter(hasLoss);
    if (lossy.length > 0) {
      const reason = `--expect safe: ${plural(lossy.length, "row")} lost something`;
      return { code: EXIT.unexpectedLoss, reason };
    }
  }
  if (expect === "unsafe") {
    const clean = rows.filter((row) => !hasLoss(row));
    if (clean.length > 0) {
      const reason = `--expect unsafe: ${plural(clean.length, "row")} lost nothing`;
      return { code: EXIT.missingLoss, reason };
    }
  }
  return { code: EXIT.ok, reason: "ok" };
}

function unexpectedCells({ rows }: Judged): number {
  return rows.flatMap(({ cells }) => cells).filter((cell) => cell.unexpected.length > 0).length;
}

function hasLoss({ cells }: RowResult): boolean {
  return cells.some(({ outcome }) => outcome !== null && outcome !== "ok");
}
