// How the tests run: everything first, then the crash tests alone, so that their many child
// processes do not disturb anything that looks at time.

import { defineConfig } from "vitest/config";

const CRASH = "test/crash/**/*.test.ts";

const shared = {
  environment: "node",
  pool: "forks",
  testTimeout: 60_000,
  hookTimeout: 60_000,
} as const;

export default defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: "build/test-report.json" }]],
    passWithNoTests: false,
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: "main",
          include: ["test/**/*.test.ts"],
          exclude: [CRASH],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: { ...shared, name: "crash", include: [CRASH], sequence: { groupOrder: 1 } },
      },
    ],
  },
});
