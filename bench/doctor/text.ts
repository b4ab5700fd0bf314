// The diagnosis on a screen: facts first, then what was tried, then the verdict. At most 100
// columns, one name and one value a line; what is not told says "unknown".

import { wrapText } from "../list-text.js";
import { tableLines } from "../report/table.js";
import { formatBytes, formatCount, formatMicroseconds, formatSeconds } from "../units.js";
import type { DoctorDocument, WayDocument } from "./document.js";
import { backendLines, type Line, placeLines, systemLines } from "./text-facts.js";

const WIDTH = 100;
const NAME_WIDTH = 16;

export interface TextOptions {
  readonly color: boolean;
}

/** Returns the whole screen, ending with a newline. */
export function renderText(document: DoctorDocument, { color }: TextOptions): string {
  const bold = (text: string): string => (color ? `\x1b[1m${text}\x1b[22m` : text);
  const section = (title: string, body: readonly string[]): string[] =>
    body.length === 0 ? [] : [bold(title), ...body, ""];
  const lines = [
    ...section(`tornproof bench doctor ${document.directory}`, facts(placeLines(document))),
    ...section("Around it", facts(systemLines(document))),
    ...section(triedTitle(document), triedLines(document)),
    ...section("Sync latency", syncLines(document)),
    ...section("Backend", facts(backendLines(document))),
    ...section("Notes", noteLines(document)),
    ...section(`Verdict (profile ${document.profile})`, verdictLines(document)),
    ...section("Safe only with power-loss protection", protectionLines(document)),
    ...section("Never safe, protection or not", neverLines(document)),
    ...section("Requested", requestedLines(document)),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** Values wrap below themselves. */
function facts(lines: readonly Line[]): string[] {
  return lines.flatMap(([name, value]) =>
    wrapText(value, WIDTH - NAME_WIDTH - 2).map((part, i) =>
      `  ${(i === 0 ? name : "").padEnd(NAME_WIDTH)}${part}`.trimEnd(),
    ),
  );
}

function triedTitle({ probe }: DoctorDocument): string {
  if (probe.seconds === null || probe.written_bytes_max === null) return "Tried";
  const bytes = formatBytes(probe.written_bytes_max);
  const seconds = formatSeconds(Number(probe.seconds.toFixed(1)));
  return `Tried, in one file that is gone again (at most ${bytes}, ${seconds})`;
}

function triedLines(document: DoctorDocument): string[] {
  const { direct_io: direct, atomic_write: atomic, backend, probe } = document;
  if (probe.problem !== null) return wrapped(`nothing: ${probe.problem}`, "  ");
  const refused = atomic.refused_by === null ? "" : ` by the ${atomic.refused_by}`;
  const lines: Line[] = [
    ["Direct I/O", `${direct.state}: ${direct.reason}`],
    ["Alignment", alignmentWords(document)],
    ["RWF_ATOMIC", `${atomic.state}${refused}: ${atomic.reason}`],
  ];
  if (atomic.remedy !== "") lines.push(["", `needs ${atomic.remedy}`]);
  lines.push(["RWF_DSYNC", backend.rwf_dsync ?? "not tried: there is no addon"]);
  return facts(lines);
}

function alignmentWords({ direct_io: direct }: DoctorDocument): string {
  const bytes = (value: number | null): string => (value === null ? "unknown" : String(value));
  const accepted = direct.accepted_align_bytes;
  const memory = direct.statx_memory_align_bytes;
  const offset = direct.statx_offset_align_bytes;
  const isNone = memory === 0 && offset === 0;
  if (isNone) return "statx: files here have no direct I/O";
  const statx =
    memory === null && offset === null
      ? "statx tells nothing"
      : `statx: memory ${bytes(memory)}, offset ${bytes(offset)}`;
  if (direct.misaligned === "accepted") return `${statx}; any alignment is accepted`;
  return accepted === null ? statx : `${statx}; smallest accepted ${accepted}`;
}

function syncLines({ sync }: DoctorDocument): string[] {
  const grade = wrapped(`${upperFirst(sync.grade)}. ${sync.sentences.join(" ")}`, "  ");
  if (sync.ways.length === 0) return grade;
  const number = (value: number | null): string =>
    value === null ? "-" : formatMicroseconds(value);
  const table = tableLines<WayDocument>(
    [
      { title: `${formatBytes(sync.block_bytes)} overwrite, µs`, align: "left", cell: wayWords },
      { title: "count", align: "right", cell: ({ count }) => formatCount(count) },
      { title: "p50", align: "right", cell: ({ p50_ns }) => number(p50_ns) },
      { title: "p99", align: "right", cell: ({ p99_ns }) => number(p99_ns) },
      { title: "max", align: "right", cell: ({ max_ns }) => number(max_ns) },
      { title: "", align: "left", cell: ({ problem }) => problem ?? "" },
    ],
    sync.ways,
  );
  return [...table, ...grade];
}

function wayWords({ way }: WayDocument): string {
  return way === "O_DIRECT" ? "O_DIRECT, no sync" : way;
}

function noteLines({ notes }: DoctorDocument): string[] {
  return notes.flatMap(({ severity, sentence }) => {
    const mark = severity === "warning" ? "! " : "- ";
    return wrapText(sentence, WIDTH - 4).map((line, i) =>
      i === 0 ? `  ${mark}${line}` : `    ${line}`,
    );
  });
}

function verdictLines({ verdict, claims_durability: claims }: DoctorDocument): string[] {
  const lines = verdict.flatMap(({ variable, value, reason, unless }) => [
    `  ${variable}${value === null ? "" : ` = ${value}`}`,
    ...wrapped(reason, "      "),
    ...(unless === "" ? [] : wrapped(`unless ${unless}`, "      ")),
  ]);
  if (claims) return lines;
  return [
    ...wrapped("No durability is claimed for this directory, whatever the settings.", "  "),
    ...lines,
  ];
}

function protectionLines(document: DoctorDocument): string[] {
  const names = document.needs_power_loss_protection;
  if (!document.claims_durability) return [];
  const methods =
    names.length === 0
      ? `no method of ${document.profile} depends on it`
      : `innodb_flush_method = ${names.join(", ")} (under ${document.profile})`;
  return [
    ...wrapped(methods, "  "),
    ...wrapped(
      "mount options nobarrier and barrier=0; a write cache set to write through by hand",
      "  ",
    ),
  ];
}

function neverLines(document: DoctorDocument): string[] {
  if (!document.claims_durability) return [];
  return [
    "  innodb_doublewrite = OFF or DETECT_ONLY, unless pages are written atomically",
    "  innodb_flush_method = nosync",
    "  innodb_flush_log_at_trx_commit = 0 or 2, for commits that must last",
  ];
}

function requestedLines({ requested, exit }: DoctorDocument): string[] {
  if (requested === null) return exit.code === 0 ? [] : wrapped(exit.reason, "  ");
  const { method, is_real: isReal, problems } = requested;
  if (isReal) return [`  ${method} is real here`];
  return [
    `  ${method} is not real here`,
    ...problems.flatMap((problem) => wrapped(problem, "      ")),
  ];
}

function wrapped(text: string, indent: string): string[] {
  return wrapText(text, WIDTH - indent.length).map((line) => `${indent}${line}`);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
