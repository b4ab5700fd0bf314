// Colors of a crash report; without them every function returns its text.

import type { Outcome } from "../host.js";

export interface Paint {
  bold(text: string): string;
  bad(text: string): string;
  /** A cell, by its outcome. */
  cell(text: string, outcome: Outcome | null, isUnexpected: boolean): string;
}

const CODES: Readonly<Record<Outcome, string>> = {
  ok: "32",
  lost: "33",
  refused: "33",
  silent: "35",
};

export function paint(isColored: boolean): Paint {
  const wrap = (text: string, code: string): string =>
    isColored ? `\x1b[${code}m${text}\x1b[0m` : text;
  return {
    bold: (text) => wrap(text, "1"),
    bad: (text) => wrap(text, "1;31"),
    cell: (text, outcome, isUnexpected) => {
      if (isUnexpected) return wrap(text, "1;31");
      return outcome === null ? text : wrap(text, CODES[outcome]);
    },
  };
}
