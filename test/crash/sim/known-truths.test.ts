// What is known of InnoDB's flush methods, found by the laboratory on its own: each unsafe
// configuration loses under a stated fault, and its safe sibling does not under the very same.
//
// Sources: docs/flush-methods.md, docs/durability.md; MySQL bugs 94912, 27309336, 45892.

import { describe, expect, test } from "vitest";
import type { Device } from "../../../host/sim/device.js";
import type { Tally } from "../../../host/sim/tally.js";
import { methodNames } from "../../../host/flush/index.js";
import { exhausted, recordingOf, type Setting } from "../../sim/lab.js";

const TIMEOUT_MS = 240_000;
/** Bad states after which an exploration of an unsafe configuration has seen enough. */
const ENOUGH = 40;

interface Where {
  readonly fault: string;
  readonly drive?: Partial<Device>;
  readonly workload?: string;
}

/** All of the space for a safe configuration; an unsafe one is left when it has shown itself. */
function explore(setting: Setting, { fault, drive = {}, workload = "commits" }: Where): Tally {
  return exhausted(recordingOf(setting, workload), fault, drive, isEnough);
}

function isEnough({ outcomes }: Tally): boolean {
  return outcomes.lost + outcomes.refused + outcomes.silent >= ENOUGH;
}

function expectSafe(setting: Setting, where: Where): void {
  const { outcomes, examples, states } = explore(setting, where);
  const why = examples[0]?.verdict.why ?? "";
  expect(outcomes, `${JSON.stringify([setting, where])}: ${why}`).toEqual({
    ...{ ok: states, lost: 0, refused: 0, silent: 0 },
  });
  expect(states).toBeGreaterThan(20);
}

function whys({ examples }: Tally): string {
  return examples.map((each) => each.verdict.why).join("\n");
}

const TORN: Where = { fault: "torn" };
const ON_BATTERY: Where = { fault: "torn", drive: { cache: "battery" } };
const MYSQL_84 = "mysql-8.4";

describe("truth: doublewrite", { timeout: TIMEOUT_MS }, () => {
  test("OFF, 512-byte sectors → a torn page, refused, never served", () => {
    const found = explore({ doublewrite: "OFF" }, TORN);

    expect(found.outcomes).toMatchObject({ lost: 0, silent: 0 });
    expect(found.outcomes.refused).toBeGreaterThan(0);
    expect(whys(found)).toContain("the page is torn");
  });

  test("DETECT_ONLY → the same, noticed when the store opens", () => {
    const found = explore({ doublewrite: "DETECT_ONLY" }, TORN);

    expect(found.outcomes).toMatchObject({ lost: 0, silent: 0 });
    expect(found.outcomes.refused).toBeGreaterThan(0);
    expect(whys(found)).toContain("damage that no copy can repair");
  });

  test.each<[string, Setting, Where]>([
    ["ON, the same drive", { doublewrite: "ON" }, TORN],
    ["OFF, sectors of a page", { doublewrite: "OFF" }, { ...TORN, drive: { atomicUnit: 4096 } }],
    ["OFF, copy-on-write", { doublewrite: "OFF" }, { ...TORN, drive: { copyOnWrite: true } }],
    ["OFF, RWF_ATOMIC", { doublewrite: "OFF", method: "RWF_ATOMIC" }, TORN],
  ])("%s → nothing lost", (_what, setting, where) => expectSafe(setting, where));
});

