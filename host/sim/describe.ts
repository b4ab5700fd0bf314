// Requests in words a student understands: not "pwrite 4096 at 12288", but "page 3 of space 1, as of
// commit 2". What a write carries is read from its own bytes.

import type { SimRequest, SyncRequest, WriteRequest, EntryRequest } from "./history.js";
import type { Model } from "./model.js";

const LOG_HEADER = 2048;
const LOG_BLOCK = 512;

/** One line for a request. */
export function describe(request: SimRequest, model: Model): string {
  if (request.type === "write") return describeWrite(request, model);
  if (request.type === "sync") return `sync of ${fileWords(request)}`;
  return describeEntry(request);
}

function describeWrite(request: WriteRequest, model: Model): string {
  const kind = kindOf(request);
  if (request.data === null) return `zeros at the end of ${fileWords(request)}, which grows`;
  if (kind === "log") return describeRedo(request, request.data, model);
  if (kind === "dblwr") return `doublewrite copies of ${pagesOf(request.data, model)}`;
  if (kind === "bdblwr") return "doublewrite record of the batch (DETECT_ONLY)";
  return pagesOf(request.data, model, request);
}

function describeRedo(request: WriteRequest, data: Uint8Array, model: Model): string {
  if (request.offset < LOG_HEADER) {
    const lsn = data.length >= 16 ? word(data, 12) : 0;
    return `checkpoint block (LSN ${lsn})`;
  }
  const first = (word(data, 0) - 1) * LOG_BLOCK;
  // The last block says how full it is.
  const last = data.length - LOG_BLOCK;
  const end = first + last + (((data[last + 4]! & 0x7f) << 8) | data[last + 5]!);
  const commits = model.lsns
    .map((lsn, n) => ({ lsn, n }))
    .filter(({ lsn, n }) => n > 0 && lsn > first && lsn <= end);
  const range = commits.length === 0 ? "" : ` of ${commitWords(commits.map(({ n }) => n))}`;
  return `redo${range}`;
}

function commitWords(numbers: readonly number[]): string {
  const [first] = numbers;
  const last = numbers.at(-1)!;
  return first === last ? `commit ${first}` : `commits ${first} to ${last}`;
}

/** Pages by number, with the newest commit that each one holds. */
function pagesOf(data: Uint8Array, model: Model, place?: WriteRequest): string {
  const { pageSize } = model;
  const names: string[] = [];
  for (let at = 0; at + pageSize <= data.length; at += pageSize) {
    const page = word(data, at + 4);
    const space = word(data, at + 34);
    const lsn = word(data, at + 16) * 2 ** 32 + word(data, at + 20);
    names.push(`${space}:${page}${versionOf(lsn, model)}`);
  }
  if (names.length === 0) return place === undefined ? "nothing" : `part of ${fileWords(place)}`;
  return `${names.length === 1 ? "page" : "pages"} ${names.join(", ")}`;
}

/** " (commit 2)" for a page whose newest change is of that commit. */
function versionOf(lsn: number, model: Model): string {
  const commit = model.lsns.findIndex((each) => each >= lsn);
  return commit > 0 ? ` (commit ${commit})` : "";
}

function describeEntry({ type, path }: EntryRequest): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (type === "create") return `creation of ${name}`;
  if (type === "unlink") return `removal of ${name}`;
  return "sync of the directory";
}

function kindOf({ note, file }: WriteRequest): string {
  if (note !== null) return note.kind;
  if (file.isLog) return "log";
  return file.path.endsWith(".dblwr") ? "dblwr" : "data";
}

/** The file a request is about, as its users call it. */
export function fileWords({ file, note }: WriteRequest | SyncRequest): string {
  if (file.isLog) return "the redo log";
  const kind = note?.kind;
  if (kind === "dblwr" || kind === "bdblwr") return "the doublewrite file";
  return `tablespace ${note?.id ?? file.path.slice(file.path.lastIndexOf("/") + 1)}`;
}

function word(data: Uint8Array, at: number): number {
  return (
    (data[at] ?? 0) * 2 ** 24 +
    ((data[at + 1] ?? 0) << 16) +
    ((data[at + 2] ?? 0) << 8) +
    (data[at + 3] ?? 0)
  );
}
