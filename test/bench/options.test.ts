// What the command line accepts, and the message for everything it does not.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../bench/exit.js";
import { methodNames } from "../../bench/host.js";
import { splitInnodbArguments } from "../../bench/innodb-arguments.js";
import { turnSeconds } from "../../bench/run/settings.js";
import { parseDuration, parseSize } from "../../bench/units.js";
import { PLAIN, settingsFrom } from "./settings.js";

describe("bench options", () => {
  const wrong: [Record<string, string | boolean>, RegExp][] = [
    [{ workload: "oltp" }, /--workload: "oltp" is unknown; valid: oltp-write, .*sync-only/],
    [
      { flushMethod: "O_DIREC" },
      /"O_DIREC" is unknown \(did you mean "O_DIRECT"\?\); valid.*fsync/,
    ],
    [{ flushMethod: "fsync,,O_DSYNC" }, /--flush-method: .*empty item/],
    [{ profile: "mysql-9" }, /profile: "mysql-9" is unknown.*mysql-8\.4/],
    [
      { backend: "nativ" },
      /--backend: "nativ" is unknown \(did you mean "native"\?\); valid: auto/,
    ],
    [
      { flushLogAtTrxCommit: "3" },
      /--flush-log-at-trx-commit: "3" is not a whole number from 0 to 2/,
    ],
    [{ runtime: "3x" }, /--runtime: "3x" is not a time/],
    [{ runtime: "0" }, /--runtime: must be longer than 0/],
    [{ fileSize: "64Q" }, /--file-size: "64Q" is not a size/],
    [{ fileSize: "16k" }, /--file-size: 1 pages/],
    [{ rounds: "0" }, /--rounds: "0" is not a whole number from 1 to 1,000/],
    [{ seed: "-1" }, /--seed: "-1" is not a whole number/],
    [{ percentiles: "50,101" }, /--percentiles: .*between 0 and 100/],
    [{ format: "yaml" }, /--format: "yaml" is unknown; valid: text, json, md, csv/],
    [{ json: true, format: "md" }, /contradict/],
    [{ color: "maybe" }, /--color: "maybe" is unknown; valid: auto, always, never/],
    [{ syncApi: true, concurrency: "4" }, /--sync-api: a blocking committer is alone/],
    [{ workload: "sync-only", flushMethod: "fsync" }, /--flush-method: has no meaning/],
    [{ workload: "checkpoint", concurrency: "4" }, /--concurrency: has no meaning/],
    [{ defaultsFile: "/nowhere/my.cnf" }, /--defaults-file \/nowhere\/my.cnf: ENOENT/],
  ];

  test.each(wrong)("%j → a usage error that names the flag", (flags, message) => {
    expect(() => settingsFrom(flags)).toThrow(UsageError);
    expect(() => settingsFrom(flags)).toThrow(message);
  });

  test("no flags → InnoDB's six methods, doublewrite ON and OFF, trx_commit 1", () => {
    const settings = settingsFrom({});

    expect(settings.methods).toEqual([
      "fsync",
      "O_DSYNC",
      "littlesync",
      "nosync",
      "O_DIRECT",
      "O_DIRECT_NO_FSYNC",
    ]);
    expect(settings.doublewrites).toEqual(["ON", "OFF"]);
    expect(settings.trxCommits).toEqual([1]);
  });

  test("no --runtime → a run of any width measures for about the same time", () => {
    const settings = settingsFrom({});

    for (const turns of [20, 60, 120]) {
      const { run } = turnSeconds(settings, turns);
      expect(run * turns, `${turns} turns`).toBeGreaterThan(30);
      expect(run * turns, `${turns} turns`).toBeLessThanOrEqual(60);
    }
    expect(turnSeconds(settings, 5).run).toBe(3);
  });

  test("names and numbers in any case → canonical names, each once", () => {
    expect(settingsFrom({ flushMethod: "o_direct,4,FSYNC" }).methods).toEqual([
      "O_DIRECT",
      "fsync",
    ]);
    expect(settingsFrom({ doublewrite: "on,off" }).doublewrites).toEqual(["ON", "OFF"]);
  });

  test("--flush-method all → every method of the profile, missing ones may be left out", () => {
    const settings = settingsFrom({ flushMethod: "all", profile: "mysql-8.4" });

    expect(settings.methods).toEqual(methodNames("mysql-8.4"));
    expect(settings.isEveryMethod).toBe(true);
    expect(settingsFrom({ flushMethod: "fsync" }).isEveryMethod).toBe(false);
  });

  test("--quick → smaller, but a flag that is given wins", () => {
    expect(settingsFrom({ quick: true }).rounds).toBe(3);
    expect(settingsFrom({ quick: true, rounds: "9" }).rounds).toBe(9);
  });

  test("color → follows the terminal, NO_COLOR and --color, the last one first", () => {
    const terminal = { ...PLAIN, isTerminal: true };

    expect(settingsFrom({}, {}, terminal).color).toBe(true);
    expect(settingsFrom({}).color).toBe(false);
    expect(settingsFrom({}, {}, { ...terminal, env: { NO_COLOR: "1" } }).color).toBe(false);
    expect(settingsFrom({ color: "always" }, {}, { ...PLAIN, env: { NO_COLOR: "1" } }).color).toBe(
      true,
    );
  });

  test("-o → the file's name decides its format, and stdout keeps the tables", () => {
    const settings = settingsFrom({ output: "x/result.md" });

    expect([settings.format, settings.outputFormat]).toEqual(["text", "md"]);
    expect(settingsFrom({ output: "result" }).outputFormat).toBe("json");
    expect(settingsFrom({ format: "csv" }).format).toBe("csv");
    expect(settingsFrom({ json: true, output: "a.md" }).format).toBe("json");
  });
});

