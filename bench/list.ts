// `bench list`: what exists here, as aligned text of at most 100 columns, or as one JSON document.

import {
  matrix,
  methodNames,
  probeDirectIo,
  profileNames,
  profileNamed,
  sizeText,
  VARIABLES,
  type MatrixRow,
  type VariableDefinition,
} from "./list-source.js";
import { MATRIX_LEGEND, matrixLines } from "./list-matrix.js";
import { alignColumns, wrapText } from "./list-text.js";

export type ListTopic = "methods" | "workloads" | "profiles" | "metrics" | "variables";

export interface ListOptions {
  readonly matrix?: boolean | undefined;
  readonly profile?: string | undefined;
  readonly json?: boolean | undefined;
  /** A directory to probe: methods then say whether O_DIRECT is real there. */
  readonly dir?: string | undefined;
}

/** A topic that another part of the benchmark knows: a name and one sentence each. */
export interface ListEntry {
  readonly name: string;
  readonly summary: string;
}
export type ListSections = Partial<Record<"workloads" | "metrics", readonly ListEntry[]>>;

const TOPICS: Readonly<Record<ListTopic, string>> = {
  methods: "flush methods: how files are opened and synced, and what a commit survives",
  workloads: "what a run does to the store",
  profiles: "whose meaning a method's name has",
  metrics: "what a run measures, and what --assert can name",
  variables: "InnoDB's variables that a store honors",
};

const WIDTH = 100;

/**
 * Returns the text of one topic, or the list of topics without one.
 * `sections`: the topics that this file cannot know; a missing one lists nothing.
 * Errors: StoreError BAD_OPTION for an unknown profile; RangeError for an unknown topic.
 */
export async function listCommand(
  what: ListTopic | undefined,
  options: ListOptions = {},
  sections: ListSections = {},
): Promise<string> {
  const topic = what ?? "topics";
  switch (topic) {
    case "topics":
      return entries(
        Object.entries(TOPICS).map(([name, summary]) => ({ name, summary })),
        options,
      );
    case "methods":
      return methods(options);
    case "profiles":
      return profiles(options);
    case "variables":
      return variables(options);
    case "workloads":
    case "metrics":
      return entries(sections[topic] ?? [], options);
    default:
      throw new RangeError(`list: "${String(topic)}" is none of ${Object.keys(TOPICS).join(", ")}`);
  }
}

function methods(options: ListOptions): string {
  const profile = profileNamed(options.profile);
  const rows = matrix(profile.name);
  const probe = options.dir === undefined ? null : probeDirectIo(options.dir);
  if (options.json === true)
    return json({ profile: profile.name, direct_io: probe, methods: rows });
  const head = [`Flush methods, profile ${profile.name} (${profile.title})`];
  if (probe !== null) {
    const verdict = probe.real ? "real" : "not real";
    head.push(...wrapText(`O_DIRECT in ${options.dir}: ${verdict}, ${probe.reason}`, WIDTH));
  }
  const body = options.matrix === true ? matrixLines(rows) : methodLines(rows);
  const legend = options.matrix === true ? MATRIX_LEGEND : METHOD_LEGEND;
  return lines([...head, "", ...body, "", ...legend]);
}

const METHOD_LEGEND = [
  "survives: what an acknowledged commit survives with doublewrite ON and trx_commit=1",
  "  power-loss       a power cut, on a drive that honors a sync",
  "  protected-cache  a power cut only if the drive's cache does",
  "  process-crash    only the end of the process",
  "--matrix prints every open mode and sync call.",
];

function methodLines(rows: readonly MatrixRow[]): string[] {
  const table = rows.map(({ method }) => [
    method.number === null ? "" : String(method.number),
    method.name,
    method.durability,
    method.summary,
  ]);
  return wrapLast([["", "method", "survives", "what it does"], ...table]);
}

function profiles(options: ListOptions): string {
  const all = profileNames().map(profileNamed);
  if (options.json === true) {
    return json(all.map(({ name, title }) => ({ name, title, methods: methodNames(name) })));
  }
  const table = all.map((profile) => [
    profile.name,
    profile.fdatasync === "variable" ? "variable" : `${profile.fdatasync}`,
    profile.defaultMethod.name,
    profile.title,
  ]);
  return lines(wrapLast([["profile", "fdatasync", "default", "whose meaning"], ...table]));
}

function variables(options: ListOptions): string {
  const rows = VARIABLES.map(variableRow);
  if (options.json === true) {
    const keys = ["name", "default", "range", "summary"] as const;
    return json(rows.map((row) => Object.fromEntries(keys.map((key, at) => [key, row[at]]))));
  }
  const table = [["variable", "default", "range"], ...rows.map((row) => row.slice(0, 3))];
  const [head = "", ...named] = alignColumns(table);
  return lines([
    head,
    ...named.flatMap((line, at) => [
      line,
      ...wrapText(rows[at]?.[3] ?? "", WIDTH - 4).map((part) => `    ${part}`),
    ]),
  ]);
}

function variableRow(variable: VariableDefinition): string[] {
  const { name, default: fallback, defaultText, summary } = variable;
  const value = typeof fallback === "boolean" ? (fallback ? "ON" : "OFF") : String(fallback);
  const shown = typeof fallback === "number" ? amount(variable, fallback) : value;
  return [name, defaultText ?? shown, rangeText(variable), summary];
}

function rangeText(variable: VariableDefinition): string {
  const { type, values, min, max, unit } = variable;
  if (type === "boolean") return "ON, OFF";
  if (values !== undefined) return values.join(", ");
  if (min === undefined || max === undefined) return "text";
  const range = `${amount(variable, min)} to ${amount(variable, max)}`;
  return type === "size" || unit === "" ? range : `${range} ${unit}`;
}

/** Sizes in the largest unit that divides them; everything else as it is. */
function amount(variable: VariableDefinition, value: number): string {
  return variable.type === "size" ? sizeText(value) : String(value);
}

function entries(list: readonly ListEntry[], options: ListOptions): string {
  if (options.json === true) return json(list);
  return lines(wrapLast(list.map(({ name, summary }) => [name, summary])));
}

/** Aligns a table whose last column may wrap below itself. */
function wrapLast(rows: readonly string[][]): string[] {
  const heads = alignColumns(rows.map((row) => row.slice(0, -1)));
  const indent = Math.max(0, ...heads.map((head) => head.length)) + 2;
  return rows.flatMap((row, at) =>
    wrapText(row.at(-1) ?? "", WIDTH - indent).map((part, part_at) =>
      ((part_at === 0 ? (heads[at] ?? "") : "").padEnd(indent) + part).trimEnd(),
    ),
  );
}

function lines(parts: readonly string[]): string {
  return `${parts.join("\n")}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
