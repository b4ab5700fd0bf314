// Every kind of file, whole: recognized by its content, good, and described in the right numbers.

import { expect, test } from "vitest";
import { startTestEngine } from "../engine-loader.js";
import { everyKind } from "./make-files.js";
import { inspectBytes, startInspector } from "./support.js";

const inspector = await startInspector();
const engine = await startTestEngine();

const EXPECTED: Readonly<Record<string, readonly [kind: string, facts: Record<string, unknown>]>> =
  {
    "tablespace 4k": ["tablespace", { pages_whole: 6, pages_empty: 2, space_id: 7, fsp_size: 8 }],
    "tablespace 16k": ["tablespace", { pages_whole: 6, pages_empty: 2, pages_used: 6 }],
    full_crc32: ["tablespace", { pages_whole: 6, is_full_crc32: true }],
    innodb: ["tablespace", { pages_whole: 6, pages_corrupt: 0 }],
    none: ["tablespace", { pages_whole: 6, pages_corrupt: 0 }],
    doublewrite: ["doublewrite", { copies_whole: 5, copies_empty: 2, copies_damaged: 0 }],
    "detect-only": ["detect-only", { records_whole: 3, entries: 120, lsn_max: "9039" }],
    redo: ["redo", { is_ours: true, blocks_current: 20, end: "inside-a-block", blocks_bad: 0 }],
    "mysql redo": ["redo", { is_ours: false, blocks_current: 20, end: "inside-a-block" }],
    "mariadb redo": ["mariadb-redo", { mtrs: 40, has_checkpoint_record: true }],
    "mariadb redo, around": ["mariadb-redo", { mtrs: 40, has_checkpoint_record: true }],
  };

test.each(everyKind(engine))(
  "inspect: $name → recognized, good, counted",
  async ({ name, bytes }) => {
    const { report } = await inspectBytes(inspector, bytes);

    const [kind, facts] = EXPECTED[name]!;
    expect(report.kind).toBe(kind);
    expect(report.facts).toMatchObject(facts);
    expect(report.problems).toEqual([]);
    expect(report.verdict).toBe("good");
  },
);
