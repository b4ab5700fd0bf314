// What is wrong with a page, and where it is torn: damage done on purpose, verdicts that name it.

import { describe, expect, test } from "vitest";
import type { FileReport } from "../../bench/inspect/report.js";
import { startTestEngine } from "../engine-loader.js";
import {
  makeMysqlRedo,
  makeRedo,
  stampFullCrc32,
  stampInnodb,
  stampNone,
  withChecksums,
} from "./make-files.js";
import { inspectBytes, makePage, makeTablespace, startInspector } from "./support.js";

const inspector = await startInspector();
const engine = await startTestEngine();
const SIZES = [4096, 8192, 16384, 32768, 65536];
const PAGE = 3;

async function reportOf(bytes: Uint8Array): Promise<FileReport> {
  return (await inspectBytes(inspector, bytes)).report;
}

function shape(pageSize: number): { pageSize: number; pages: number; used: number } {
  return { pageSize, pages: 6, used: 5 };
}

describe("inspect: one page", () => {
  test.each(SIZES)("%i bytes, torn at any sector between two images → torn", async (pageSize) => {
    const file = makeTablespace(engine, shape(pageSize));
    const newer = makePage(engine, shape(pageSize), PAGE, 1);
    for (const cut of [512, pageSize / 2, pageSize - 512]) {
      const torn = file.slice();
      torn.set(newer.subarray(0, cut), PAGE * pageSize);
      const { damaged, verdict } = await reportOf(torn);

      expect(verdict, `cut at ${cut}`).toBe("damaged");
      expect(damaged, `cut at ${cut}`).toMatchObject([{ page: PAGE, verdict: "torn" }]);
      expect(damaged[0]!.torn_at).toMatchObject({ byte: null, evidence: "lsn" });
      expect(damaged[0]!.torn_at!.sentence).toContain("its start is newer");
    }
  });

  test.each(SIZES)(
    "%i bytes, written for the first time in part → torn, and where",
    async (pageSize) => {
      for (const cut of [512, pageSize / 2, pageSize - 512]) {
        const head = makeTablespace(engine, shape(pageSize));
        head.fill(0, PAGE * pageSize + cut, (PAGE + 1) * pageSize);
        const tail = makeTablespace(engine, shape(pageSize));
        tail.fill(0, PAGE * pageSize, PAGE * pageSize + cut);

        for (const file of [head, tail]) {
          const { damaged } = await reportOf(file);
          expect(damaged[0]?.torn_at, `cut at ${cut}`).toMatchObject({
            byte: cut,
            evidence: "zeros",
          });
        }
      }
    },
  );

  test("every bit of header and trailer, and some of the body, flipped → damaged", async () => {
    const size = 4096;
    const bytes = [...Array(26).keys(), 34, 35, 36, 37, 38, 2000, size - 9];
    const trailer = [...Array(8).keys()].map((byte) => size - 8 + byte);
    for (const byte of [...bytes, ...trailer]) {
      const file = makeTablespace(engine, shape(size));
      file[PAGE * size + byte]! ^= 1 << (byte % 8);
      const { damaged } = await reportOf(file);
      expect(damaged, `byte ${byte}`).toMatchObject([{ page: PAGE }]);
    }
  });

  test("a damaged LSN with two checksums that fit → corrupt, not torn", async () => {
    const file = makeTablespace(engine, shape(4096));
    file[PAGE * 4096 + 4095]! ^= 1;
    const { damaged } = await reportOf(file);

    expect(damaged[0]).toMatchObject({ verdict: "corrupt", torn_at: null });
    expect(damaged[0]!.why.join("\n")).toContain("both checksums fit");
  });

  test("a page of another place, or of another space → misplaced", async () => {
    const file = makeTablespace(engine, shape(4096));
    file.set(makePage(engine, shape(4096), 2), 3 * 4096);
    file.set(makePage(engine, { ...shape(4096), space: 9 }, 4), 4 * 4096);
    const { damaged } = await reportOf(file);

    expect(damaged).toMatchObject([
      { page: 3, verdict: "misplaced" },
      { page: 4, verdict: "misplaced" },
    ]);
    expect(damaged[0]!.why[0]).toContain("page 2 of space 7; expected page 3 of space 7");
  });

  test("a page that does not verify but is free → a note, not damage", async () => {
    const file = makeTablespace(engine, shape(4096));
    file.fill(0xab, 5 * 4096, 6 * 4096);
    const { verdict, facts, notes } = await reportOf(file);

    expect(verdict).toBe("good");
    expect(facts).toMatchObject({ pages_free_damaged: 1 });
    expect(notes[0]).toContain("free");
  });
});

