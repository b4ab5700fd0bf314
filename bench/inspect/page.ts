// `--page N`: one page, block or record in full, with its fields and its bytes.

import { UsageError } from "../exit.js";
import { formatBytes, formatCount } from "../units.js";
import type { Inspector } from "./copies.js";
import { hexdump } from "./hexdump.js";
import { eventsNamed, KIND_NUMBERS, type FileEvent, type InspectorEvent } from "./protocol.js";
import { factsOf, type Facts, type PageReport } from "./report.js";
import { eventsOf } from "./scan.js";
import type { ByteSource } from "./source.js";

const LOG_BLOCK_BYTES = 512;
const DETECT_RECORD_BYTES = 8192;

/**
 * Describes page `number` of the file. `events`: those of a scan, at least up to the file's kind.
 * Errors: UsageError for a number the file does not have, or a file of unknown kind.
 */
export async function describePage(
  inspector: Inspector,
  source: ByteSource,
  events: readonly InspectorEvent[],
  number: number,
): Promise<PageReport> {
  const [file] = eventsNamed<FileEvent>(events, "file");
  if (file === undefined) {
    throw new UsageError(
      `${source.path}: --page needs a file whose kind is known; say it with --kind and --page-size`,
    );
  }
  const bytes = unitBytes(file);
  const first = file.first_page ?? 0;
  const position = number - first;
  checkRange(source, file, number, bytes);
  const unit = (await source.read(position * bytes, bytes)).slice();
  const args = describeArgs(file, events, bytes, position);
  const session = inspector.sandbox.start(inspector.module);
  const said = eventsOf(session.run(["inspector", "page", ...args.map(String)], unit));
  const fields = said.filter((event) => event["at"] !== undefined).map(withName);
  return {
    number,
    offset: position * bytes,
    about: Object.assign({}, ...said.filter(isAbout).map(factsOf)) as Facts,
    fields,
    hexdump: hexdump(unit, fields),
  };
}

const ABOUT = new Set(["page", "checksum", "block"]);

function isAbout({ event }: InspectorEvent): boolean {
  return ABOUT.has(event);
}

/** Fields keep what kind of thing they are: a plain field, an extent, a record, an entry. */
function withName(event: InspectorEvent): Facts {
  return { what: event.event, ...factsOf(event) };
}

function unitBytes(file: FileEvent): number {
  if (file.physical_page_size !== undefined) return file.physical_page_size;
  return file.kind === "detect-only" ? DETECT_RECORD_BYTES : LOG_BLOCK_BYTES;
}

function checkRange(source: ByteSource, file: FileEvent, number: number, bytes: number): void {
  const first = file.first_page ?? 0;
  const count = Math.floor(source.size / bytes);
  if (number >= first && number < first + count) return;
  const what = file.physical_page_size === undefined ? "blocks" : "pages";
  const range =
    count === 0
      ? `no whole one of ${formatBytes(bytes)}`
      : `${what} ${formatCount(first)} to ${formatCount(first + count - 1)} of ${formatBytes(bytes)}`;
  throw new UsageError(`--page ${number}: ${source.path} has ${range}; expected a number it has`);
}

function describeArgs(
  file: FileEvent,
  events: readonly InspectorEvent[],
  bytes: number,
  position: number,
): number[] {
  const isPages = file.physical_page_size !== undefined;
  const [header] = eventsNamed<InspectorEvent>(events, "redo-header");
  const isOurs = header?.["is_tornproof"] === true;
  const isSpecial = isPages ? file.is_full_crc32 === true : isOurs;
  const logical = file.page_size ?? bytes;
  return [bytes, KIND_NUMBERS[file.kind], bytes, logical, Number(isSpecial), position];
}
