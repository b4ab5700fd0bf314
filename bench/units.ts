// Sizes, times and counts as people write and read them.
//
//   16k = 16K = 16KB = 16KiB = 16384 bytes        InnoDB's k is 1024, and so is ours
//   30s, 2m, 500ms, 1h; a bare number is seconds

import { UsageError } from "./exit.js";

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i;
const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/i;
const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/**
 * Returns the bytes that `text` stands for.
 * Errors: UsageError, naming `flag`, when it is no size or not a whole number of bytes.
 */
export function parseSize(text: string, flag: string): number {
  const match = SIZE.exec(text.trim());
  const bytes = match ? Number(match[1]) * (SIZE_UNITS[match[2]!.toLowerCase()] ?? NaN) : NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`${flag}: "${text}" is not a size; write for example 16k, 64MiB or 2g`);
  }
  return bytes;
}

/** Returns the seconds that `text` stands for. Errors: UsageError, naming `flag`. */
export function parseDuration(text: string, flag: string): number {
  const match = DURATION.exec(text.trim());
  if (!match) {
    throw new UsageError(`${flag}: "${text}" is not a time; write for example 500ms, 3s or 2m`);
  }
  return Number(match[1]) * DURATION_UNITS[(match[2] ?? "s").toLowerCase()]!;
}

/** Returns the integer `text` stands for. Errors: UsageError when outside [min, max]. */
export function parseInteger(text: string, flag: string, min: number, max: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) {
    throw new UsageError(
      `${flag}: "${text}" is not a whole number from ${formatCount(min)} to ${formatCount(max)}`,
    );
  }
  return value;
}

/** "1.25 GiB", "16 KiB", "512 B": three significant digits at least. */
export function formatBytes(bytes: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || Number.isInteger(value) || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${names[unit]}`;
}

/** "1,234,567". */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "3 s", "0.35 s", "2 min 5 s". Units: seconds. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(2))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Nanoseconds as microseconds: one decimal below 100, then whole: "25.1", "4,154". */
export function formatMicroseconds(nanoseconds: number): string {
  const value = nanoseconds / 1000;
  return value < 99.95 ? value.toFixed(1) : formatCount(value);
}

/** A number per operation, in at most six characters: "0.02", "1.00", "36.9", "2,210". */
export function formatPer(value: number): string {
  if (value === 0) return "0";
  if (value < 0.0005) return value.toExponential(0);
  if (value < 0.1) return value.toFixed(3);
  if (value < 10) return value.toFixed(2);
  if (value < 100) return value.toFixed(1);
  return formatCount(value);
}

/** A count and its noun: plural(2, "round") is "2 rounds"; `nouns` where an s is not enough. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}
