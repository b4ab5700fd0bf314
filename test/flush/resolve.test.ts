// From a name to a table: spellings, numbers, profiles, sync calls, and methods that users
// register.

import { afterEach, describe, expect, test } from "vitest";
import { EnginePanic, StoreError } from "../../host/errors.js";
import type { FlushMethod } from "../../host/flush/index.js";
import {
  callFor,
  methodNames,
  openModeFor,
  profileNames,
  registerMethod,
  resolveMethod,
  ruleFor,
  unregisterMethod,
} from "../../host/flush/index.js";

function codeOf(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof StoreError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("resolve: names and numbers", () => {
  test.each([
    [0, "fsync"],
    [1, "O_DSYNC"],
    [2, "littlesync"],
    [3, "nosync"],
    [4, "O_DIRECT"],
    [5, "O_DIRECT_NO_FSYNC"],
  ])("resolve: %i → %s under every profile, as a number and as text", (number, name) => {
    for (const profile of profileNames()) {
      expect(resolveMethod(number, { profile }).name, profile).toBe(name);
      expect(resolveMethod(String(number), { profile }).number, profile).toBe(number);
    }
  });

  test.each([6, -1, 4.5, "99"])("resolve: %s is no number of InnoDB's → BAD_OPTION", (value) => {
    expect(codeOf(() => resolveMethod(value)).code).toBe("BAD_OPTION");
  });

  test("resolve: a misspelled name → BAD_OPTION with the nearest and every valid name", () => {
    const { code, message } = codeOf(() => resolveMethod("O_DIRCT"));

    expect(code).toBe("BAD_OPTION");
    expect(message).toContain('did you mean "O_DIRECT"?');
    for (const name of methodNames()) expect(message).toContain(name);
  });

  test("resolve: a name like nothing → BAD_OPTION without a guess", () => {
    expect(codeOf(() => resolveMethod("quick")).message).not.toContain("did you mean");
  });

  test.each(["unbuffered", "normal", "async_unbuffered", "UNBUFFERED"])(
    "resolve: %s exists only on Windows → UNAVAILABLE",
    (name) => {
      const { code, message } = codeOf(() => resolveMethod(name));
      expect(code).toBe("UNAVAILABLE");
      expect(message).toContain("Windows");
    },
  );

  test("resolve: an unknown profile → BAD_OPTION with the nearest", () => {
    const { code, message } = codeOf(() => resolveMethod("fsync", { profile: "mysql-8.5" }));
    expect(code).toBe("BAD_OPTION");
    expect(message).toContain('"mysql-8.4"');
  });

  test("resolve: ALL_O_DIRECT is Percona's and ours, not MySQL's", () => {
    expect(resolveMethod("ALL_O_DIRECT", { profile: "percona-5.7" }).open.log.direct).toBe(true);
    expect(codeOf(() => resolveMethod("ALL_O_DIRECT", { profile: "mysql-8.4" })).code).toBe(
      "BAD_OPTION",
    );
  });
});

describe("resolve: what the same name means", () => {
  const copies = (profile: string, name: string): string =>
    resolveMethod(name, { profile }).sync["dblwr-batch"];

  test.each([
    ["tornproof", "sync", "sync"],
    ["mysql-8.4", "none", "none"],
    ["mysql-8.0.20", "none", "none"],
    ["mysql-8.0.14", "sync", "size-changed"],
    ["mysql-5.7", "sync", "size-changed"],
    ["mysql-5.6", "sync", "none"],
    ["mariadb-10.11", "sync", "none"],
    ["mariadb-11", "sync", "sync"],
    ["percona-5.7", "sync", "none"],
  ])("resolve: %s copies → O_DIRECT %s, O_DIRECT_NO_FSYNC %s", (profile, direct, noFsync) => {
    expect(copies(profile, "O_DIRECT")).toBe(direct);
    expect(copies(profile, "O_DIRECT_NO_FSYNC")).toBe(noFsync);
  });

  test.each([
    ["mysql-8.4", "O_DIRECT", "power-loss"],
    ["mysql-8.4", "O_DIRECT_NO_FSYNC", "protected-cache"],
    ["mariadb-10.11", "O_DIRECT_NO_FSYNC", "protected-cache"],
    ["mysql-5.6", "O_DIRECT_NO_FSYNC", "process-crash"],
    ["percona-5.7", "ALL_O_DIRECT", "protected-cache"],
    ["tornproof", "O_DIRECT", "power-loss"],
  ])("resolve: %s %s-safe syncs the copies and survives %s", (profile, name, durability) => {
    const safe = resolveMethod(`${name}-safe`, { profile });
    expect(safe.sync["dblwr-batch"]).toBe("sync");
    expect(safe.durability).toBe(durability);
  });

  test("resolve: MySQL 8.4 syncs a data file of O_DIRECT_NO_FSYNC only after it grew", () => {
    const method = resolveMethod("O_DIRECT_NO_FSYNC", { profile: "mysql-8.4" });
    for (const point of ["data-batch", "data-batch-plain", "checkpoint-data"] as const) {
      expect(callFor(method, "data", point)).toEqual({ rule: "size-changed", call: "fdatasync" });
    }
    expect(callFor(method, "log", "file-close").rule).toBe("sync");
  });

  test("resolve: MySQL 5.6 never syncs a data file of O_DIRECT_NO_FSYNC, but its log", () => {
    const method = resolveMethod("O_DIRECT_NO_FSYNC", { profile: "mysql-5.6" });
    for (const point of ["file-create", "file-extend", "file-close", "recovery"] as const) {
      expect(ruleFor(method, "data", point), point).toBe("none");
      if (point !== "file-extend") expect(ruleFor(method, "log", point), point).toBe("sync");
    }
    expect(callFor(method, "marker", "file-create").rule).toBe("sync");
  });

  test("resolve: nosync → MySQL syncs neither redo nor checkpoint data, MariaDB waits less", () => {
    const mysql = resolveMethod("nosync", { profile: "mysql-8.4" });
    expect(rulesOf(mysql)).toEqual({
      "log-commit": "none",
      "log-background": "none",
      "log-write-ahead": "none",
      "dblwr-batch": "sync",
      "data-batch": "sync",
      "checkpoint-data": "none",
      "checkpoint-log": "none",
    });
    const mariadb = resolveMethod("nosync", { profile: "mariadb-10.11" });
    expect(rulesOf(mariadb)).toEqual({
      "log-commit": "none",
      "log-background": "sync",
      "log-write-ahead": "sync",
      "dblwr-batch": "sync",
      "data-batch": "sync",
      "checkpoint-data": "none",
      "checkpoint-log": "sync",
    });
  });

  test("resolve: O_DSYNC is O_SYNC on MySQL's log, O_DSYNC and direct on MariaDB's", () => {
    const log = (profile: string) => openModeFor(resolveMethod("O_DSYNC", { profile }), "log");
    expect(log("mysql-8.4")).toEqual({ direct: false, sync: "sync" });
    expect(log("mariadb-10.11")).toEqual({ direct: true, sync: "dsync" });
    const data = (profile: string) => openModeFor(resolveMethod("O_DSYNC", { profile }), "data");
    expect(data("mariadb-10.11")).toEqual({ direct: true, sync: "none" });
    expect(data("mariadb-11")).toEqual({ direct: true, sync: "dsync" });
  });

  test("resolve: MariaDB syncs pages without copies at the checkpoint, not after the batch", () => {
    for (const profile of ["mariadb-10.11", "mariadb-11"]) {
      const { sync } = resolveMethod("O_DIRECT", { profile });
      expect([sync["data-batch-plain"], sync["checkpoint-data"]]).toEqual(["none", "sync"]);
    }
  });

  test("resolve: MariaDB 11 O_DIRECT_NO_FSYNC is fast, and O_DIRECT without doublewrite", () => {
    const named = (name: string, doublewrite: string): FlushMethod =>
      resolveMethod(name, { profile: "mariadb-11", doublewrite });
    expect(named("O_DIRECT_NO_FSYNC", "ON").sync).toEqual(named("O_DIRECT", "fast").sync);
    expect(named("O_DIRECT_NO_FSYNC", "OFF").sync).toEqual(named("O_DIRECT", "OFF").sync);
  });

  test("resolve: fast → buffered survives no system crash, O_DSYNC a power cut", () => {
    const named = (name: string): FlushMethod =>
      resolveMethod(name, { profile: "mariadb-11", doublewrite: "fast" });
    expect(named("fsync").durability).toBe("process-crash");
    expect(named("O_DIRECT").durability).toBe("protected-cache");
    expect(named("O_DSYNC").durability).toBe("power-loss");
  });

  test("resolve: fast outside MariaDB 11 → BAD_OPTION", () => {
    const { code, message } = codeOf(() =>
      resolveMethod("O_DIRECT", { profile: "mysql-8.4", doublewrite: "fast" }),
    );
    expect(code).toBe("BAD_OPTION");
    expect(message).toContain("MariaDB 11");
  });

  function rulesOf(method: FlushMethod): Record<string, string> {
    const points = [
      "log-commit",
      "log-background",
      "log-write-ahead",
      "dblwr-batch",
      "data-batch",
      "checkpoint-data",
      "checkpoint-log",
    ] as const;
    return Object.fromEntries(points.map((point) => [point, method.sync[point]]));
  }
});

describe("resolve: innodb_use_fdatasync", () => {
  const call = (name: string, profile: string, useFdatasync?: boolean): string =>
    resolveMethod(name, { profile, useFdatasync }).syncCall;

  test("fdatasync: the defaults → MySQL 8.4 and MariaDB ON, older servers OFF", () => {
    expect(call("O_DIRECT", "mysql-8.4")).toBe("fdatasync");
    expect(call("O_DIRECT", "mariadb-10.11")).toBe("fdatasync");
    for (const profile of ["mysql-8.0.20", "mysql-8.0.14", "mysql-5.7", "percona-5.7"]) {
      expect(call("O_DIRECT", profile), profile).toBe("fsync");
    }
  });

  test("fdatasync: in the default profile the name fsync means fsync unless set", () => {
    expect(call("fsync", "tornproof")).toBe("fsync");
    expect(call("fsync", "tornproof", true)).toBe("fdatasync");
    expect(call("O_DIRECT", "tornproof")).toBe("fdatasync");
    expect(call("O_DIRECT", "tornproof", false)).toBe("fsync");
    expect(call("fdatasync", "tornproof", false)).toBe("fdatasync");
  });

  test("fdatasync: a server without the variable → BAD_OPTION unless it agrees", () => {
    expect(codeOf(() => call("O_DIRECT", "mysql-5.7", true)).code).toBe("BAD_OPTION");
    expect(codeOf(() => call("O_DIRECT", "mariadb-11", false)).code).toBe("BAD_OPTION");
    expect(call("O_DIRECT", "mariadb-11", true)).toBe("fdatasync");
    expect(call("O_DIRECT", "mysql-5.7", false)).toBe("fsync");
  });
});

describe("call: what the driver asks", () => {
  test("call: a pair that no protocol step has → EnginePanic", () => {
    const method = resolveMethod("fsync");
    expect(() => callFor(method, "data", "log-commit")).toThrow(EnginePanic);
    expect(() => callFor(method, "log", "dblwr-batch")).toThrow("a log file has no sync point");
  });

  test("call: the DETECT_ONLY file follows the doublewrite files, the marker is buffered", () => {
    const method = resolveMethod("O_DIRECT", { profile: "mysql-8.4" });
    expect(openModeFor(method, "bdblwr")).toBe(openModeFor(method, "dblwr"));
    expect(callFor(method, "bdblwr", "dblwr-batch").call).toBeNull();
    expect(openModeFor(method, "marker")).toEqual({ direct: false, sync: "none" });
  });
});

describe("register: methods of a user", () => {
  const NAME = "mine";
  const mine = (change: Partial<FlushMethod> = {}): FlushMethod => ({
    ...resolveMethod("O_DIRECT"),
    name: NAME,
    number: null,
    ...change,
  });
  afterEach(() => void unregisterMethod(NAME));

  test("register: a valid table → resolves under every profile and keeps its sync call", () => {
    registerMethod(mine({ syncCall: "fsync" }));
    for (const profile of profileNames()) {
      const found = resolveMethod("MINE", { profile });
      expect(found.name).toBe(NAME);
      expect(found.syncCall).toBe("fsync");
    }
    expect(resolveMethod(NAME, { useFdatasync: true }).syncCall).toBe("fsync");
    expect(methodNames()).toContain(NAME);
  });

  test("register: a later change of the object → the registered table stays as it was", () => {
    const table = { ...mine(), sync: { ...mine().sync } };
    registerMethod(table);
    table.sync["log-commit"] = "none";
    expect(resolveMethod(NAME).sync["log-commit"]).toBe("sync");
  });

  test.each<[string, Partial<FlushMethod>]>([
    ["durability", { sync: { ...mine().sync, "dblwr-batch": "none" } }],
    ["caveat", { durability: "os-crash", caveat: "" }],
    ["name", { name: "o_direct" }],
    ["name", { name: "O_DIRECT-SAFE" }],
    ["name", { name: "no spaces" }],
    ["number", { number: 4 }],
    ["syncCall", { syncCall: "sync" as "fsync" }],
    ["open.log", { open: { ...mine().open, log: {} as FlushMethod["open"]["log"] } }],
    ["sync.recovery", { sync: { ...mine().sync, recovery: "maybe" as "none" } }],
    ["except.data.recovery", { except: { data: { recovery: "maybe" as "none" } } }],
  ])("register: a wrong %s → BAD_ARGUMENT naming it, case %#", (field, change) => {
    const { code, message } = codeOf(() => registerMethod(mine(change)));
    expect(code).toBe("BAD_ARGUMENT");
    expect(message).toContain(`: ${field}: `);
  });

  test("register: a class weaker than the table keeps → accepted with a caveat", () => {
    registerMethod(mine({ durability: "process-crash", caveat: "Promised to nobody." }));
    expect(resolveMethod(NAME).durability).toBe("process-crash");
  });

  test("register: the same name twice → BAD_ARGUMENT", () => {
    registerMethod(mine());
    expect(codeOf(() => registerMethod(mine())).code).toBe("BAD_ARGUMENT");
  });
});
