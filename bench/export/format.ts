// The formats of a result, and which one a file name asks for.

import { extname } from "node:path";
import { UsageError } from "../exit.js";
import { renderText } from "../report/text.js";
import type { Result } from "../result.js";
import type { Format } from "../run/settings.js";
import { renderCsv } from "./csv.js";
import { renderJson } from "./json.js";
import { renderMarkdown } from "./markdown.js";

const FORMATS: readonly Format[] = ["text", "json", "md", "csv"];

/** Errors: UsageError for an unknown name. */
export function formatNamed(name: string): Format {
  const found = FORMATS.find((format) => format === name.toLowerCase());
  if (found) return found;
  throw new UsageError(`--format: "${name}" is unknown; valid: ${FORMATS.join(", ")}`);
}

/** Returns the format that a file's name asks for; JSON when it says nothing. */
export function formatFor(file: string | null): Format {
  const extension = extname(file ?? "").toLowerCase();
  if (extension === ".md" || extension === ".markdown") return "md";
  if (extension === ".csv") return "csv";
  return extension === ".txt" ? "text" : "json";
}

/** Returns the result in a format, ending with a newline. */
export function render(
  result: Result,
  format: Format,
  percentiles: readonly number[],
  color: boolean,
): string {
  switch (format) {
    case "json":
      return renderJson(result);
    case "csv":
      return renderCsv(result);
    case "md":
      return renderMarkdown(result, percentiles);
    case "text":
      return renderText(result, { percentiles, color });
  }
}
