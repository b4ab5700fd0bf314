// Mutants of redo: acknowledged only when durable, atomic in groups, kept until a durable
// checkpoint has passed it.

import type { Mutant } from "./mutant.js";

const WRITER = "engine/log/log-writer.ts";
const CHECKPOINT = "engine/log/checkpoint.ts";
const MTR = "engine/mtr/mtr.ts";

const ERROR_OF_REDO = "if (result < 0) {\n    poison(KIND_LOG, 0, result);";

export const REDO_MUTANTS: readonly Mutant[] = [
  {
    name: "ack-before-redo-sync",
    bug: "Redo counts as durable when its write has ended, while its sync is still under way.",
    breaks: "no acknowledgement before redo is durable",
    file: WRITER,
    edits: [
      {
        find: "if (requestsLeft > 0) return;\n  assert(inFlightEnd >= writeLsn",
        replace:
          "if (requestsLeft > 0) {\n    if (inFlightSyncs) flushedToDiskLsn = inFlightEnd;\n" +
          "    return;\n  }\n  assert(inFlightEnd >= writeLsn",
      },
    ],
  },
  {
    name: "redo-not-synced",
    bug: "A redo write is taken for durable without a sync.",
    breaks: "no acknowledgement before redo is durable",
    file: WRITER,
    edits: [
      {
        find: "if (mustWrite) pushWrites(mustFlush);\n  if (mustFlush) {",
        replace: "if (mustWrite) pushWrites(false);\n  if (mustFlush && !mustWrite) {",
      },
    ],
  },
  {
    name: "redo-sync-not-linked",
    bug: "The sync of redo does not wait for the write in front of it.",
    breaks: "a sync covers the write it follows",
    file: WRITER,
    edits: [
      {
        find: "const flags = IO_STAMP | (isLinked ? IO_LINK : 0);",
        replace: "const flags = IO_STAMP;",
      },
    ],
  },
  {
    name: "redo-sync-error-ignored",
    bug: "A failed sync of redo is taken for a good one.",
    breaks: "nothing is acknowledged after a failed sync",
    file: WRITER,
    edits: [
      { find: ERROR_OF_REDO, replace: ERROR_OF_REDO.replace("< 0", "< 0 && requestsLeft > 0") },
    ],
  },
  {
    name: "redo-sync-retried",
    bug: "A failed sync of redo is tried again, and the second one, which finds nothing dirty, counts.",
    breaks: "nothing is acknowledged after a failed sync",
    file: WRITER,
    edits: [
      {
        find: ERROR_OF_REDO,
        replace:
          "if (result < 0) {\n    if (requestsLeft == 0 && inFlightSyncs && result != -125) {\n" +
          "      writeLsn = inFlightEnd;\n      return;\n    }\n    poison(KIND_LOG, 0, result);",
      },
    ],
  },
  {
    name: "redo-write-error-ignored",
    bug: "A failed write of redo is taken for a good one.",
    breaks: "nothing is acknowledged after a failed write",
    file: WRITER,
    edits: [{ find: ERROR_OF_REDO, replace: ERROR_OF_REDO.replace("< 0", "< 0 && false") }],
  },
  {
    name: "group-in-pieces",
    bug: "Every record is logged as a group of its own.",
    breaks: "a transaction is there as a whole or not at all",
    file: MTR,
    edits: [
      {
        find: "  length += bytes;\n  records++;",
        replace: "  markSingleRecord(mtrBase + length);\n  length += bytes;\n  records++;",
      },
      {
        find:
          "if (records == 1) {\n    markSingleRecord(mtrBase);\n  } else {\n" +
          "    length += multiRecordEnd(mtrBase + length);\n  }",
        replace: "",
      },
      {
        find: "import { multiRecordEnd, writeStringRecord }",
        replace: "import { writeStringRecord }",
      },
    ],
  },
  {
    name: "page-lsn-not-stamped",
    bug: "A commit does not stamp the pages it changed with the end of its group.",
    breaks: "a page says how far its redo has been applied",
    file: MTR,
    edits: [{ find: "      stampLsn(frameOf(block), pageSize, end);\n", replace: "" }],
  },
  {
    name: "oldest-is-end-of-group",
    bug: "A page joins the flush list with the end of the group that changed it, not its start.",
    breaks: "the checkpoint stays below redo that a page still needs",
    file: MTR,
    edits: [{ find: "flushListAdd(block, start);", replace: "flushListAdd(block, end);" }],
  },
  {
    name: "checkpoint-ignores-flush-list",
    bug: "The checkpoint does not look at dirty pages, only at pages on their way to disk.",
    breaks: "pages durable before the checkpoint passes them",
    file: CHECKPOINT,
    edits: [
      {
        find: "return min(lsn, min(oldest, imagesOldest));",
        replace: "return max(checkpointLsn, min(lsn, imagesOldest));",
      },
    ],
  },
  {
    name: "checkpoint-ignores-images",
    bug: "The checkpoint does not look at pages on their way to disk, only at dirty ones.",
    breaks: "pages durable before the checkpoint passes them",
    file: CHECKPOINT,
    edits: [
      { find: "return min(lsn, min(oldest, imagesOldest));", replace: "return min(lsn, oldest);" },
    ],
  },
  {
    name: "checkpoint-not-synced",
    bug: "The checkpoint block is written and never synced, and redo below it is used again.",
    breaks: "checkpoint durable before its redo is overwritten",
    file: CHECKPOINT,
    edits: [
      { find: "requestsLeft = 2;", replace: "requestsLeft = 1;" },
      {
        find: "AT_CHECKPOINT_LOG, IO_LINK, 0, offset, checkpointBase, size, tag);",
        replace: "AT_CHECKPOINT_LOG, 0, 0, offset, checkpointBase, size, tag);",
      },
      {
        find: "pushRequest(OP_SYNC, KIND_LOG, AT_CHECKPOINT_LOG, 0, 0, 0, 0, 0, tag);",
        replace: "",
      },
    ],
  },
  {
    name: "redo-reused-early",
    bug: "Redo below a checkpoint is used again when the checkpoint begins, not when it is durable.",
    breaks: "checkpoint durable before its redo is overwritten",
    file: CHECKPOINT,
    edits: [
      { find: "target = candidate;", replace: "target = candidate;\n  checkpointLsn = candidate;" },
    ],
  },
  {
    name: "checkpoint-error-ignored",
    bug: "A checkpoint whose block could not be written or synced counts as done.",
    breaks: "after a failed write or sync nothing goes on",
    file: CHECKPOINT,
    edits: [
      {
        find: "if (result < 0) {\n    poison(state == DATA",
        replace: "if (result < 0 && state == DATA) {\n    poison(state == DATA",
      },
    ],
  },
  {
    name: "redo-overwritten",
    bug: "Transactions may write more redo than the file holds above the checkpoint.",
    breaks: "redo that is needed is never overwritten",
    file: "engine/log/room.ts",
    edits: [
      {
        find: "if (end - checkpointLsn <= limit) return true;",
        replace: "if (end - checkpointLsn <= limit * 2) return true;",
      },
    ],
  },
];
