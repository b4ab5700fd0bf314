// A cell of the matrix in a word or two. The four outcomes must be told apart at a glance.
//
//   ok           nothing lost             ref 62%      damage noticed and refused
//   2 lost       commits lost             SILENT <1%   wrong data served
//   …!           the documentation promises otherwise

import type { CellResult } from "./result.js";

/** "ok", "2 lost", "ref 62%", "SILENT <1%"; "-" when nothing was explored; "!" marks the unexpected. */
export function cellWords(cell: CellResult): string {
  const mark = cell.unexpected.length > 0 ? "!" : "";
  return `${outcomeWords(cell)}${mark}`;
}

function outcomeWords({
  outcome,
  outcomes,
  states,
  commits_lost_max: commits,
}: CellResult): string {
  switch (outcome) {
    case null:
      return "-";
    case "ok":
      return "ok";
    case "lost":
      // A lost tablespace is a loss without a number of commits.
      return commits > 0 ? `${commits} lost` : "lost";
    case "refused":
      return `ref ${percent(outcomes.refused, states)}`;
    case "silent":
      return `SILENT ${percent(outcomes.silent, states)}`;
  }
}

function percent(count: number, of: number): string {
  const share = (count / of) * 100;
  return share < 1 ? "<1%" : `${Math.round(share)}%`;
}
