// `bench inspect`: flags, the files one after the other, the text or the JSON, and the exit code.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, messageOf, UsageError } from "../exit.js";
import { exitCodeOf } from "../exit-code.js";
import { packageRoot } from "../host.js";
import type { RawFlags } from "../options.js";
import { toolVersion } from "../version.js";
import { parseSize } from "../units.js";
import { compareWithCopies, copiesIn, copyFilesNear } from "../inspect/copies.js";
import type { FoundCopy, Inspector } from "../inspect/copies.js";
import { openFile, type FileSource } from "../inspect/file-source.js";
import { inspectFile, type Inspected } from "../inspect/inspect-file.js";
import { describePage } from "../inspect/page.js";
import { eventsNamed, KIND_NUMBERS, type CopyEvent } from "../inspect/protocol.js";
import type { FileReport, InspectResult, Unreadable } from "../inspect/report.js";
import { numberOf, SCHEMA_ID } from "../inspect/report.js";
import { InspectorFailure, type Sandbox } from "../inspect/sandbox.js";
import type { ScanOptions } from "../inspect/scan.js";
import { renderFile, type View } from "../inspect/text.js";
import { totalLine } from "../inspect/text-damage.js";

const WIDTH_DEFAULT = 100;
const WIDTH_MIN = 60;
const WIDTH_MAX = 160;
const SMALLEST_FILE = 512;
/** Damaged pages that are compared with copies. */
const COMPARED_MAX = 100;

interface Settings extends ScanOptions {
  readonly view: View;
  readonly page: number | null;
  readonly isJson: boolean;
}

export interface InspectInput {
  readonly files: readonly string[];
  readonly flags: RawFlags;
  /** The arguments as typed, "inspect" included. */
  readonly argv: readonly string[];
}

/** Runs and returns the exit code. Errors: UsageError, EnvironmentError, InspectorFailure. */
export async function inspectCommand({ files, flags, argv }: InspectInput): Promise<number> {
  const settings = parseSettings(flags);
  const sandbox = await sandboxNamed(String(flags["sandbox"] ?? "wasmer"));
  const module = new WebAssembly.Module(readFileSync(modulePath()));
  const inspector = { sandbox, module };
  const { seen, unreadable } = await inspectAll(inspector, files, settings);
  const reports = await withCopies(inspector, seen);
  const code = exitCodeFor(reports, unreadable, settings);
  process.stdout.write(
    settings.isJson
      ? `${JSON.stringify(resultOf({ reports, unreadable, sandbox, argv, code }), null, 2)}\n`
      : textOf(reports, settings),
  );
  return code;
}

/**
 * One file that cannot be judged does not keep the others from it: it is named on stderr, and the
 * exit code remembers it. Errors: those of the file, when it is the only one.
 */
async function inspectAll(
  inspector: Inspector,
  files: readonly string[],
  settings: Settings,
): Promise<{ seen: Inspected[]; unreadable: Unreadable[] }> {
  const seen: Inspected[] = [];
  const unreadable: Unreadable[] = [];
  for (const path of files) {
    try {
      seen.push(await inspectPath(inspector, path, settings));
    } catch (error) {
      if (files.length === 1 || error instanceof InspectorFailure) throw error;
      process.stderr.write(`bench: ${messageOf(error)}\n`);
      unreadable.push({ path, message: messageOf(error), exit_code: exitCodeOf(error) });
    }
  }
  return { seen, unreadable };
}

function modulePath(): string {
  return join(packageRoot(), "build", "inspector.wasm");
}

function parseSettings(flags: RawFlags): Settings {
  const views = (["check", "lsnMap", "page"] as const).filter((name) => flags[name] !== undefined);
  if (views.length > 1) {
    throw new UsageError("--page, --lsn-map and --check: expected one of them, found several");
  }
  const page = flags["page"] === undefined ? null : pageNumber(String(flags["page"]));
  const [chosen] = views;
  const view = chosen === "lsnMap" ? "map" : (chosen ?? "summary");
  const { kind, pageSize } = insisted(flags);
  return { view, page, isJson: flags["json"] === true, kind, pageSize };
}

function insisted(flags: RawFlags): { kind: number; pageSize: number } {
  const pageSize =
    flags["pageSize"] === undefined ? 0 : parseSize(String(flags["pageSize"]), "--page-size");
  if (pageSize !== 0 && ![4096, 8192, 16384, 32768, 65536].includes(pageSize)) {
    throw new UsageError(`--page-size ${flags["pageSize"]}: expected 4k, 8k, 16k, 32k or 64k`);
  }
  if (flags["kind"] === undefined) return { kind: 0, pageSize };
  const kinds: Readonly<Record<string, number>> = KIND_NUMBERS;
  const kind = kinds[String(flags["kind"])];
  if (kind === undefined) {
    throw new UsageError(
      `--kind ${flags["kind"]}: expected one of ${Object.keys(KIND_NUMBERS).join(", ")}`,
    );
  }
  return { kind, pageSize };
}

function pageNumber(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value <= 0xffffffff) return value;
  throw new UsageError(`--page ${text}: expected a page number, 0 to 4294967295`);
}

