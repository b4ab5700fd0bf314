// Counts over the pages of a file: how many of each type, under which checksum, how old.
//
// A file has few page types. Types beyond the table's size are counted together: a file of random
// bytes must not make the answer as long as the file.

import { pageLsn, pageType } from "../engine/format/fil";
import { algorithm, ALGORITHMS } from "./innodb/judge";
import { isFullCrc32 } from "./innodb/shape";
import { algorithmName, pageTypeName } from "./names";
import { begin, count, end, size, text, wide } from "./out";

const TYPES_MAX: u32 = 64;
const types: usize = memory.data(256, 8);
const typeCounts: usize = memory.data(256, 8);
let typesCount: u32 = 0;
let otherTypes: u32 = 0;
/** full_crc32: pages whose type is their compressed size. */
let compressed: u32 = 0;

const algorithmCounts: usize = memory.data(24, 8);

/** Cells of the map of LSNs; a cell is a run of neighboring pages. */
const CELLS_MAX: u32 = 256;
const cellMin: usize = memory.data(2048, 8);
const cellMax: usize = memory.data(2048, 8);
const cellPages: usize = memory.data(1024, 8);
let cells: u32 = 0;
let pagesPerCell: u32 = 1;

let lsnMin: u64 = u64.MAX_VALUE;
let lsnMax: u64 = 0;
let lsnMaxPage: u32 = 0;

/** Sizes the map; before the first page is counted. */
export function startCensus(pages: u32): void {
  pagesPerCell = max<u32>(1, (pages + CELLS_MAX - 1) / CELLS_MAX);
  cells = (pages + pagesPerCell - 1) / pagesPerCell;
}

/** Counts a page that was judged whole or unverified; `position` is its place in the file. */
export function countPage(page: usize, position: u32): void {
  countType(pageType(page));
  const slot = algorithmCounts + 4 * algorithm;
  store<u32>(slot, load<u32>(slot) + 1);
  const lsn = pageLsn(page);
  if (lsn == 0) return;
  lsnMin = min<u64>(lsnMin, lsn);
  if (lsn > lsnMax) {
    lsnMax = lsn;
    lsnMaxPage = position;
  }
  countCell(min<u32>(position / pagesPerCell, CELLS_MAX - 1), lsn);
}

function countCell(cell: u32, lsn: u64): void {
  const pages = load<u32>(cellPages + 4 * cell);
  const before = load<u64>(cellMin + 8 * cell);
  store<u64>(cellMin + 8 * cell, pages == 0 ? lsn : min<u64>(before, lsn));
  store<u64>(cellMax + 8 * cell, max<u64>(load<u64>(cellMax + 8 * cell), lsn));
  store<u32>(cellPages + 4 * cell, pages + 1);
}

function countType(type: u32): void {
  if (isFullCrc32 && (type & 0x8000) != 0) {
    compressed++;
    return;
  }
  for (let index: u32 = 0; index < typesCount; index++) {
    if (load<u32>(types + 4 * index) != type) continue;
    store<u32>(typeCounts + 4 * index, load<u32>(typeCounts + 4 * index) + 1);
    return;
  }
  if (typesCount == TYPES_MAX) {
    otherTypes++;
    return;
  }
  store<u32>(types + 4 * typesCount, type);
  store<u32>(typeCounts + 4 * typesCount, 1);
  typesCount++;
}

/** One line per type, per algorithm and per cell of the map that holds a page. */
export function reportCensus(): void {
  for (let index: u32 = 0; index < typesCount; index++) {
    const type = load<u32>(types + 4 * index);
    reportType(type, pageTypeName(type), load<u32>(typeCounts + 4 * index));
  }
  if (compressed > 0) reportType(0x8000, "PAGE_COMPRESSED", compressed);
  if (otherTypes > 0) reportType(0xffff, "other", otherTypes);
  for (let index: u32 = 0; index < ALGORITHMS; index++) {
    const pages = load<u32>(algorithmCounts + 4 * index);
    if (pages == 0) continue;
    begin("algorithm");
    text("name", algorithmName(index));
    count("pages", pages);
    end();
  }
  for (let cell: u32 = 0; cell < cells; cell++) reportCell(cell);
}

function reportType(type: u32, name: string, pages: u32): void {
  begin("type");
  count("type", type);
  text("name", name);
  count("pages", pages);
  end();
}

function reportCell(cell: u32): void {
  begin("cell");
  count("first_page", cell * pagesPerCell);
  count("pages", pagesPerCell);
  count("pages_with_lsn", load<u32>(cellPages + 4 * cell));
  wide("lsn_min", load<u64>(cellMin + 8 * cell));
  wide("lsn_max", load<u64>(cellMax + 8 * cell));
  end();
}

/** Puts the range of LSNs into the line under way. */
export function reportLsns(): void {
  wide("lsn_min", lsnMax == 0 ? 0 : lsnMin);
  wide("lsn_max", lsnMax);
  size("lsn_max_page", lsnMaxPage);
}
