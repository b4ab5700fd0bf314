// The result as one JSON document. Its schema is bench/schema/result.schema.json.

import type { Result } from "../result.js";

/** Returns the document, ending with a newline. Bucket lists stay on one line each. */
export function renderJson(result: Result): string {
  const text = JSON.stringify(result, null, 2);
  // Two numbers per line would make the buckets nine tenths of the file.
  const compact = text.replace(/\[\s+(\d+),\s+(\d+)\s+\]/g, "[$1,$2]");
  return `${compact.replace(/"buckets": \[([^{}"]*?)\n\s+\]/g, joinBuckets)}\n`;
}

function joinBuckets(_match: string, body: string): string {
  return `"buckets": [${body.replace(/\s+/g, "")}]`;
}
