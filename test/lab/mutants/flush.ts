// Mutants of the flush batch: redo before its page, copies before the page, the page before its
// copy is overwritten.

import type { Mutant } from "./mutant.js";

const FILE = "engine/flush/batch.ts";

const WAITS_FOR_REDO = {
  find: "if (batch.state == BATCH_WAIT_LOG && flushedToDiskLsn >= batch.maxLsn)",
  replace: "if (batch.state == BATCH_WAIT_LOG)",
};
const ASSERTS_REDO = {
  find: 'assert(flushedToDiskLsn >= batch.maxLsn, "flush: redo is durable before its pages are written");',
  replace: "",
};

export const FLUSH_MUTANTS: readonly Mutant[] = [
  {
    name: "pages-before-redo",
    bug: "A batch is written without waiting for the redo of its pages.",
    breaks: "write-ahead: redo durable before its page",
    file: FILE,
    edits: [
      WAITS_FOR_REDO,
      ASSERTS_REDO,
      {
        find: "if (flushedToDiskLsn < batch.maxLsn) logWriteUpTo(batch.maxLsn, true, AT_LOG_WRITE_AHEAD);",
        replace: "",
      },
    ],
  },
  {
    name: "pages-before-redo-is-synced",
    bug: "A batch asks for redo to be written but does not wait for it.",
    breaks: "write-ahead: redo durable before its page",
    file: FILE,
    edits: [WAITS_FOR_REDO, ASSERTS_REDO],
  },
  {
    name: "frames-written-in-place",
    bug: "The frame is written in place instead of the image that the copy holds.",
    breaks: "what is written in place is what was copied and whose redo is durable",
    file: FILE,
    edits: [
      { find: "hasCopies ? 0 : IO_STAMP,", replace: "IO_STAMP," },
      {
        find: "stagingPage(index, i),\n      pageSize,",
        replace: "frameOf(block),\n      pageSize,",
      },
    ],
  },
  {
    name: "copies-not-synced",
    bug: "The doublewrite segment is written and never synced.",
    breaks: "copies durable before their pages",
    file: FILE,
    edits: [
      {
        find: "const flags = IO_LINK | (kind == KIND_DBLWR ? IO_STAMP : 0);",
        replace: "const flags = kind == KIND_DBLWR ? IO_STAMP : 0;",
      },
      {
        find: "pushRequest(OP_SYNC, kind, AT_DBLWR_BATCH, 0, file, 0, 0, 0, tag);",
        replace: "batchAt(index).requestsLeft--;",
      },
    ],
  },
  {
    name: "pages-beside-copies",
    bug: "Pages are written when the copies are written, beside their sync.",
    breaks: "copies durable before their pages",
    file: FILE,
    edits: [
      {
        find: "if (batch.requestsLeft > 0) return;\n  if (batch.state == BATCH_COPIES)",
        replace:
          "if (batch.requestsLeft > (batch.state == BATCH_COPIES ? 1 : 0)) return;\n" +
          "  if (batch.state == BATCH_COPIES)",
      },
      { find: "batch.requestsLeft = batch.pages;", replace: "batch.requestsLeft += batch.pages;" },
    ],
  },
  {
    name: "pages-before-copies",
    bug: "Pages are written in place first, and copied to the doublewrite file afterwards.",
    breaks: "copies durable before their pages",
    file: FILE,
    edits: [
      {
        find: "if (doublewriteKeepsCopies()) {\n    batch.state = BATCH_COPIES;",
        replace:
          "if (doublewriteKeepsCopies() && batch.state == BATCH_PAGES) {\n" +
          "    batch.state = BATCH_COPIES;",
      },
      {
        find:
          "if (batch.state == BATCH_COPIES) pushPages(index, batch);\n" +
          "  else if (batch.state == BATCH_PAGES) pushSyncs(index, batch);",
        replace:
          "if (batch.state == BATCH_COPIES && !doublewriteKeepsCopies()) pushPages(index, batch);\n" +
          "  else if (batch.state == BATCH_PAGES && doublewriteKeepsCopies()) {\n" +
          "    startWrites(index, batch);\n" +
          "  } else if (batch.state != BATCH_SYNCS) pushSyncs(index, batch);",
      },
      { find: "hasCopies ? 0 : IO_STAMP,", replace: "IO_STAMP," },
    ],
  },
  {
    name: "batches-share-a-segment",
    bug: "Every batch writes its copies to the first segment, over those of a batch in flight.",
    breaks: "a copy stands until its page is durable",
    file: "engine/dblwr/segment.ts",
    edits: [
      {
        find: "return <u64>(batch / segmentFiles()) * doublewritePages * pageSize;",
        replace: "return <u64>(batch / batchesCount) * doublewritePages * pageSize;",
      },
      { find: "return batch % segmentFiles();", replace: "return batch / batchesCount;" },
    ],
  },
  {
    name: "pages-not-synced",
    bug: "A batch is done when its pages are written, and its segment is used again.",
    breaks: "a copy stands until its page is durable",
    file: FILE,
    edits: [
      {
        find: "for (let s: u32 = 0; s < spacesEnd; s++) {\n    const id = spaceAt(s).id;",
        replace:
          "for (let s: u32 = spacesEnd; s < spacesEnd; s++) {\n    const id = spaceAt(s).id;",
      },
      {
        find: 'assert(batch.requestsLeft > 0, "flush: a batch touches a tablespace");',
        replace: "finish(index, batch);",
      },
    ],
  },
  {
    name: "one-file-of-a-batch-synced",
    bug: "Of the tablespaces a batch touched, only the first is synced.",
    breaks: "a copy stands until its page is durable",
    file: FILE,
    edits: [
      {
        find: "if (!touches(index, batch, id)) continue;",
        replace: "if (batch.requestsLeft > 0 || !touches(index, batch, id)) continue;",
      },
    ],
  },
  {
    name: "page-write-error-ignored",
    bug: "A page whose write failed counts as written.",
    breaks: "after a failed write nothing goes on",
    file: FILE,
    edits: [
      {
        find: "if (result < 0) {\n    poison(batch.state == BATCH_COPIES",
        replace:
          "if (result < 0 && batch.state != BATCH_PAGES) {\n    poison(batch.state == BATCH_COPIES",
      },
    ],
  },
  {
    name: "page-sync-error-ignored",
    bug: "A tablespace whose sync failed counts as synced.",
    breaks: "after a failed sync nothing goes on",
    file: FILE,
    edits: [
      {
        find: "if (result < 0) {\n    poison(batch.state == BATCH_COPIES",
        replace:
          "if (result < 0 && batch.state != BATCH_SYNCS) {\n    poison(batch.state == BATCH_COPIES",
      },
    ],
  },
  {
    name: "copy-error-ignored",
    bug: "Pages are written in place although writing or syncing their copies failed.",
    breaks: "copies durable before their pages",
    file: FILE,
    edits: [
      {
        find: "if (result < 0) {\n    poison(batch.state == BATCH_COPIES",
        replace:
          "if (result < 0 && batch.state != BATCH_COPIES) {\n    poison(batch.state == BATCH_COPIES",
      },
    ],
  },
];