describe("bench options: InnoDB's names", () => {
  test("every spelling is taken out of the arguments", () => {
    const { rest, innodb } = splitInnodbArguments([
      "run",
      "--innodb-io-capacity=500",
      "--innodb_flush_neighbors",
      "1",
      "--json",
      "--skip-innodb-doublewrite",
      "--innodb-use-fdatasync",
      "--quiet",
    ]);

    expect(rest).toEqual(["run", "--json", "--quiet"]);
    expect(innodb).toEqual({
      innodb_io_capacity: "500",
      innodb_flush_neighbors: "1",
      innodb_doublewrite: "OFF",
      innodb_use_fdatasync: "ON",
    });
  });

  test("a name given twice → a usage error", () => {
    const twice = ["--innodb-page-size=4k", "--innodb_page_size=8k"];

    expect(() => splitInnodbArguments(twice)).toThrow(/--innodb_page_size: given twice/);
    expect(() => settingsFrom({ pageSize: "4k" }, { innodb_page_size: "8k" })).toThrow(/two names/);
  });

  test("a name that has a flag of its own → means the flag; lists work", () => {
    const settings = settingsFrom({}, { innodb_flush_method: "fsync,4", innodb_page_size: "4k" });

    expect(settings.methods).toEqual(["fsync", "O_DIRECT"]);
    expect(settings.pageSize).toBe(4096);
    expect(settings.innodb["innodb_page_size"]).toBe(4096);
  });

  test("--defaults-file → below the command line, its other sections ignored", () => {
    const folder = mkdtempSync(join(tmpdir(), "tornproof-test-"));
    const file = join(folder, "my.cnf");
    writeFileSync(
      file,
      "[client]\ninnodb_io_capacity=1\n[mysqld]\ninnodb_io_capacity=700\ninnodb_doublewrite=OFF\n",
    );

    const settings = settingsFrom({ defaultsFile: file, doublewrite: "ON" });
    rmSync(folder, { recursive: true });

    expect(settings.innodb["innodb_io_capacity"]).toBe("700");
    expect(settings.doublewrites).toEqual(["ON"]);
  });
});

describe("bench units", () => {
  test.each([
    ["512", 512],
    ["16k", 16384],
    ["16K", 16384],
    ["16KB", 16384],
    ["16KiB", 16384],
    ["1.5m", 1572864],
    ["2GiB", 2147483648],
    ["1t", 1099511627776],
  ])("size %s → %d bytes", (text, bytes) => {
    expect(parseSize(text, "--x")).toBe(bytes);
  });

  test.each(["", "k", "-1k", "1.0001k", "16 q", "1e3"])("size %j → refused", (text) => {
    expect(() => parseSize(text, "--x")).toThrow(UsageError);
  });

  test.each([
    ["3", 3],
    ["3s", 3],
    ["500ms", 0.5],
    ["2m", 120],
    ["1h", 3600],
  ])("time %s → %d seconds", (text, seconds) => {
    expect(parseDuration(text, "--x")).toBe(seconds);
  });
});
