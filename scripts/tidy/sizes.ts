// How long a file and a line may be.

import {
  findInLines,
  isCode,
  isRecorded,
  linesOf,
  type Finding,
  type SourceText,
} from "./source.js";

const LINE_COLUMNS_MAX = 100;
const TEST_LINES_MAX = 500;
const CODE_LINES_MAX = 400;

export function fileLength(file: SourceText): Finding[] {
  if (!isCode(file.path) || isRecorded(file.path)) return [];
  const limit = file.path.startsWith("test/") ? TEST_LINES_MAX : CODE_LINES_MAX;
  const count = linesOf(file).length;
  if (count <= limit) return [];
  const message = `${count} lines; the limit is ${limit}: split the file by idea`;
  return [{ path: file.path, line: limit + 1, message }];
}

export function lineLength(file: SourceText): Finding[] {
  const isDocument = file.path.endsWith(".md");
  if (!(isCode(file.path) || isDocument) || isRecorded(file.path)) return [];
  let isInFence = false;
  return findInLines(file, (line) => {
    if (isDocument && line.startsWith("```")) isInFence = !isInFence;
    // Characters, not UTF-16 units: arrows and box drawings in pictures count once.
    const columns = [...line].length;
    if (columns <= LINE_COLUMNS_MAX || isInFence || mayBeLong(line)) return null;
    return `${columns} columns; break the line at ${LINE_COLUMNS_MAX}`;
  });
}

/** Links cannot be broken, tables should not be, and a long string is broken only by hand. */
function mayBeLong(line: string): boolean {
  return /https?:\/\//.test(line) || /^\s*(\/\/ )?\|/.test(line) || /(["'`]).{60,}\1/.test(line);
}
