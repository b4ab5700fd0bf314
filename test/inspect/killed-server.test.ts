// What a killed MariaDB leaves behind: redo that was not applied, copies of pages in its system
// tablespace, and, after we have torn it, a page that only its copy can explain.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compareWithCopies, type FoundCopy } from "../../bench/inspect/copies.js";
import { eventsNamed, type CopyEvent } from "../../bench/inspect/protocol.js";
import { killServer, SERVER, tablespacesIn } from "./mariadb.js";
import { inspectBytes, startInspector } from "./support.js";

const PAGE_SIZE = 16384;
const TORN_AT = 4096;

if (SERVER === undefined) test.skip("mariadbd is missing: no redo of a stranger is read", () => {});

const inspector = await startInspector();
const folder = mkdtempSync(join(tmpdir(), "tornproof-killed-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(SERVER !== undefined)("inspect: a killed MariaDB", () => {
  let data = "";

  test("its redo → followed from the checkpoint, every mini-transaction whole", async () => {
    const shape = { pageSize: PAGE_SIZE, algorithm: "full_crc32", rows: 2000 } as const;
    data = await killServer(join(folder, "server"), shape);
    const { report } = await inspectBytes(inspector, readFileSync(join(data, "ib_logfile0")));

    expect(report).toMatchObject({ kind: "mariadb-redo", verdict: "good" });
    expect(Number(report.facts["mtrs"])).toBeGreaterThan(100);
    expect(report.facts["end"]).toMatch(/at-a-sequence-bit|at-an-older-lap/);
    expect(report.record_types.map(({ name }) => name)).toContain("WRITE");
  });

  test("one byte of that redo changed → the log ends there", async () => {
    const bytes = readFileSync(join(data, "ib_logfile0"));
    const { report: whole } = await inspectBytes(inspector, bytes);
    const middle =
      (BigInt(String(whole.facts["checkpoint_lsn"])) + BigInt(String(whole.facts["end_lsn"]))) / 2n;
    bytes[12288 + (Number(middle - 12288n) % (bytes.length - 12288))]! ^= 1;
    const { report } = await inspectBytes(inspector, bytes);

    expect(BigInt(String(report.facts["end_lsn"]))).toBeLessThanOrEqual(middle);
    expect(Number(report.facts["mtrs"])).toBeLessThan(Number(whole.facts["mtrs"]));
  });

  test("the copies in its system tablespace → whole, and each names its page", async () => {
    const { report, events } = await inspectBytes(inspector, readFileSync(join(data, "ibdata1")));
    const copies = eventsNamed<CopyEvent>(events, "copy");

    expect(report.verdict).toBe("good");
    expect(report.facts["has_copy_area"]).toBe(true);
    expect(copies.length).toBeGreaterThan(0);
    expect(copies.every(({ slot }) => slot >= 64 && slot < 192)).toBe(true);
  });

  test("a page torn in place → its copy shows at which byte", async () => {
    const found = await copyWithItsFile();
    const bytes = readFileSync(found.path);
    const at = found.copy.page_no * PAGE_SIZE;
    const copy = readFileSync(found.copy.path).subarray(
      found.copy.offset,
      found.copy.offset + PAGE_SIZE,
    );
    bytes.set(copy.subarray(0, TORN_AT), at);
    bytes.fill(0x5a, at + TORN_AT, at + PAGE_SIZE);
    writeFileSync(found.path, bytes);
    const { report } = await inspectBytes(inspector, bytes);
    const torn = await compareWithCopies(inspector, found.path, at, PAGE_SIZE, [found.copy]);

    expect(report.damaged.map(({ page }) => page)).toContain(found.copy.page_no);
    expect(torn).toMatchObject({ byte: TORN_AT, evidence: "doublewrite-copy" });
  });

  /** A copy of a page that lies in a file we have, and is not one of the first few. */
  async function copyWithItsFile(): Promise<{ path: string; copy: FoundCopy }> {
    const system = join(data, "ibdata1");
    const { events } = await inspectBytes(inspector, readFileSync(system));
    const copies = eventsNamed<CopyEvent>(events, "copy");
    for (const path of tablespacesIn(data)) {
      const bytes = readFileSync(path);
      const { report } = await inspectBytes(inspector, bytes);
      const space = report.facts["space_id"];
      const copy = copies.find((each) => {
        const isHere = each.space_id === space && (each.page_no + 1) * PAGE_SIZE <= bytes.length;
        return isHere && each.page_no > 2 && report.shape["is_compressed"] === false;
      });
      if (copy !== undefined) return { path, copy: { ...copy, path: system } };
    }
    throw new Error("no copy of a page of these tablespaces was found");
  }
});
