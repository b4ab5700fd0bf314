// `bench clean`: removes what interrupted runs left behind, and nothing else.

import { plural } from "../units.js";
import { cleanLeftovers } from "../run/work-folder.js";

/** Returns what to print. Errors: EnvironmentError when `dir` is missing or no directory. */
export function cleanCommand(dir: string): string {
  const { removed, inUse } = cleanLeftovers(dir);
  const lines = [
    ...removed.map((path) => `removed  ${path}`),
    ...inUse.map((path) => `in use   ${path}`),
  ];
  const kept = inUse.length === 0 ? "" : `; ${plural(inUse.length, "run")} still going`;
  const what =
    removed.length === 0 ? "Nothing to remove" : `${plural(removed.length, "leftover")} removed`;
  return `${[...lines, `${what}${kept}.`].join("\n")}\n`;
}
