// One value from what a user wrote: a number, a boolean or a text, checked against its definition.

import { StoreError } from "../errors.js";
import { nearestName } from "../nearest.js";
import type { DefaultValue, VariableDefinition } from "./definition.js";

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};

const BOOLEANS: Readonly<Record<string, boolean>> = {
  on: true,
  off: false,
  true: true,
  false: false,
  "1": true,
  "0": false,
  yes: true,
  no: false,
};

/**
 * Returns bytes: "16k", "16K", "16KB", "16KiB" and 16384 are the same, as in InnoDB, where every
 * unit is a power of 1024. null when the text is no size.
 */
export function parseSize(value: number | string): number | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : null;
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(value.trim());
  if (match === null) return null;
  const bytes = Number(match[1]) * (SIZE_UNITS[(match[2] ?? "").toLowerCase()] ?? NaN);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/**
 * Returns the value of one variable in its stored form.
 * Errors: StoreError BAD_OPTION with the type or the range.
 */
export function parseValue(definition: VariableDefinition, value: unknown): DefaultValue {
  if (value === null && definition.default === null) return null;
  switch (definition.type) {
    case "boolean":
      return parseBoolean(definition, value);
    case "enum":
      return parseEnum(definition, value);
    case "string":
      return parseText(definition, value);
    default:
      return parseNumber(definition, value);
  }
}

/** Returns a size in the largest unit that divides it, for messages and lists. */
export function sizeText(bytes: number): string {
  for (const [unit, factor] of [
    ["GiB", 2 ** 30],
    ["MiB", 2 ** 20],
    ["KiB", 2 ** 10],
  ] as const) {
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor} ${unit}`;
  }
  return String(bytes);
}

/** Throws StoreError BAD_OPTION for a variable. */
export function badOption(name: string, fact: string): never {
  throw new StoreError("BAD_OPTION", `${name}: ${fact}`);
}

function parseBoolean(definition: VariableDefinition, value: unknown): boolean {
  const parsed = BOOLEANS[String(value).trim().toLowerCase()];
  if (parsed === undefined) badOption(definition.name, `expected ON or OFF, found ${shown(value)}`);
  return parsed;
}

function parseEnum(definition: VariableDefinition, value: unknown): string {
  const text = String(value).trim().toLowerCase();
  const values = definition.values ?? [];
  const known = values.find((candidate) => candidate.toLowerCase() === text);
  const result = known ?? definition.aliases?.[text];
  if (result !== undefined) return result;
  const nearest = nearestName(text, values);
  const hint = nearest === null ? "" : ` (did you mean ${nearest}?)`;
  badOption(definition.name, `expected ${values.join(", ")}; found ${shown(value)}${hint}`);
}

function parseText(definition: VariableDefinition, value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") {
    badOption(definition.name, `expected a text, found ${shown(value)}`);
  }
  const text = String(value).trim();
  if (text === "") badOption(definition.name, "the text is empty");
  return text;
}

function parseNumber(definition: VariableDefinition, value: unknown): number {
  const parsed = definition.type === "decimal" ? parseDecimal(value) : parseWhole(value);
  if (parsed === null) {
    const form = {
      size: 'bytes, or a text such as "16k" or "1GiB"',
      integer: "a whole number",
      decimal: "a number",
    }[definition.type as "size" | "integer" | "decimal"];
    badOption(definition.name, `expected ${form}, found ${shown(value)}`);
  }
  checkRange(definition, parsed);
  return parsed;
}

function parseDecimal(value: unknown): number | null {
  const text = String(value).trim();
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

/** Integers take the size suffixes as well: mysqld accepts innodb_io_capacity=20k. */
function parseWhole(value: unknown): number | null {
  return typeof value === "number" || typeof value === "string" ? parseSize(value) : null;
}

function checkRange(definition: VariableDefinition, value: number): void {
  const { name, min = 0, max = Number.MAX_SAFE_INTEGER, multipleOf } = definition;
  const text = definition.type === "size" ? sizeText : String;
  if (value < min || value > max) {
    badOption(name, `${text(value)} is outside ${text(min)} to ${text(max)}`);
  }
  if (definition.powerOfTwo === true && !Number.isInteger(Math.log2(value))) {
    badOption(name, `${text(value)} is not a power of two`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    badOption(name, `${text(value)} is not a multiple of ${text(multipleOf)}`);
  }
}

function shown(value: unknown): string {
  if (typeof value !== "string") return String(value);
  return value.length > 60 ? `"${value.slice(0, 60)}…"` : `"${value}"`;
}
