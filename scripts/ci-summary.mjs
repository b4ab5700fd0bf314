// Reads the test runner's own report: prints what failed and what was skipped, then the count.
//
//   node scripts/ci-summary.mjs build/test-report.json
//
// The last line is `N passed, N failed`, with `, N skipped` where tests were skipped. The exit code
// is 1 when anything failed or nothing passed.

import { readFileSync } from "node:fs";
import { relative } from "node:path";

const SKIPPED = new Set(["skipped", "pending", "todo", "disabled"]);

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    console.log(`no test report: ${error.message}`);
    return null;
  }
}

/** A file that could not even be loaded has no test to its name; it counts as one failed test. */
function testsOf(file) {
  const tests = file.assertionResults.map(({ fullName, status }) => ({
    name: `${relative(".", file.name)}: ${fullName}`,
    status,
  }));
  const isUnseen = file.status === "failed" && !tests.some(({ status }) => status === "failed");
  if (isUnseen)
    tests.push({ name: `${relative(".", file.name)}: ${file.message}`, status: "failed" });
  return tests;
}

function list(title, tests) {
  if (tests.length > 0) console.log(`\n${title}:`);
  for (const { name } of tests) console.log(`  ${name}`);
}

const report = readReport(process.argv[2]);
const tests = report === null ? [] : report.testResults.flatMap(testsOf);
const passed = tests.filter(({ status }) => status === "passed");
const failed = tests.filter(({ status }) => status === "failed");
const skipped = tests.filter(({ status }) => SKIPPED.has(status));

list("failed", failed);
list("skipped", skipped);
// Without a report nothing ran, and that must not look like a run without failures.
const failedCount = report === null ? 1 : failed.length;
const skippedText = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
console.log(`\n${passed.length} passed, ${failedCount} failed${skippedText}`);
process.exitCode = failedCount > 0 || passed.length === 0 ? 1 : 0;
