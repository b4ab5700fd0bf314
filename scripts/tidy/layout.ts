// How a file is named, how it opens, and what it must not contain anywhere.

import { basename } from "node:path";
import { findInLines, isCode, linesOf, type Finding, type SourceText } from "./source.js";

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
/** The last one names the module its declarations are imported from. */
const FIXED_NAMES = new Set([
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"],
  "wasi_snapshot_preview1.ts",
]);

export function fileName(file: SourceText): Finding[] {
  const name = basename(file.path);
  if (KEBAB.test(name) || FIXED_NAMES.has(name) || name.startsWith(".")) return [];
  const kebab = name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(/[_ ]/g, "-");
  const message = `file names are kebab-case: ${kebab.toLowerCase()}`;
  return [{ path: file.path, line: 1, message }];
}

export function headerComment(file: SourceText): Finding[] {
  if (!isCode(file.path)) return [];
  const lines = linesOf(file);
  const first = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("#!"));
  if (/^(\/\/|\/\*)/.test(lines[first] ?? "")) return [];
  const message = "open the file with a comment: what is it responsible for?";
  return [{ path: file.path, line: Math.max(first, 0) + 1, message }];
}

export function openEnds(file: SourceText): Finding[] {
  if (!isCode(file.path)) return [];
  return findInLines(file, (line) => {
    const word = /\b(TODO|FIXME|XXX|HACK)\b/.exec(line)?.[1];
    if (word === undefined || /https?:\/\//.test(line)) return null;
    return `${word} without a link: do it, or link the issue that will`;
  });
}

/** Paths that exist on one machine only. */
export function machinePaths(file: SourceText): Finding[] {
  return findInLines(file, (line) => {
    if (/(^|[\s"'`(=:,[])\/(home|root|Users)\/\w/.test(line)) {
      return "a path of one machine: write it relative to the repository";
    }
    return /\.\.\/shared\//.test(line) ? "a link out of the repository: say it here instead" : null;
  });
}

/** Prettier cannot parse decorators on functions, and the compiler inlines without them. */
export function decorators(file: SourceText): Finding[] {
  if (!/^(engine|inspector)\//.test(file.path)) return [];
  const lines = linesOf(file);
  return findInLines(file, (line, index) => {
    const name = /^\s*@(\w+)/.exec(line)?.[1];
    if (name === undefined || /^\s*(export )?(abstract )?class /.test(target(lines, index))) {
      return null;
    }
    return `@${name}: decorators stand before classes only; remove it`;
  });
}

/** The declaration that a decorator at this line belongs to. */
function target(lines: string[], index: number): string {
  const rest = lines.slice(index).map((line) => line.replace(/^\s*(@\w+(\([^)]*\))?\s*)+/, ""));
  return rest.find((line) => line.trim() !== "") ?? "";
}
