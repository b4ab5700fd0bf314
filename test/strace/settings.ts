// The stores whose system calls are looked at: every open mode, every sync rule, both executors.

import { probeDirectIo } from "../../host/probe/index.js";
import { ORACLE, type OracleRow } from "../oracle/oracle.js";
import type { Setting } from "./scenario.js";

type Choice = Pick<Setting, "profile" | "method" | "doublewrite" | "trxCommit">;

const METHODS: readonly [string, string][] = [
  ["tornproof", "fsync"],
  ["tornproof", "fdatasync"],
  ["tornproof", "O_DSYNC"],
  ["tornproof", "nosync"],
  ["tornproof", "O_DIRECT"],
  ["tornproof", "O_DIRECT_NO_FSYNC"],
  ["tornproof", "ALL_O_DIRECT"],
  ["tornproof", "O_DIRECT+O_DSYNC"],
  ["tornproof", "O_DIRECT+O_SYNC"],
  ["tornproof", "redo-only"],
  ["tornproof", "none"],
  ["mysql-8.4", "fsync"],
  ["mysql-8.4", "O_DIRECT"],
  ["mysql-8.4", "O_DIRECT_NO_FSYNC"],
  ["mysql-5.7", "O_DIRECT"],
  ["mysql-5.6", "O_DIRECT_NO_FSYNC"],
  ["mariadb-10.11", "O_DSYNC"],
  ["mariadb-10.11", "nosync"],
  ["mariadb-11", "O_DSYNC"],
  ["mariadb-11", "O_DIRECT"],
  ["percona-5.7", "O_DSYNC"],
  ["percona-5.7", "ALL_O_DIRECT"],
];

const OTHERS: readonly Choice[] = [
  { profile: "tornproof", method: "fsync", doublewrite: "OFF", trxCommit: 2 },
  { profile: "tornproof", method: "O_DIRECT", doublewrite: "OFF", trxCommit: 0 },
  { profile: "tornproof", method: "O_DIRECT", doublewrite: "DETECT_ONLY", trxCommit: 1 },
  { profile: "mysql-8.4", method: "O_DIRECT", doublewrite: "DETECT_ONLY", trxCommit: 2 },
  { profile: "mariadb-10.11", method: "O_DIRECT", doublewrite: "OFF", trxCommit: 1 },
];

const CHOICES: readonly Choice[] = [
  ...METHODS.map(([profile, method]) => ({
    ...{ profile, method },
    ...{ doublewrite: "ON" as const, trxCommit: 1 as const },
  })),
  ...OTHERS,
];

export function rowOf({ profile, method }: Pick<Setting, "profile" | "method">): OracleRow {
  return ORACLE.find((row) => row.profile === profile && row.method === method)!;
}

/**
 * Settings whose open modes are real in `dir`: where O_DIRECT is not, or needs more than a log
 * block, the store would substitute another table, and these tests would look at that one.
 */
export function settingsFor(backend: Setting["backend"], dir: string): Setting[] {
  const probe = probeDirectIo(dir);
  const isReal = (choice: Choice): boolean => {
    const { log, data, dblwr } = rowOf(choice).open;
    if (log.includes("d") && probe.alignment !== 512) return false;
    return probe.real || !`${data}${dblwr}`.includes("d");
  };
  return CHOICES.filter(isReal).map((choice, n) => ({ ...choice, backend, dir: `${dir}/${n}` }));
}
