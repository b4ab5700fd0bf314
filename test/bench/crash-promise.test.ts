// What the documentation lets a configuration lose: docs/durability.md as a function.

import { describe, expect, test } from "vitest";
import { allowance, classOf } from "../../bench/crash/promise.js";
import {
  deviceFor,
  FAULT_MODELS,
  faultModel,
  methodNames,
  resolveMethod,
} from "../../bench/host.js";
import type { Device } from "../../bench/host.js";

interface Case {
  readonly method: string;
  readonly doublewrite?: string;
  readonly trxCommit?: number;
  readonly pageSize?: number;
  readonly drive?: Partial<Device>;
}

describe("bench crash promise", () => {
  test.each<[string, Case, string, string[]]>([
    ["durable, ON", { method: "fsync" }, "torn", []],
    ["durable, ON, a liar", { method: "fsync" }, "lying-flush", ["lost", "refused", "silent"]],
    ["a liar with a battery", { method: "fsync", drive: { cache: "battery" } }, "lying-flush", []],
    ["durable, OFF", { method: "fsync", doublewrite: "OFF" }, "torn", ["refused"]],
    ["durable, OFF, no tears", { method: "fsync", doublewrite: "OFF" }, "reorder", []],
    ["DETECT_ONLY", { method: "fsync", doublewrite: "DETECT_ONLY" }, "torn", ["refused"]],
    [
      "OFF on atomic pages",
      { method: "fsync", doublewrite: "OFF", drive: { atomicUnit: 4096 } },
      "torn",
      [],
    ],
    [
      "OFF, pages larger than the unit",
      { method: "fsync", doublewrite: "OFF", pageSize: 16384, drive: { atomicUnit: 4096 } },
      "torn",
      ["refused"],
    ],
    [
      "OFF on copy-on-write",
      { method: "fsync", doublewrite: "OFF", drive: { copyOnWrite: true } },
      "torn",
      [],
    ],
    ["RWF_ATOMIC, OFF", { method: "RWF_ATOMIC", doublewrite: "OFF" }, "torn", []],
    ["unsynced copies", { method: "O_DIRECT" }, "torn", ["lost", "refused", "silent"]],
    ["unsynced copies, OFF", { method: "O_DIRECT", doublewrite: "OFF" }, "torn", ["refused"]],
    ["unsynced copies, battery", { method: "O_DIRECT", drive: { cache: "battery" } }, "torn", []],
    [
      "direct and unsynced on copy-on-write",
      { method: "O_DIRECT_NO_FSYNC", drive: { copyOnWrite: true, cache: "battery" } },
      "os-crash",
      ["lost", "refused", "silent"],
    ],
    ["nosync, kill", { method: "nosync" }, "process-kill", []],
    ["nosync, OS crash", { method: "nosync" }, "os-crash", ["lost", "refused", "silent"]],
    ["trx_commit 2, kill", { method: "fsync", trxCommit: 2 }, "process-kill", []],
    ["trx_commit 2, OS crash", { method: "fsync", trxCommit: 2 }, "os-crash", ["lost"]],
    ["trx_commit 2, log O_SYNC", { method: "O_DSYNC", trxCommit: 2 }, "torn", []],
    ["trx_commit 0, kill", { method: "O_DSYNC", trxCommit: 0 }, "process-kill", ["lost"]],
    [
      "trx_commit 2 and OFF",
      { method: "fsync", trxCommit: 2, doublewrite: "OFF" },
      "torn",
      ["lost", "refused"],
    ],
    [
      "no barriers, volatile",
      { method: "fsync", drive: { barriers: false } },
      "power-cut",
      ["lost", "refused", "silent"],
    ],
    ["no barriers, OS crash", { method: "fsync", drive: { barriers: false } }, "os-crash", []],
    [
      "no barriers, battery",
      { method: "fsync", drive: { barriers: false, cache: "battery" } },
      "torn",
      [],
    ],
  ])("%s: %j under %s → %j", (_name, given, fault, may) => {
    const answer = allowed(given, fault);

    expect(answer.may).toEqual(may);
    expect(answer.because.length > 0, "a reason for every loss").toBe(may.length > 0);
  });

  test("every method of the default profile with ON, no liar → the class decides alone", () => {
    for (const name of methodNames("tornproof")) {
      const { durability } = resolveMethod(name, { profile: "tornproof" });
      for (const { name: fault } of FAULT_MODELS.filter((model) => model.name !== "lying-flush")) {
        const { may } = allowed({ method: name }, fault, "tornproof");
        if (durability === "power-loss") expect(may, `${name} ${fault}`).toEqual([]);
      }
    }
  });

  test("nosync of mariadb-10.11 with OFF → its pages are synced nowhere", () => {
    const method = resolveMethod("nosync", { profile: "mariadb-10.11" });

    expect(classOf(method, "ON")).toBe("protected-cache");
    expect(classOf(method, "OFF")).toBe("process-crash");
  });

  test("O_DIRECT of mysql-8.4 with OFF → no copies, so their missing sync does not count", () => {
    const method = resolveMethod("O_DIRECT", { profile: "mysql-8.4" });

    expect(classOf(method, "ON")).toBe("protected-cache");
    expect(classOf(method, "OFF")).toBe("power-loss");
    expect(classOf(resolveMethod("O_DIRECT_NO_FSYNC", { profile: "mysql-8.4" }), "OFF")).toBe(
      "protected-cache",
    );
  });
});

function allowed(given: Case, fault: string, profile = "mysql-8.4"): ReturnType<typeof allowance> {
  const { method: name, doublewrite = "ON", trxCommit = 1, pageSize = 4096, drive = {} } = given;
  const method = resolveMethod(name, { profile, doublewrite });
  const model = faultModel(fault)!;
  const config = { method, doublewrite, trxCommit, pageSize };
  return allowance(config, model, deviceFor(model, drive));
}