async function sandboxNamed(name: string): Promise<Sandbox> {
  if (name === "wasmer") return (await import("../inspect/wasmer-sandbox.js")).wasmerSandbox();
  if (name === "node") return (await import("../inspect/node-sandbox.js")).nodeSandbox();
  throw new UsageError(`--sandbox ${name}: expected wasmer or node`);
}

async function inspectPath(
  inspector: Inspector,
  path: string,
  settings: Settings,
): Promise<Inspected> {
  const source = await openFile(path);
  try {
    checkSize(source);
    const seen = await inspectFile(inspector, source, scanOptions(settings));
    if (seen.report.kind === "unknown") throw unknownKind(path, seen);
    if (settings.page === null) return seen;
    const page = await describePage(inspector, source, seen.events, settings.page);
    return { ...seen, report: { ...seen.report, page } };
  } finally {
    await source.close();
  }
}

/** For one page it is enough to know what the file is; a redo log says so behind its header. */
function scanOptions(settings: Settings): ScanOptions {
  const { kind, pageSize, page } = settings;
  return page === null ? { kind, pageSize } : { kind, pageSize, until: "file" };
}

function checkSize({ path, size }: FileSource): void {
  if (size >= SMALLEST_FILE) return;
  const found = size === 0 ? "an empty file" : `${size} bytes`;
  throw new UsageError(
    `${path}: expected at least ${SMALLEST_FILE} bytes, found ${found}; it was truncated, or is not of InnoDB's making`,
  );
}

function unknownKind(path: string, { events }: Inspected): UsageError {
  const isZero = events.some((event) => event.event === "unknown" && event["all_zero"] === true);
  const found = isZero ? "nothing but zeros" : "no page, block or record that verifies";
  return new UsageError(
    `${path}: expected a tablespace, redo or doublewrite file, found ${found}; ` +
      `if it is one, say which: --kind ${Object.keys(KIND_NUMBERS).join("|")}, --page-size 16k`,
  );
}

/** Looks for copies of damaged pages, and adds what they show. */
async function withCopies(inspector: Inspector, seen: readonly Inspected[]): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  let named: FoundCopy[] | null = null;
  for (const { report } of seen) {
    if (report.kind !== "tablespace" || report.damaged.length === 0) {
      reports.push(report);
      continue;
    }
    named ??= seen.flatMap(copiesOf);
    const near = copyFilesNear(report.path).filter((path) => !seen.some((s) => isOf(s, path)));
    const copies = [...named, ...(await copiesIn(inspector, near))];
    reports.push(await explained(inspector, report, copies));
  }
  return reports;
}

function copiesOf({ report, events }: Inspected): FoundCopy[] {
  return eventsNamed<CopyEvent>(events, "copy").map((copy) => ({ ...copy, path: report.path }));
}

function isOf({ report }: Inspected, path: string): boolean {
  return report.path === path;
}

async function explained(
  inspector: Inspector,
  report: FileReport,
  copies: readonly FoundCopy[],
): Promise<FileReport> {
  const space = numberOf(report.facts, "space_id");
  const pageBytes = numberOf(report.shape, "physical_page_size");
  const damaged = [];
  for (const [index, page] of report.damaged.entries()) {
    const own = copies.filter((copy) => copy.page_no === page.page && copy.space_id === space);
    const torn =
      index < COMPARED_MAX
        ? await compareWithCopies(inspector, report.path, page.offset, pageBytes, own)
        : null;
    damaged.push(torn === null ? page : { ...page, torn_at: torn });
  }
  return { ...report, damaged };
}

/** Damage weighs most; after it, the worst reason why a file could not be judged. */
function exitCodeFor(
  reports: readonly FileReport[],
  unreadable: readonly Unreadable[],
  { view }: Settings,
): number {
  const isDamaged = reports.some(({ verdict }) => verdict !== "good");
  if (view === "check" && isDamaged) return EXIT.damaged;
  return Math.max(EXIT.ok, ...unreadable.map(({ exit_code: code }) => code));
}

interface ResultParts {
  readonly reports: readonly FileReport[];
  readonly unreadable: readonly Unreadable[];
  readonly sandbox: Sandbox;
  readonly argv: readonly string[];
  readonly code: number;
}

function resultOf({ reports, unreadable, sandbox, argv, code }: ResultParts): InspectResult {
  const isBad = code === EXIT.damaged ? "damaged" : "unreadable";
  return {
    schema: SCHEMA_ID,
    tool: { name: "tornproof", version: toolVersion(), sandbox: sandbox.name },
    argv,
    files: reports,
    unreadable,
    exit: { code, reason: code === EXIT.ok ? "ok" : isBad },
  };
}

function textOf(reports: readonly FileReport[], { view }: Settings): string {
  const columns = process.stdout.isTTY ? process.stdout.columns : WIDTH_DEFAULT;
  const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, columns));
  const files = reports.map((report) => renderFile(report, view, width).join("\n"));
  const total = view === "check" && reports.length > 1 ? [totalLine(reports)] : [];
  const gap = view === "check" ? "\n" : "\n\n";
  return `${[...files, ...total].join(gap)}\n`;
}
