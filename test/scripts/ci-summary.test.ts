// The count CI reads: from the test runner's report to the last line and the exit code.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../host/package-root.js";

const folder = mkdtempSync(join(tmpdir(), "tornproof-ci-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface FileReport {
  status: "passed" | "failed";
  tests: Record<string, string>;
  message?: string;
}

function summarize(files: FileReport[] | null): { lines: string[]; code: number | null } {
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const testResults = files?.map(({ status, tests, message = "" }) => ({
    name: join(packageRoot(), "test/a.test.ts"),
    status,
    message,
    assertionResults: Object.entries(tests).map(([fullName, state]) => ({
      fullName,
      status: state,
    })),
  }));
  if (testResults) writeFileSync(report, JSON.stringify({ testResults }));
  const script = join(packageRoot(), "scripts/ci-summary.mjs");
  const outcome = spawnSync(process.execPath, [script, report], {
    cwd: packageRoot(),
    encoding: "utf8",
  });
  return { lines: outcome.stdout.trimEnd().split("\n"), code: outcome.status };
}

describe("ci summary", () => {
  test("all passed → the count and exit code 0", () => {
    const { lines, code } = summarize([
      { status: "passed", tests: { one: "passed", two: "passed" } },
    ]);
    expect(lines.at(-1)).toBe("2 passed, 0 failed");
    expect(code).toBe(0);
  });

  test("one failed, two skipped → named, counted, exit code 1", () => {
    const tests = { one: "passed", two: "failed", three: "skipped", four: "todo" };
    const { lines, code } = summarize([{ status: "failed", tests }]);
    expect(lines.at(-1)).toBe("1 passed, 1 failed, 2 skipped");
    expect(lines).toContain("  test/a.test.ts: two");
    expect(lines).toContain("  test/a.test.ts: three");
    expect(lines).toContain("  test/a.test.ts: four");
    expect(code).toBe(1);
  });

  test("a file that could not be loaded → one failed, with its message", () => {
    const { lines, code } = summarize([
      { status: "passed", tests: { one: "passed" } },
      { status: "failed", tests: {}, message: "cannot find ./gone.js" },
    ]);
    expect(lines).toContain("  test/a.test.ts: cannot find ./gone.js");
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(code).toBe(1);
  });

  test.each([
    ["no report", null, "0 passed, 1 failed"],
    ["a report without tests", [], "0 passed, 0 failed"],
  ])("%s → exit code 1", (_, files, last) => {
    const { lines, code } = summarize(files);
    expect(lines.at(-1)).toBe(last);
    expect(code).toBe(1);
  });
});
