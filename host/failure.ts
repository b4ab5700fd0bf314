// From the engine's failure record and status codes to typed errors.

import { FILE_KINDS } from "./abi.js";
import type { Engine } from "./engine.js";
import { nameOfErrno } from "./errno.js";
import { CorruptionError, IoError, StoreError } from "./errors.js";
import type { Layout } from "./layout.js";

/** Status codes of engine/abi/status.ts. */
export const STATUS = {
  ok: 0,
  pending: 1,
  logFull: 2,
  tooLarge: 3,
  notFound: 4,
  damaged: 5,
  readFailed: 6,
  poisoned: 7,
  notAllocated: 8,
  conflict: 9,
  noSpace: 10,
  badRequest: 11,
  exists: 12,
  wrongState: 13,
  format: 14,
} as const;

const NO_PAGE = 0xffffffff;

interface FailureRecord {
  readonly status: number;
  readonly what: number;
  readonly path: string;
  readonly page: number | null;
  readonly errno: number;
  readonly expected: bigint;
  readonly found: bigint;
}

/** What is expected and what was found, in words; index = WHAT_ code of engine/abi/failure.ts. */
const DAMAGE: readonly ((expected: bigint, found: bigint) => [string, string])[] = [
  () => ["", ""],
  () => ["a page that can be read", "a system call that failed"],
  (e, f) => [`checksum ${hex(e)}`, hex(f)],
  (e, f) => [`the same LSN in header (${hex(e)}) and trailer`, `${hex(f)}: the page is torn`],
  (e, f) => [`page number ${e}`, `page number ${f}: the page belongs elsewhere`],
  (e, f) => [`space id ${e}`, `space id ${f}: the page belongs to another tablespace`],
  () => ["a page that was written", "zeros"],
  (e, f) => [`no LSN beyond the end of the redo log, ${e}`, `LSN ${f}: redo is missing`],
  (e, f) => [`a redo log header with checksum ${hex(e)}`, hex(f)],
  () => ["a valid checkpoint block", "none"],
  (e, f) => [`a valid log block at LSN ${e}`, `damage; the last whole record group ends at ${f}`],
  (e, f) => [`redo up to LSN ${e}, which was durable`, `a log that ends at LSN ${f}`],
  (e) => [`redo records at LSN ${e}`, "bytes that are none"],
  () => ["the file of a tablespace", "no file"],
  (e, f) => [`a file of at least ${e} pages`, `${f} pages`],
  (e, f) => [`format ${formatName(e)}`, formatName(f)],
  (e, f) => [`page size ${e}, with which the store was created`, `${f}`],
  () => ["the store page", "other content"],
  (e, f) => [`a tablespace header with flags ${hex(e)}`, `flags ${hex(f)} or another space id`],
  (e) => [`a page number below ${e}`, "one beyond the end of the tablespace"],
  () => ["a dictionary entry", "other content"],
  (e) => [`page at LSN ${e} (a DETECT_ONLY record)`, "damage that no copy can repair"],
  (e, f) => [`a file of at least ${e} bytes`, `${f} bytes`],
  (e, f) => [`the data of the redo log's store, ${hex(e)}`, `that of store ${hex(f)}`],
  (e, f) => [
    `the log block of LSN ${e}, number ${blockNumber(e)}`,
    `number ${f}: the block belongs elsewhere`,
  ],
];

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** Number of the log block that holds the byte at this LSN; engine/format/log-block.ts. */
function blockNumber(lsn: bigint): bigint {
  return 1n + ((lsn / 512n) & 0x3fffffffn);
}

/** The redo format is four letters; the store's version is a small number. */
function formatName(value: bigint): string {
  if (value < 0x20202020n) return `${value}`;
  const letters = [24n, 16n, 8n, 0n].map((s) => Number((value >> s) & 0xffn));
  const isText = letters.every((c) => c >= 0x20 && c < 0x7f);
  return isText ? `"${String.fromCharCode(...letters)}"` : hex(value);
}

function readRecord(engine: Engine, layout: Layout): FailureRecord {
  const at = engine.exports.failureAddress();
  const { view } = engine;
  const kind = FILE_KINDS[view.getUint32(at + 8, true)] ?? "data";
  const page = view.getUint32(at + 16, true);
  return {
    status: view.getUint32(at, true),
    what: view.getUint32(at + 4, true),
    path: layout.pathOf(kind, view.getUint32(at + 12, true)),
    // The log has blocks; the words name its LSNs.
    page: page === NO_PAGE || kind === "log" ? null : page,
    errno: view.getInt32(at + 20, true),
    expected: view.getBigUint64(at + 24, true),
    found: view.getBigUint64(at + 32, true),
  };
}

/**
 * The error for a refused call. `subject` names what the call was about; `failure` is the last
 * failed operation, which knows more about a system call than the engine does.
 */
export function errorOf(
  status: number,
  engine: Engine,
  layout: Layout,
  subject: string,
  failure: IoError | null,
): Error {
  const record = readRecord(engine, layout);
  switch (status) {
    case STATUS.tooLarge:
      return new StoreError("TOO_LARGE", `${subject}: larger than the store can ever take`);
    case STATUS.notFound:
      return new StoreError("NOT_FOUND", `${subject}: no such tablespace, or beyond its end`);
    case STATUS.notAllocated:
      return new StoreError("NOT_FOUND", `${subject}: the page is not allocated`);
    case STATUS.conflict:
      return new StoreError("CONFLICT", `${subject}: a page it had read was changed`);
    case STATUS.noSpace:
      return noSpace(record, layout, subject, failure);
    case STATUS.exists:
      return new StoreError("EXISTS", `${subject}: a tablespace of that name exists`);
    case STATUS.wrongState:
      return new StoreError("BUSY", `${subject}: not now`);
    case STATUS.badRequest:
      return new StoreError("BAD_ARGUMENT", `${subject}: outside a page body`);
    case STATUS.format:
      return formatError(record);
    case STATUS.readFailed:
      return readError(record, layout, failure);
    case STATUS.poisoned:
      return failure ?? readError(record, layout, null);
    default:
      return damage(record);
  }
}

function noSpace(
  record: FailureRecord,
  layout: Layout,
  subject: string,
  failure: IoError | null,
): Error {
  const code = nameOfErrno(record.errno);
  if (code !== "ENOSPC" && code !== "EDQUOT") return failure ?? readError(record, layout, null);
  return new StoreError("NO_SPACE", `${subject}: ${record.path} cannot grow: ${code}`);
}

function formatError(record: FailureRecord): StoreError {
  const [expected, found] = sentence(record);
  const code = record.what === 16 ? "FORMAT_MISMATCH" : "FORMAT_VERSION";
  return new StoreError(code, `${record.path}: expected ${expected}, found ${found}`);
}

function readError(record: FailureRecord, layout: Layout, failure: IoError | null): Error {
  if (failure !== null && record.errno === 0) return failure;
  const { pageSize } = layout;
  if (nameOfErrno(record.errno) === "ENODATA") {
    const [expected, found] = ["a file that reaches so far", "the end of the file"];
    return new CorruptionError(record.path, record.page, expected, found);
  }
  const offset = record.page === null ? null : record.page * pageSize;
  return new IoError(nameOfErrno(record.errno), "pread", record.path, offset, pageSize);
}

function damage(record: FailureRecord): CorruptionError {
  const [expected, found] = sentence(record);
  return new CorruptionError(record.path, record.page, expected, found);
}

function sentence(record: FailureRecord): [string, string] {
  const words = DAMAGE[record.what];
  return words === undefined ? ["sound content", "damage"] : words(record.expected, record.found);
}
