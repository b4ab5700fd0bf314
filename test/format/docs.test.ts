// docs/format.md against the engine: each table row that starts with a constant states its value,
// rows of a layout meet end to start, and no on-disk constant is left out.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../host/package-root.js";
import { startTestEngine } from "../engine-loader.js";
import { PAGE_SIZES } from "./helpers.js";

const engine = await startTestEngine();
const page = readFileSync(join(packageRoot(), "docs", "format.md"), "utf8");

interface Table {
  heading: string;
  columns: string[];
  rows: string[][];
}

const tables = readTables();
const constantTables = tables.filter(({ columns }) => columns[0] === "Constant");
const layouts = constantTables.filter(({ columns }) => columns[1] === "Offset");

test("docs/format.md: every row that names a constant → the engine's value", () => {
  for (const { heading, columns, rows } of constantTables) {
    expect(["Offset", "Value"], `${heading}: column 2`).toContain(columns[1]);
    for (const [constant, value] of rows) {
      const name = constant!.replaceAll("`", "");
      expect(engine.value64(name), `${heading}: ${name}`).toBe(BigInt(value!));
    }
  }
});

test("docs/format.md: every layout → each field starts where the one before it ends", () => {
  expect(layouts.length).toBe(12);
  for (const { heading, rows } of layouts) {
    let end = Number(rows[0]![1]);
    for (const [index, [constant, offset, size]] of rows.entries()) {
      expect(Number(offset), `${heading}: ${constant} starts at`).toBe(end);
      const isLast = index === rows.length - 1;
      expect(isLast || size !== "rest", `${heading}: ${constant} has a size`).toBe(true);
      end += Number(size);
    }
  }
});

test("docs/format.md: layouts with a size constant → end exactly there", () => {
  const ends: [string, number][] = [
    ["FIL_TRAILER_LSN_LOW", engine.value("FIL_PAGE_DATA_END")],
    ["FSP_SEG_INODES_FREE", engine.value("FSP_SPACE_ID") + engine.value("FSP_HEADER_SIZE")],
    ["FLST_LAST", engine.value("FLST_BASE_NODE_SIZE")],
    ["LOG_HEADER_CHECKSUM", engine.value("OS_FILE_LOG_BLOCK_SIZE")],
    ["LOG_CHECKPOINT_CHECKSUM", engine.value("OS_FILE_LOG_BLOCK_SIZE")],
    ["LOG_BLOCK_TRAILER", engine.value("OS_FILE_LOG_BLOCK_SIZE")],
    ["DICT_ENTRY_NAME", engine.value("DICT_ENTRY_SIZE") - 8],
    ["BDBLWR_ENTRY_LSN", engine.value("BDBLWR_ENTRY_SIZE")],
  ];
  const rows = layouts.flatMap((layout) => layout.rows);

  for (const [name, end] of ends) {
    const row = rows.find(([constant]) => constant === `\`${name}\``);
    expect(Number(row?.[1]) + Number(row?.[2]), `end of ${name}`).toBe(end);
  }
});

test("docs/format.md: every on-disk constant of the engine → has a row", () => {
  const onDisk = /^(FIL|FSP|FLST|XDES|LOG|MLOG|BDBLWR|STORE|DICT|OS_FILE|PAGE_SIZE|FORMAT)_/;
  const named = new Set(constantTables.flatMap(({ rows }) => rows.map(([name]) => name)));
  const missing = engine.globals.filter((name) => onDisk.test(name) && !named.has(`\`${name}\``));

  expect(missing).toEqual([]);
});

test("docs/format.md: the table of page sizes → what the engine computes", () => {
  const table = tables.find(({ columns }) => columns[0] === "Page size");
  const rows = table?.rows.map(([size, pages, extent, field, flags, descriptor]) => ({
    size: Number(size),
    pages: Number(pages),
    extent: Number(extent!.replace(" MiB", "")),
    field: Number(field),
    flags: Number(flags),
    descriptor: Number(descriptor),
  }));

  const computed = PAGE_SIZES.map((size) => ({
    size,
    pages: engine.call("extentPages", size),
    extent: (engine.call("extentPages", size) * size) / 1048576,
    field: (engine.call("fspFlags", size) >> 6) & 15,
    flags: engine.call("fspFlags", size),
    descriptor: engine.call("xdesSize", size),
  }));
  expect(rows).toEqual(computed);
});

function readTables(): Table[] {
  const found: Table[] = [];
  let heading = "";
  let open: Table | undefined;
  for (const line of page.split("\n")) {
    if (line.startsWith("#")) heading = line.replace(/^#+ /, "");
    if (!line.startsWith("|")) {
      open = undefined;
      continue;
    }
    const cells = line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
    if (open === undefined) {
      open = { heading, columns: cells, rows: [] };
      found.push(open);
    } else if (!/^:?-+:?$/.test(cells[0]!)) open.rows.push(cells);
  }
  return found;
}
