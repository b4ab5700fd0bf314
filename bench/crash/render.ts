// A crash result in a format.

import { renderCrashMarkdown } from "./markdown.js";
import type { CrashResult } from "./result.js";
import type { CrashFormat } from "./settings.js";
import { renderCrashText } from "./text.js";

/** Returns the result, ending with a newline. */
export function renderCrash(result: CrashResult, format: CrashFormat, isColored: boolean): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(result, null, 2)}\n`;
    case "md":
      return renderCrashMarkdown(result);
    case "text":
      return renderCrashText(result, isColored);
  }
}
