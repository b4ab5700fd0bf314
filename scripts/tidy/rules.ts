// All rules in one list, and the one function that applies them.

import { FUNCTION_EXCEPTIONS } from "./exceptions.js";
import { FUNCTION_LINES_MAX, functionLength, functionsOf } from "./functions.js";
import { decorators, fileName, headerComment, machinePaths, openEnds } from "./layout.js";
import { fileLength, lineLength } from "./sizes.js";
import type { Finding, Rule, SourceText } from "./source.js";
import { words } from "./words.js";

const RULES: readonly Rule[] = [fileLength, lineLength, functionLength, fileName, headerComment];

/** Rules about what is written; not for the files that must name what is forbidden. */
const CONTENT_RULES: readonly Rule[] = [openEnds, machinePaths, decorators, words];
const NAMES_THE_FORBIDDEN = new Set([
  "scripts/tidy/words.ts",
  "scripts/tidy/layout.ts",
  "test/scripts/tidy.test.ts",
]);

/** Applies every rule to every file; findings come in the order of the files. */
export function checkAll(files: readonly SourceText[]): Finding[] {
  return [...files.flatMap(checkOne), ...staleExceptions(files)];
}

export function checkOne(file: SourceText): Finding[] {
  const rules = NAMES_THE_FORBIDDEN.has(file.path) ? RULES : [...RULES, ...CONTENT_RULES];
  return rules.flatMap((rule) => rule(file));
}

/** An exception nobody needs any more hides the next long function of that name. */
function staleExceptions(files: readonly SourceText[]): Finding[] {
  const stale = [...FUNCTION_EXCEPTIONS.keys()].filter((key) => {
    const [path, name] = key.split("#");
    const file = files.find((candidate) => candidate.path === path);
    const spans = file === undefined ? [] : functionsOf(file);
    return !spans.some((span) => span.name === name && span.count > FUNCTION_LINES_MAX);
  });
  const path = "scripts/tidy/exceptions.ts";
  return stale.map((key) => ({ path, line: 1, message: `${key} is short or gone: remove it` }));
}
