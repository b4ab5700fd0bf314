// The command as a user meets it: what is printed, with which exit code, in golden files that the
// reviewer reads. UPDATE_GOLDEN=1 rewrites them.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { inspectCommand } from "../../bench/commands/inspect.js";
import { exitCodeOf } from "../../bench/exit-code.js";
import type { RawFlags } from "../../bench/options.js";
import { packageRoot } from "../../host/package-root.js";
import { startTestEngine } from "../engine-loader.js";
import { everyKind, makeDoublewrite } from "./make-files.js";
import { makePage, makeTablespace } from "./support.js";

const GOLDEN = join(packageRoot(), "test", "inspect", "golden");
const engine = await startTestEngine();
const folder = mkdtempSync(join(tmpdir(), "tornproof-command-"));
const home = process.cwd();
const PAGE_SIZE = 16384;
const SHAPE = { pageSize: PAGE_SIZE, pages: 8, used: 6 };
const TORN_AT = 6 * 512;

beforeAll(() => {
  for (const { name, bytes } of everyKind(engine)) {
    writeFileSync(join(folder, `${name.replaceAll(/[ ,]+/g, "-")}.bin`), bytes);
  }
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "t.ibd"), tornTablespace());
  // Page 3 as it was being written, whole, in the doublewrite file.
  writeFileSync(join(folder, "data", "#ib_16384_0.dblwr"), makeDoublewrite(engine, SHAPE, 3, 1));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** Page 3 torn between two images, page 5 with one flipped bit. */
function tornTablespace(): Uint8Array {
  const file = makeTablespace(engine, SHAPE);
  file.set(makePage(engine, SHAPE, 3, 1).subarray(0, TORN_AT), 3 * PAGE_SIZE);
  file[5 * PAGE_SIZE + 9000]! ^= 0x10;
  return file;
}

async function run(
  files: readonly string[],
  flags: RawFlags = {},
): Promise<{ out: string; code: number }> {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    const code = await inspectCommand({ files, flags, argv: ["inspect", ...files] });
    return { out: written.join(""), code };
  } finally {
    spy.mockRestore();
  }
}

async function expectGolden(name: string, out: string): Promise<void> {
  const path = join(GOLDEN, name);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, out);
  expect(out).toBe(readFileSync(path, "utf8"));
  await Promise.resolve();
}

