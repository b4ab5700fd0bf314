// What `bench crash` accepts, and the sentence for everything it does not.

import { describe, expect, test } from "vitest";
import { UsageError } from "../../bench/exit.js";
import type { RawFlags } from "../../bench/options.js";
import { crashSettings } from "./crash-lab.js";

describe("bench crash options", () => {
  const wrong: [RawFlags, RegExp][] = [
    [{ flushMethod: "O_DIREC" }, /"O_DIREC" is unknown \(did you mean "O_DIRECT"\?\)/],
    [{ profile: "mysql-9" }, /profile: "mysql-9" is unknown.*mysql-8\.4/],
    [{ flushLogAtTrxCommit: "3" }, /--flush-log-at-trx-commit: "3" is not a whole number/],
    [{ doublewrite: "MAYBE" }, /--doublewrite: "MAYBE" is unknown; valid: ON, OFF, DETECT_ONLY/],
    [
      { profile: "mysql-5.7", doublewrite: "DETECT_ONLY" },
      /--doublewrite: profile mysql-5.7 has no DETECT_ONLY; valid: ON, OFF$/,
    ],
    [{ doublewrite: "fast" }, /profile mysql-8.4 has no fast/],
    [
      { faults: "torm" },
      /--faults: "torm" is unknown \(did you mean "torn"\?\); valid: process-kill/,
    ],
    [{ faults: "torn,,reorder" }, /--faults: .*empty item/],
    [{ workload: "wiggle" }, /--workload: "wiggle" is unknown; valid: commits, grow/],
    [{ pageSize: "5k" }, /--page-size: "5k" is no page size; valid: 4k/],
    [{ driveCache: "big" }, /--drive-cache: "big" is unknown; valid: volatile, battery/],
    [{ sector: "1024" }, /--sector: "1024" is no sector size; valid: 512, 4096/],
    [{ atomicUnit: "3000" }, /--atomic-unit: "3000" is not a power of two/],
    [{ sector: "4096", atomicUnit: "512" }, /sectors are 4 KiB never tears less than one/],
    [
      { copyOnWrite: true, atomicUnit: "4k", pageSize: "16k" },
      /--atomic-unit 4k: a copy-on-write file system puts whole pages of 16 KiB/,
    ],
    [
      { faults: "two-device", driveCache: "write-through" },
      /--faults two-device: drives without a cache/,
    ],
    [
      { faults: "lying-flush", driveCache: "write-through" },
      /--faults lying-flush: a drive without a cache has nothing to lie about/,
    ],
    [{ faults: "lying-flush", barriers: false }, /without barriers no flush is sent/],
    [
      { faults: "eio", driveCache: "battery" },
      /--faults eio: errors are tried on an ordinary drive/,
    ],
    [{ exhaustive: true, budget: "10" }, /--budget: --exhaustive visits everything/],
    [{ budget: "0" }, /--budget: "0" is not a whole number from 1/],
    [{ seed: "x" }, /--seed: "x" is not a whole number/],
    [{ seed: "1", seedRange: "1..2" }, /--seed-range: --seed names one seed/],
    [{ seedRange: "9..3" }, /--seed-range: "9\.\.3" is not a range/],
    [{ seedRange: "1..200000" }, /more than 100,000 seeds/],
    [{ shard: "0/4" }, /--shard: "0\/4" is not i\/n/],
    [{ shard: "5/4" }, /--shard: "5\/4" is not i\/n/],
    [{ jobs: "0" }, /--jobs: "0" is not a whole number/],
    [{ expect: "saf" }, /--expect: "saf" is unknown \(did you mean "safe"\?\)/],
    [{ keepImages: "x" }, /--keep-images: keeps the files of one crash; name it with --replay/],
    [{ format: "csv" }, /--format: "csv" is unknown; valid: text, json, md/],
    [{ json: true, format: "md" }, /contradict/],
    [{ color: "maybe" }, /--color: "maybe" is unknown/],
  ];

  test.each(wrong)("%j → a usage error that names the flag", (flags, message) => {
    expect(() => crashSettings(flags)).toThrow(UsageError);
    expect(() => crashSettings(flags)).toThrow(message);
  });

  test("no flags → six methods × ON, OFF, and three rows for contrast; the crash faults", () => {
    const { rows, faults, workloads, seeds } = crashSettings({});

    expect(rows).toHaveLength(15);
    expect(rows.slice(-3).map((row) => `${row.profile} ${row.method} ${row.trxCommit}`)).toEqual([
      "mysql-8.4 fsync 2",
      "mysql-8.4 fsync 0",
      "tornproof O_DIRECT 1",
    ]);
    expect(faults).toEqual([
      "process-kill",
      "os-crash",
      "power-cut",
      "reorder",
      "torn",
      "two-device",
      "lying-flush",
    ]);
    expect(workloads).toEqual(["commits", "grow", "life"]);
    expect(seeds).toEqual([7]);
  });

  test("a named method → exactly the product, no contrast", () => {
    const { rows } = crashSettings({ flushMethod: "O_DIRECT,4", flushLogAtTrxCommit: "1,2" });

    expect(rows.map((row) => `${row.method} ${row.doublewrite} ${row.trxCommit}`)).toEqual([
      "O_DIRECT ON 1",
      "O_DIRECT ON 2",
      "O_DIRECT OFF 1",
      "O_DIRECT OFF 2",
    ]);
  });

  test("InnoDB's names → as the flags they equal; twice or foreign → refused", () => {
    const innodb = { innodb_flush_method: "O_DSYNC", innodb_page_size: "16k" };
    const { rows, pageSize } = crashSettings({}, innodb);

    expect(new Set(rows.map((row) => row.method))).toEqual(new Set(["O_DSYNC"]));
    expect(pageSize).toBe(16384);
    expect(() => crashSettings({ flushMethod: "fsync" }, innodb)).toThrow(/given twice/);
    expect(() => crashSettings({}, { innodb_io_capacity: "1" })).toThrow(/no meaning/);
  });

  test("a drive without a cache → the columns that make no sense there are left out", () => {
    const { faults, drive } = crashSettings({ driveCache: "write-through" });

    expect(drive).toEqual({ cache: "write-through" });
    expect(faults).not.toContain("two-device");
    expect(faults).not.toContain("lying-flush");
  });

  test("--faults all → the error columns too, in the order of the help", () => {
    expect(crashSettings({ faults: "all" }).faults.slice(-3)).toEqual(["eio", "enospc", "short"]);
  });

  test("--exhaustive → no budget, and the workloads that are small enough", () => {
    const { budget, workloads } = crashSettings({ exhaustive: true });

    expect(budget).toBeNull();
    expect(workloads).toEqual(["commits", "grow"]);
  });

  test("--seed-range 3..6 → four seeds", () => {
    expect(crashSettings({ seedRange: "3..6" }).seeds).toEqual([3, 4, 5, 6]);
  });
});