describe("inspect: checksums", () => {
  test.each([
    ["innodb", stampInnodb, "innodb"],
    ["none", stampNone, "none"],
    ["full_crc32", stampFullCrc32, "full_crc32"],
  ])("%s → named, and a flipped bit is damage", async (_name, stamp, expected) => {
    const file = withChecksums(engine, makeTablespace(engine, shape(4096)), 4096, stamp);
    const good = await reportOf(file);
    file[PAGE * 4096 + (expected === "none" ? 4095 : 1000)]! ^= 4;
    const bad = await reportOf(file);

    expect(good.checksums).toEqual([{ name: expected, type: 0, count: 5 }]);
    expect(good.verdict).toBe("good");
    expect(bad.damaged).toMatchObject([{ page: PAGE }]);
  });

  test("the published vectors → crc32 970EE1CB, full_crc32 1CE9C53C, innodb F38E23EE 47DC47B0", async () => {
    const vector = (): Uint8Array => {
      const page = new Uint8Array(16384);
      const view = new DataView(page.buffer);
      view.setUint32(4, 1);
      page.fill(0xff, 8, 16);
      view.setBigUint64(16, 0x100001235n);
      view.setUint16(24, 5);
      view.setUint32(34, 7);
      for (let j = 0; j < 200; j++) page[38 + j] = (37 + j) & 255;
      view.setUint32(16380, 0x1235);
      return page;
    };
    const file = makeTablespace(engine, { pageSize: 16384, pages: 3, used: 3 });
    const withPage = (change: (view: DataView) => void): Uint8Array => {
      const page = vector();
      change(new DataView(page.buffer));
      const copy = file.slice();
      copy.set(page, 16384);
      return copy;
    };
    const crc32 = withPage((view) => [0, 16376].forEach((at) => view.setUint32(at, 0x970ee1cb)));
    const innodb = withPage((view) => {
      view.setUint32(0, 0xf38e23ee);
      view.setUint32(16376, 0x47dc47b0);
    });

    expect((await reportOf(crc32)).checksums).toMatchObject([{ name: "crc32", count: 3 }]);
    expect((await reportOf(innodb)).checksums).toMatchObject([
      { name: "crc32", count: 2 },
      { name: "innodb", count: 1 },
    ]);
  });
});

describe("inspect: files", () => {
  test("cut inside a page, or before the end its header names → a problem of the file", async () => {
    const file = makeTablespace(engine, shape(16384));
    const inside = await reportOf(file.slice(0, 5 * 16384 + 700));
    const short = await reportOf(file.slice(0, 4 * 16384));

    expect(inside.problems.map(({ code }) => code)).toContain("cut-inside-a-page");
    expect(short.problems.map(({ code }) => code)).toEqual(["shorter-than-its-header"]);
    expect(short.verdict).toBe("damaged");
  });

  test("page 0 destroyed → the page size is found by trying, page 0 is damaged", async () => {
    for (const pageSize of SIZES) {
      const file = makeTablespace(engine, shape(pageSize));
      file.fill(0x77, 0, 600);
      const { kind, shape: found, damaged } = await reportOf(file);

      expect(kind, String(pageSize)).toBe("tablespace");
      expect(found["page_size"], String(pageSize)).toBe(pageSize);
      expect(damaged, String(pageSize)).toMatchObject([{ page: 0 }]);
    }
  });

  test("random bytes, text, zeros → unknown, and no error", async () => {
    const text = new TextEncoder().encode("not a database\n".repeat(3000));
    const random = Uint8Array.from({ length: 40000 }, (_, i) => (i * 7919 + (i >> 3)) & 255);
    for (const bytes of [text, random, new Uint8Array(50000), new Uint8Array(512)]) {
      expect((await reportOf(bytes)).verdict).toBe("unknown");
    }
  });
});

describe("inspect: redo", () => {
  test("a bad block with redo behind it → a gap: damage", async () => {
    const file = makeRedo(engine, 20);
    file[2048 + 7 * 512 + 100]! ^= 1;
    const { facts, problems, damaged_blocks: blocks, verdict } = await reportOf(file);

    expect(verdict).toBe("damaged");
    expect(facts).toMatchObject({ blocks_current: 7, blocks_behind_gap: 12, blocks_bad: 1 });
    expect(problems.map(({ code }) => code)).toEqual(["gap"]);
    expect(blocks).toMatchObject([{ offset: 2048 + 7 * 512, where: "end" }]);
  });

  test("a bad last block → where the log ends, torn or damaged", async () => {
    const file = makeRedo(engine, 20);
    file[2048 + 19 * 512 + 20]! ^= 1;

    expect((await reportOf(file)).problems.map(({ code }) => code)).toEqual(["bad-end"]);
  });

  test("a bad block behind the end → nobody reads it: good", async () => {
    const file = makeRedo(engine, 20);
    file.fill(0xee, 2048 + 23 * 512, 2048 + 24 * 512);
    const { verdict, facts, notes } = await reportOf(file);

    expect(verdict).toBe("good");
    expect(facts).toMatchObject({ blocks_bad: 1, blocks_bad_harmless: 1 });
    expect(notes[0]).toContain("outside the redo");
  });

  test("both checkpoints damaged → a problem; one of them → a note", async () => {
    const file = makeRedo(engine, 5);
    file[512 + 9]! ^= 1;
    expect((await reportOf(file)).problems.map(({ code }) => code)).toEqual(["no-checkpoint"]);
    const header = makeRedo(engine, 5);
    header[20]! ^= 1;
    expect((await reportOf(header)).problems.map(({ code }) => code)).toContain("bad-header");
  });

  test("record groups → counted, ours to the last one, InnoDB's as far as lengths are known", async () => {
    const ours = await reportOf(makeRedo(engine, 20));
    const mysql = await reportOf(makeMysqlRedo(engine, 20));

    expect(ours.facts).toMatchObject({ groups_not_followed: 0, group_is_open: false });
    expect(ours.record_types).toMatchObject([{ name: "MLOG_WRITE_STRING" }]);
    expect(ours.record_types[0]!.count).toBe(ours.facts["groups"]);
    expect(mysql.record_types).toMatchObject([{ name: "MLOG_4BYTES" }]);
    expect(Number(mysql.facts["groups"])).toBeGreaterThan(1500);
  });

  test("a MySQL file of a later lap of numbers → its epoch is understood", async () => {
    const { facts } = await reportOf(makeMysqlRedo(engine, 8, 5 * 2 ** 39));
    expect(facts).toMatchObject({ blocks_current: 8, blocks_stale: 0 });
  });
});