describe("truth: O_DIRECT is no flush", { timeout: TIMEOUT_MS }, () => {
  test("MySQL's O_DIRECT, volatile cache → a page and its copy torn together: refused", () => {
    const found = explore({ profile: MYSQL_84, method: "O_DIRECT" }, TORN);

    expect(found.outcomes).toMatchObject({ lost: 0, silent: 0 });
    expect(found.outcomes.refused).toBeGreaterThan(0);
    expect(whys(found)).toContain("the page is torn");
  });

  test("MySQL's O_DIRECT_NO_FSYNC, volatile cache → lost, refused and silently old", () => {
    const recording = recordingOf({ profile: MYSQL_84, method: "O_DIRECT_NO_FSYNC" });
    const { outcomes } = exhausted(recording, "torn");

    expect(outcomes.lost).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(outcomes.silent).toBeGreaterThan(0);
  });

  test.each<[string, Setting, Where]>([
    ["MySQL's O_DIRECT, battery", { profile: MYSQL_84, method: "O_DIRECT" }, ON_BATTERY],
    ["O_DIRECT-safe, volatile", { profile: MYSQL_84, method: "O_DIRECT-safe" }, TORN],
    ["this store's O_DIRECT, volatile", { method: "O_DIRECT" }, TORN],
    ["MariaDB's O_DIRECT, volatile", { profile: "mariadb-10.11", method: "O_DIRECT" }, TORN],
    [
      "MySQL's O_DIRECT_NO_FSYNC, battery",
      { profile: MYSQL_84, method: "O_DIRECT_NO_FSYNC" },
      ON_BATTERY,
    ],
  ])("%s → nothing lost", (_what, setting, where) => expectSafe(setting, where));
});

describe("truth: a file that grew (bug 27309336)", { timeout: TIMEOUT_MS }, () => {
  const method = "O_DIRECT_NO_FSYNC";

  describe.each<Where>([
    { fault: "os-crash", workload: "grow" },
    { ...ON_BATTERY, workload: "grow" },
  ])("$fault, drive $drive", (where) => {
    test("5.6's O_DIRECT_NO_FSYNC → its tail is gone, and the store is refused", () => {
      const found = explore({ profile: "mysql-5.6", method }, where);

      expect(found.outcomes.refused).toBeGreaterThan(0);
      expect(whys(found)).toMatch(/expected a file of at least 10 pages, found \d pages/);
    });

    test("8.0.14's, which syncs a file that grew → nothing lost", () => {
      expectSafe({ profile: "mysql-8.0.14", method }, where);
    });
  });
});

describe("truth: innodb_flush_log_at_trx_commit", { timeout: TIMEOUT_MS }, () => {
  test.each<[0 | 1 | 2, string, "safe" | "loses"]>([
    [1, "process-kill", "safe"],
    [1, "os-crash", "safe"],
    [1, "power-cut", "safe"],
    [2, "process-kill", "safe"],
    [2, "os-crash", "loses"],
    [2, "power-cut", "loses"],
    [0, "process-kill", "loses"],
    [0, "os-crash", "loses"],
    [0, "power-cut", "loses"],
  ])("%i, %s → %s", (trxCommit, fault, verdict) => {
    if (verdict === "safe") return expectSafe({ trxCommit }, { fault });
    const { outcomes } = explore({ trxCommit }, { fault });
    expect(outcomes.lost).toBeGreaterThan(0);
    expect(outcomes, "acknowledged commits are lost, nothing is damaged").toMatchObject({
      ...{ refused: 0, silent: 0 },
    });
  });
});

describe("truth: nosync", { timeout: TIMEOUT_MS }, () => {
  const setting: Setting = { profile: MYSQL_84, method: "nosync" };

  test("a page, or its copy, is durable before its redo → refused: redo is missing", () => {
    const { outcomes, examples } = exhausted(recordingOf(setting), "os-crash");

    expect(outcomes.lost).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(examples.map((each) => each.verdict.why).join("\n")).toContain("redo is missing");
  });

  test("the end of the process → nothing lost", () => {
    expectSafe(setting, { fault: "process-kill" });
  });

  test("fsync, the same crash → nothing lost", () => {
    expectSafe({ profile: MYSQL_84, method: "fsync" }, { fault: "os-crash" });
  });
});

describe("truth: a drive that does not flush", { timeout: TIMEOUT_MS }, () => {
  const methods = methodNames();

  test.each(methods)("nobarrier, volatile cache, %s → loses", (method) => {
    const found = explore({ method }, { fault: "torn", drive: { barriers: false } });
    expect(found.worst).not.toBe("ok");
  });

  test.each(methods)("a lying drive, %s → loses", (method) => {
    expect(explore({ method }, { fault: "lying-flush" }).worst).not.toBe("ok");
  });

  test.each(["fsync", "O_DSYNC", "O_DIRECT", "O_DIRECT_NO_FSYNC"])(
    "nobarrier, battery, %s → nothing lost",
    (method) => {
      expectSafe({ method }, { fault: "torn", drive: { barriers: false, cache: "battery" } });
    },
  );
});
