// What a rule sees of a file, and what it gives back.

export interface SourceText {
  /** Relative to the repository root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  readonly path: string;
  /** Counts from one, as editors do. */
  readonly line: number;
  /** What is wrong and what to write instead. */
  readonly message: string;
}

/** A rule is a pure function from one file to its findings. */
export type Rule = (file: SourceText) => Finding[];

const CODE = /\.(ts|mts|mjs|js|c|cc|cpp|h)$/;

export function isCode(path: string): boolean {
  return CODE.test(path);
}

export function isScript(path: string): boolean {
  return /\.(ts|mts|mjs|js)$/.test(path);
}

/** True for recorded output, which is as long and as wide as what it records. */
export function isRecorded(path: string): boolean {
  return /(^|\/)(golden|results)\//.test(path);
}

/** The lines of a file without a last empty one. */
export function linesOf(file: SourceText): string[] {
  const lines = file.text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** One finding for every line in which the test sees something; the test gives the message. */
export function findInLines(
  file: SourceText,
  test: (line: string, index: number) => string | null,
): Finding[] {
  return linesOf(file).flatMap((line, index) => {
    const message = test(line, index);
    return message === null ? [] : [{ path: file.path, line: index + 1, message }];
  });
}
