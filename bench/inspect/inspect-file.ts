// One file from its bytes to its report.

import { reasonsOf, tornAlone, type Expected } from "./explain.js";
import { type Inspector } from "./copies.js";
import { judge } from "./problems.js";
import {
  eventsNamed,
  type CellEvent,
  type DamageEvent,
  type FileEvent,
  type InspectorEvent,
  type PlainEvent,
} from "./protocol.js";
import {
  cellOf,
  factsOf,
  numberOf,
  pageBytesOf,
  type DamagedPage,
  type Facts,
  type FileReport,
  type Verdict,
} from "./report.js";
import { scanFile, type ScanOptions } from "./scan.js";
import type { ByteSource } from "./source.js";

/** A report and the events it was made from. */
export interface Inspected {
  readonly report: FileReport;
  readonly events: readonly InspectorEvent[];
}

/** Scans the whole file. Errors: those of `scanFile`. */
export async function inspectFile(
  inspector: Inspector,
  source: ByteSource,
  options: ScanOptions,
): Promise<Inspected> {
  const events = await scanFile(inspector.sandbox, inspector.module, source, options);
  const [file] = eventsNamed<FileEvent>(events, "file");
  const report = file === undefined ? unknownFile(source) : knownFile(source, file, events);
  return { report, events };
}

function unknownFile(source: ByteSource): FileReport {
  return {
    path: source.path,
    size_bytes: source.size,
    kind: "unknown",
    verdict: "unknown",
    shape: {},
    facts: {},
    page_types: [],
    checksums: [],
    record_types: [],
    headers: [],
    problems: [],
    damaged: [],
    damaged_blocks: [],
    damaged_count: 0,
    notes: [],
    lsn_map: null,
    page: null,
  };
}

function knownFile(
  source: ByteSource,
  file: FileEvent,
  events: readonly InspectorEvent[],
): FileReport {
  const { kind } = file;
  const facts = factsOf(events.findLast(({ event }) => event === kind));
  const headers = events.filter(({ event }) => HEADERS.has(event)).map(factsOf);
  const pageBytes = pageBytesOf(file);
  const { problems, notes } = judge(kind, facts, headers, pageBytes);
  const expected = expectedOf(file, facts, pageBytes);
  const damaged = eventsNamed<DamageEvent>(events, "damage").map((damage) =>
    damagedPage(damage, expected),
  );
  const count = damagedCount(facts);
  const verdict: Verdict = count > 0 || problems.length > 0 ? "damaged" : "good";
  return {
    ...unknownFile(source),
    kind,
    verdict,
    shape: factsOf(file as unknown as PlainEvent),
    facts,
    page_types: typesOf(events, "type", "pages"),
    checksums: typesOf(events, "algorithm", "pages"),
    record_types: typesOf(events, "record-type", "records"),
    headers,
    problems,
    damaged,
    damaged_blocks: events.filter(({ event }) => BLOCKS.has(event)).map(factsOf),
    damaged_count: count,
    notes,
    lsn_map: eventsNamed<CellEvent>(events, "cell").map(cellOf),
  };
}

const HEADERS = new Set(["redo-header", "mariadb-header", "checkpoint"]);
const BLOCKS = new Set(["block-damage", "record-damage"]);

/** What counts as damaged, by the name of the count. */
const DAMAGE_COUNTS = [
  "pages_torn",
  "pages_corrupt",
  "pages_misplaced",
  "records_damaged",
] as const;

function damagedCount(facts: Facts): number {
  const pages = DAMAGE_COUNTS.reduce((sum, name) => sum + numberOf(facts, name), 0);
  // In a tablespace, a torn copy is a note; a doublewrite file is nothing but copies.
  const copies = facts["copies_empty"] === undefined ? 0 : numberOf(facts, "copies_damaged");
  const blocks = numberOf(facts, "blocks_bad") - numberOf(facts, "blocks_bad_harmless");
  return pages + copies + blocks;
}

function expectedOf(file: FileEvent, facts: Facts, pageBytes: number): Expected {
  const isKnown = facts["space_is_known"] === true;
  return {
    pageNo: file.first_page ?? 0,
    spaceId: isKnown ? numberOf(facts, "space_id") : null,
    pageBytes,
    isFullCrc32: file.is_full_crc32 === true,
  };
}

function damagedPage(damage: DamageEvent, expected: Expected): DamagedPage {
  const pageNo = expected.pageNo + damage.position;
  return {
    page: pageNo,
    offset: damage.offset,
    verdict: damage.verdict,
    type: damage.type,
    type_name: damage.type_name,
    page_lsn: damage.lsn,
    why: reasonsOf(damage, { ...expected, pageNo }),
    torn_at: tornAlone(damage, expected.pageBytes),
  };
}

function typesOf(
  events: readonly InspectorEvent[],
  name: string,
  count: string,
): { name: string; type: number; count: number }[] {
  const found = events
    .filter(({ event }) => event === name)
    .map((event) => ({
      name: String(event["name"]),
      type: Number(event["type"] ?? 0),
      count: Number(event[count]),
    }));
  return found.sort((a, b) => b.count - a.count);
}