describe("bench inspect: golden", () => {
  test.each([
    ["summary-tablespace.txt", ["tablespace-16k.bin"], {}],
    ["summary-others.txt", ["full_crc32.bin", "doublewrite.bin", "detect-only.bin"], {}],
    ["summary-redo.txt", ["redo.bin", "mysql-redo.bin", "mariadb-redo.bin"], {}],
    ["check-good.txt", ["tablespace-4k.bin", "redo.bin"], { check: true }],
    ["page-0.txt", ["tablespace-4k.bin"], { page: "0" }],
    ["page-redo.txt", ["redo.bin"], { page: "4" }],
    ["page-detect.txt", ["detect-only.bin"], { page: "1" }],
    ["lsn-map.txt", ["tablespace-16k.bin"], { lsnMap: true }],
  ] as const)("%s → as reviewed, exit code 0", async (name, files, flags) => {
    const { out, code } = await run(files, flags);

    await expectGolden(name, out);
    expect(code).toBe(0);
    expect(Math.max(...out.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(100);
  });

  test("check-damaged.txt → where the page is torn, from the copy next to it; exit code 10", async () => {
    const { out, code } = await run(["data/t.ibd"], { check: true });

    await expectGolden("check-damaged.txt", out);
    expect(code).toBe(10);
    expect(out).toContain(`torn at byte ${TORN_AT.toLocaleString("en")}`);
  });
});

describe("bench inspect: --json", () => {
  const schema = JSON.parse(
    readFileSync(join(packageRoot(), "bench", "schema", "inspect.schema.json"), "utf8"),
  ) as object;
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

  test.each([
    ["every kind", {}],
    ["--check", { check: true }],
    ["--lsn-map", { lsnMap: true }],
  ])("%s → one document that the published schema accepts", async (_name, flags) => {
    const files = everyKind(engine).map(({ name }) => `${name.replaceAll(/[ ,]+/g, "-")}.bin`);
    const { out } = await run([...files, "data/t.ibd"], { ...flags, json: true });
    const document: unknown = JSON.parse(out);

    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });

  test.each(["0", "3"])(
    "--page %s → a document that the published schema accepts",
    async (page) => {
      const { out } = await run(["tablespace-16k.bin"], { page, json: true });
      expect(validate(JSON.parse(out)), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    },
  );

  test("a damaged page → its place in the tear as a number", async () => {
    const { out, code } = await run(["data/t.ibd"], { check: true, json: true });
    const document = JSON.parse(out) as {
      files: { damaged: { torn_at: unknown }[] }[];
      exit: unknown;
    };

    expect(code).toBe(10);
    expect(document.exit).toEqual({ code: 10, reason: "damaged" });
    expect(document.files[0]!.damaged[0]!.torn_at).toMatchObject({
      byte: TORN_AT,
      evidence: "doublewrite-copy",
    });
  });
});

describe("bench inspect: bad input", () => {
  const isRoot = process.getuid?.() === 0;

  test.each([
    ["nothing there", "missing.ibd", {}, 2, "found nothing there"],
    ["a directory", "data", {}, 2, "found a directory"],
    ["a device", "/dev/null", {}, 2, "found a character device"],
    ["an empty file", "empty", {}, 2, "found an empty file"],
    ["a file too short for anything", "short", {}, 2, "found 100 bytes"],
    ["zeros", "zeros", {}, 2, "found nothing but zeros"],
    ["a text", "text", {}, 2, "no page, block or record that verifies"],
    ["a page it does not have", "tablespace-4k.bin", { page: "8" }, 2, "has pages 0 to 7"],
    ["a page number that is none", "tablespace-4k.bin", { page: "x" }, 2, "expected a page number"],
    [
      "two views at once",
      "tablespace-4k.bin",
      { page: "1", check: true },
      2,
      "expected one of them",
    ],
    ["a kind that is none", "zeros", { kind: "table" }, 2, "expected one of tablespace"],
    ["a page size that is none", "zeros", { pageSize: "5k" }, 2, "expected 4k"],
    ["a sandbox that is none", "zeros", { sandbox: "docker" }, 2, "expected wasmer or node"],
  ])("%s → a sentence and its exit code", async (_name, path, flags, code, words) => {
    writeFileSync("empty", "");
    writeFileSync("short", "x".repeat(100));
    writeFileSync("zeros", new Uint8Array(70000));
    writeFileSync("text", "hello, world\n".repeat(9000));

    const error: unknown = await run([path], flags).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(words);
    expect(exitCodeOf(error)).toBe(code);
  });

  test.skipIf(isRoot)("no permission → exit code 3", async () => {
    writeFileSync("secret", "x".repeat(2000));
    chmodSync("secret", 0);

    const error: unknown = await run(["secret"]).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("EACCES");
    expect(exitCodeOf(error)).toBe(3);
  });

  test("one of several files is missing → the others are judged, and the exit code says it", async () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { out, code } = await run(["missing", "tablespace-4k.bin"], { check: true });
    const damaged = await run(["missing", "data/t.ibd"], { check: true });
    const json = await run(["missing", "redo.bin"], { json: true });
    const said = stderr.mock.calls.join("");
    stderr.mockRestore();

    expect(out).toContain("tablespace-4k.bin: good");
    expect(said).toContain("missing: expected a file, found nothing there");
    expect([code, damaged.code, json.code]).toEqual([2, 10, 2]);
    expect(JSON.parse(json.out)).toMatchObject({ unreadable: [{ path: "missing", exit_code: 2 }] });
  });

  test("zeros, and the user insists → inspected as what it is said to be", async () => {
    writeFileSync("zeros", new Uint8Array(65536));
    const { out } = await run(["zeros"], { kind: "tablespace", pageSize: "16k" });
    expect(out).toContain("4 never written");
  });
});
