// The edges of the protocol: what must be durable before what is done. docs/trace-checker.md has
// the same table in words for people; test/check/docs.test.ts holds the two together.

export const EDGES = [
  "redo-before-page",
  "copy-before-page",
  "page-before-checkpoint",
  "redo-before-checkpoint",
  "checkpoint-before-reuse",
  "page-before-copy-reuse",
  "size-before-use",
  "entry-before-use",
  "drop-before-unlink",
  "durable-before-note",
  "promise-before-ack",
  "nothing-after-failed-sync",
  "one-write-at-a-time",
] as const;
export type Edge = (typeof EDGES)[number];

/** What an edge demands, in one line. */
export const EDGE_MEANS: Readonly<Record<Edge, string>> = {
  "redo-before-page": "redo is durable up to the page LSN before the page is written in place",
  "copy-before-page": "the copy, or its record, is durable before the page is written in place",
  "page-before-checkpoint": "pages changed below the checkpoint LSN are durable before its block",
  "redo-before-checkpoint": "redo is durable up to the checkpoint LSN before its block is written",
  "checkpoint-before-reuse": "a checkpoint is durable before redo that it passed is overwritten",
  "page-before-copy-reuse": "a page is durable before its copy is overwritten or removed",
  "size-before-use": "a file's size is durable before pages or redo depend on it",
  "entry-before-use": "a file's directory entry, or its removal, is durable before it counts",
  "drop-before-unlink": "redo of a drop is durable before the file is removed",
  "durable-before-note": "redo that a note names as durable is durable before the note is written",
  "promise-before-ack": "what an acknowledgment promises holds when it is given",
  "nothing-after-failed-sync":
    "after a failed write or sync nothing is written, synced or promised",
  "one-write-at-a-time": "two writes of the same bytes are never in flight together",
};
