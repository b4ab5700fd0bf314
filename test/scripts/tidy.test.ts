// The style checker: every rule once on text that breaks it and once on text that does not.

import { describe, expect, test } from "vitest";
import { functionsOf } from "../../scripts/tidy/functions.js";
import { checkOne } from "../../scripts/tidy/rules.js";

const HEADER = "// What this file is responsible for.\n\n";

function messages(path: string, body: string): string[] {
  const findings = checkOne({ path, text: HEADER + body });
  return findings.map(({ line, message }) => `${line}: ${message}`);
}

function repeat(line: string, count: number): string {
  return `${line}\n`.repeat(count);
}

function longFunction(lines: number): string {
  return `function long(): void {\n${repeat("  step();", lines - 2)}}\n`;
}

describe("tidy: sizes", () => {
  test.each([
    ["engine/a.ts", 400],
    ["native/src/a.c", 400],
    ["test/a.test.ts", 500],
  ])("%s: one line above %i → told to split, at that line", (path, limit) => {
    expect(messages(path, repeat("//", limit - 2))).toEqual([]);
    expect(messages(path, repeat("//", limit - 1))).toEqual([
      `${limit + 1}: ${limit + 1} lines; the limit is ${limit}: split the file by idea`,
    ]);
  });

  test("line: 101 columns → found; 100 columns of box drawing → not", () => {
    expect(messages("host/a.ts", `// ${"x".repeat(98)}\n`)).toEqual([
      "3: 101 columns; break the line at 100",
    ]);
    expect(messages("host/a.ts", `// ${"│".repeat(97)}\n`)).toEqual([]);
  });

  test.each([
    ["a link", "docs/a.md", `see https://example.org/${"x".repeat(100)}`],
    ["a table row", "docs/a.md", `| ${"x".repeat(100)} |`],
    ["a fenced line", "docs/a.md", `\`\`\`\n${"x".repeat(120)}\n\`\`\``],
    ["a long string", "host/a.ts", `const text = "${"x".repeat(100)}";`],
    ["recorded output", "test/golden/a.md", "x".repeat(120)],
  ])("line: %s → may be longer", (_, path, text) => {
    expect(messages(path, `${text}\n`)).toEqual([]);
  });
});

describe("tidy: functions", () => {
  test.each([
    [40, []],
    [41, ["3: long has 41 lines; the limit is 40: give its parts names"]],
    [70, ["3: long has 70 lines; the limit is 40: give its parts names"]],
    [71, ["3: long has 71 lines; never more than 70"]],
  ])("a function of %i lines → %j", (lines, expected) => {
    expect(messages("host/a.ts", longFunction(lines))).toEqual(expected);
  });

  test("describe callback → is a chapter and has no limit", () => {
    const text = `describe("x", () => {\n${repeat("  step();", 60)}});\n`;
    expect(messages("test/a.test.ts", text)).toEqual([]);
  });

  test("C function → measured from its signature to the brace in column one", () => {
    const text = "static int one(void);\n\nstatic int\ntwo(int a,\n    int b) {\n  return a;\n}\n";
    const spans = functionsOf({ path: "native/src/a.c", text });
    expect(spans).toEqual([{ name: "two", line: 4, count: 4 }]);
  });

  test("arrow, method and constructor → named as the reader knows them", () => {
    const text = "const f = () => 1;\nclass A {\n  constructor() {}\n  m() {}\n}\n";
    const spans = functionsOf({ path: "host/a.ts", text });
    expect(spans.map(({ name }) => name)).toEqual(["f", "constructor", "m"]);
  });
});

describe("tidy: layout", () => {
  test.each([
    ["host/pageCleaner.ts", "page-cleaner.ts"],
    ["native/src/page_io.c", "page-io.c"],
    ["docs/FlushMethods.md", "flush-methods.md"],
  ])("%s → named %s instead", (path, kebab) => {
    expect(messages(path, "")).toEqual([`1: file names are kebab-case: ${kebab}`]);
  });

  test("file without an opening comment → asked for one", () => {
    const findings = checkOne({ path: "host/a.ts", text: "export const a = 1;\n" });
    expect(findings.map(({ message }) => message)).toEqual([
      "open the file with a comment: what is it responsible for?",
    ]);
  });

  test("program with an interpreter line → its comment may stand second", () => {
    const text = "#!/usr/bin/env node\n// The command.\n";
    expect(checkOne({ path: "bench/cli.ts", text })).toEqual([]);
  });

  test("TODO → needs a link", () => {
    expect(messages("host/a.ts", "// TODO later\n")).toEqual([
      "3: TODO without a link: do it, or link the issue that will",
    ]);
    expect(messages("host/a.ts", "// TODO https://example.org/1\n")).toEqual([]);
  });

  test.each(["see /home/me/x", '"/root/a"', "at /Users/me."])("%s → one machine only", (text) => {
    const expected = ["3: a path of one machine: write it relative to the repository"];
    expect(messages("docs/a.md", `${text}\n`)).toEqual(expected);
  });

  test("docs/home/a and /rooted → no path of a machine", () => {
    expect(messages("docs/a.md", "docs/home/a /rooted `/homely/x`\n")).toEqual([]);
  });

  test("link to ../shared → found", () => {
    expect(messages("docs/a.md", "[x](../shared/y.md)\n")).toEqual([
      "3: a link out of the repository: say it here instead",
    ]);
  });

  test("decorator in the engine → before classes only", () => {
    expect(messages("engine/a.ts", "@inline\nfunction f(): void {}\n")).toEqual([
      "3: @inline: decorators stand before classes only; remove it",
    ]);
    expect(messages("engine/a.ts", "@unmanaged\nexport class A {}\n")).toEqual([]);
    expect(messages("engine/a.ts", "@unmanaged export class A {}\n")).toEqual([]);
  });
});

describe("tidy: words", () => {
  test.each([
    ["engine/a.ts", "// lock the page", '"lock the page": say fix, unfix'],
    ["engine/a.ts", "// unpin it", '"unpin": say fix, unfix'],
    ["engine/a.ts", "const dirtyList = 1;", '"dirtyList": say flush list'],
    ["host/a.ts", "// the WAL buffer", '"WAL buffer": say log buffer'],
    ["host/a.ts", "// flush the log", '"flush the log": say sync'],
    ["docs/a.md", "its behaviour", '"behaviour": say behavior'],
  ])("%s: %s → %s", (path, text, message) => {
    expect(messages(path, `${text}\n`)).toEqual([`3: ${message}`]);
  });

  test.each([
    ["host/a.ts", "// pins the memory until the addon is done"],
    ["docs/a.md", "SQLite's WAL buffer"],
    ["engine/a.ts", "// innodb_flush_log_at_trx_commit, log block, spinning"],
  ])("%s: %s → nothing to say", (path, text) => {
    expect(messages(path, `${text}\n`)).toEqual([]);
  });
});
