// The defaults of `bench crash`: InnoDB's six methods with doublewrite on and off, and four more
// rows for contrast, so that one screen answers most questions.

import type { RowSpec } from "./settings.js";

export const CRASH_DEFAULTS = {
  flushMethod: "innodb",
  doublewrite: "ON,OFF",
  flushLogAtTrxCommit: "1",
  profile: "mysql-8.4",
  workload: "commits,grow,life",
  /** A crash state of a large page costs more than one of a small page, and shows the same. */
  pageSize: "4k",
  budget: "1000",
  seed: "7",
} as const;

/** Workloads so small that every crash state within the bound can be visited. */
export const EXHAUSTIVE_WORKLOADS = "commits,grow";

/** Added to the default rows: what the commit policies lose, and the hole of O_DIRECT closed. */
export const CONTRAST: readonly RowSpec[] = [
  { profile: "mysql-8.4", method: "fsync", doublewrite: "ON", trxCommit: 2 },
  { profile: "mysql-8.4", method: "fsync", doublewrite: "ON", trxCommit: 0 },
  { profile: "tornproof", method: "O_DIRECT", doublewrite: "ON", trxCommit: 1 },
];
