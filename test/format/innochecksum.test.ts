// An independent witness: InnoDB's own checksum tool reads files made by the engine's functions.
// Skipped where the tool (MySQL's or MariaDB's) is not installed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCRATCH as FRAME, startTestEngine } from "../engine-loader.js";
import { PAGE_SIZES, randomBytes, seededRandom } from "./helpers.js";

const engine = await startTestEngine();
const isInstalled = spawnSync("innochecksum", ["--version"]).status === 0;
const SPACE = 5;
const PAGES = 8;
const PAGES_USED = 6;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "tornproof-format-"))));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!isInstalled)("innochecksum", () => {
  test.each(PAGE_SIZES)("a tablespace of %i-byte pages → accepted", (size) => {
    expect(verdict(tablespace(size))).toBe("accepted");
  });

  test.each(PAGE_SIZES)("one bit of a used %i-byte page flipped → refused", (size) => {
    for (const offset of [0, 4, 24, 38, size >> 1, size - 9, size - 8, size - 1]) {
      const file = tablespace(size);
      file[3 * size + offset]! ^= 1;
      expect(verdict(file), `byte ${offset} of page 3`).toBe("refused");
    }
  });

  test.each(PAGE_SIZES)("a used %i-byte page, written half → refused", (size) => {
    const file = tablespace(size);
    file.fill(0, 3 * size + size / 2, 4 * size);

    expect(verdict(file)).toBe("refused");
  });
});

function verdict(file: Uint8Array): "accepted" | "refused" {
  const path = join(folder, "space.ibd");
  writeFileSync(path, file);
  return spawnSync("innochecksum", [path]).status === 0 ? "accepted" : "refused";
}

/** Page 0, then used pages of random bytes, then pages that were never written. */
function tablespace(size: number): Uint8Array {
  const file = new Uint8Array(PAGES * size);
  const random = seededRandom(size);
  for (let page = 0; page < PAGES_USED; page++) {
    if (page === 0) buildHeader(size);
    else {
      engine.call("initPage", FRAME, size, SPACE, page, engine.value("FIL_PAGE_TORNPROOF_DATA"));
      engine.bytes.set(randomBytes(random, size - 46), FRAME + 38);
    }
    engine.call("stampLsn", FRAME, size, 8204n + BigInt(page));
    engine.call("stampChecksum", FRAME, size);
    file.set(engine.bytes.subarray(FRAME, FRAME + size), page * size);
  }
  return file;
}

function buildHeader(size: number): void {
  engine.call("initFspHeader", FRAME, size, SPACE, PAGES);
  const entry = engine.call("xdesEntry", FRAME, size, 0);
  engine.call("initXdesEntry", entry, size);
  for (let page = 0; page < PAGES_USED; page++) engine.call("xdesSetFree", entry, page, 0);
}
