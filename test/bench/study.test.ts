// `bench study doublewrite` as a user starts it: small, on real files, with real threads.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../bench/host.js";
import type { StudyResult } from "../../bench/study/result.js";
import { renderStudy } from "../../bench/study/render.js";
import { parseStudySettings } from "../../bench/study/settings.js";

const CLI = join(packageRoot(), "build", "js", "bench", "cli.js");
const SMALL = [
  ...["study", "doublewrite", "--flush-method", "fsync,O_DIRECT_NO_FSYNC", "--rounds", "1"],
  ...["--runtime", "40ms", "--quick", "--budget", "400", "--disk", "sata-ssd,nvme-plp", "--quiet"],
];
const AROUND = { isTerminal: false, env: {} };

describe.skipIf(!existsSync(CLI))("bench study: the command", () => {
  let result: StudyResult;
  let stderr = "";
  let left: string[] = [];
  beforeAll(() => {
    const dir = mkdtempSync(join(tmpdir(), "tornproof-test-"));
    const run = spawnSync(process.execPath, [CLI, ...SMALL, "--dir", dir, "--json"], {
      encoding: "utf8",
    });
    left = readdirSync(dir);
    rmSync(dir, { recursive: true, force: true });
    expect(run.status, run.stderr).toBe(0);
    result = JSON.parse(run.stdout) as StudyResult;
    stderr = run.stderr;
  });

  test("each configuration → speed measured here, speed modelled, and loss, in one row", () => {
    const fsyncOn = result.rows.find(
      ({ variables: v }) => v.innodb_flush_method === "fsync" && v.innodb_doublewrite === "ON",
    )!;

    expect(stderr).toBe("");
    expect(left).toEqual([]);
    expect(result.rows.length).toBe(4);
    expect(fsyncOn.measured!.commits_per_second).toBeGreaterThan(0);
    expect(fsyncOn.measured!.syncs_per_commit).toBeGreaterThan(0.5);
    const [sata, plp] = fsyncOn.modelled;
    expect(plp!.commits_per_second / sata!.commits_per_second).toBeGreaterThan(10);
    expect(fsyncOn.loss.every((cell) => cell.outcome === "ok")).toBe(true);
    const noFsync = result.rows.filter(
      ({ variables: v }) => v.innodb_flush_method === "O_DIRECT_NO_FSYNC",
    );
    for (const row of noFsync) {
      const torn = row.loss.find((cell) => cell.fault === "torn")!;
      expect(torn.outcome, row.variables.innodb_doublewrite).not.toBe("ok");
    }
  });

  test("the published schema describes the result; text fits 100 columns, Markdown has the table", () => {
    const file = join(packageRoot(), "bench", "schema", "study.schema.json");
    const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
      JSON.parse(readFileSync(file, "utf8")) as object,
    );
    const text = renderStudy(result, "text", false);
    const markdown = renderStudy(result, "md", false);

    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    const isLong = (line: string): boolean => line.length > 100 && !line.includes("--replay");
    expect(text.split("\n").filter(isLong)).toEqual([]);
    expect(text).toContain("Doublewrite ON against OFF, measured here:");
    expect(markdown).toMatch(/^\| method \| dblwr \| trx \| commits\/s \|/m);
    expect(markdown).toContain("commits/s on nvme-plp");
  });
});

describe("bench study: settings", () => {
  test.each([
    ["unknown study", "checkpoint", {}, /"checkpoint" is unknown; valid: doublewrite/],
    ["unknown drive", "doublewrite", { disk: "floppy" }, /--disk: "floppy" is unknown.*sata-ssd/],
    ["unknown fault", "doublewrite", { faults: "meteor" }, /--faults: "meteor" is unknown/],
    ["unknown method", "doublewrite", { flushMethod: "O_DIRCT" }, /O_DIRECT/],
  ])("%s → refused with what is valid", (_, study, flags, message) => {
    expect(() => parseStudySettings(study, flags, ["study", study], AROUND)).toThrow(message);
  });

  test("both halves get the same methods, doublewrite modes and seed", () => {
    const { run, crash } = parseStudySettings("doublewrite", { quick: true }, [], AROUND);

    const methods = new Set(crash.rows.map((row) => row.method));
    expect([...methods]).toEqual([...run.methods]);
    expect(new Set(crash.rows.map((row) => row.doublewrite))).toEqual(new Set(run.doublewrites));
    expect(crash.seeds).toEqual([run.seed]);
  });
});
