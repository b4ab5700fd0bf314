// Mutants of recovery: what it takes for redo, for a copy, for a sound page, and what it makes
// durable on the way.

import type { Mutant } from "./mutant.js";

const RECV = "engine/recv/recv.ts";
const APPLY = "engine/recv/apply.ts";
const RESTORE = "engine/recv/restore.ts";
const COPIES = "engine/recv/copies.ts";

const JUDGE = "if (reason == 0 || reason == WHAT_PAGE_LSN_AHEAD || !copyFits()) return next();";

export const RECOVERY_MUTANTS: readonly Mutant[] = [
  {
    name: "older-checkpoint-chosen",
    bug: "Of two valid checkpoint blocks recovery takes the one with the lower number.",
    breaks: "recovery starts at the newest checkpoint",
    file: RECV,
    edits: [
      {
        find: "if (logFile.checkpointNumber(at) <= checkpointNumber) return;",
        replace:
          "if (checkpointNumber != 0 && logFile.checkpointNumber(at) >= checkpointNumber) return;",
      },
    ],
  },
  {
    name: "incomplete-group-applied",
    bug: "The records of a group that was cut are applied as far as they are there.",
    breaks: "a transaction is there as a whole or not at all",
    file: "engine/recv/groups.ts",
    edits: [
      {
        find: "if (size == PARSE_TRUNCATED) return GROUP_CUT;",
        replace:
          "if (size == PARSE_TRUNCATED) {\n" +
          "      if (isFirst || streamEnd == END_NOT_YET) return GROUP_CUT;\n      break;\n    }",
      },
      {
        find: 'import { bufferLength } from "./stream";',
        replace: 'import { bufferLength, END_NOT_YET, streamEnd } from "./stream";',
      },
    ],
  },
  {
    name: "last-group-dropped",
    bug: "Recovery takes a group that ends where the log ends for an incomplete one.",
    breaks: "every durable group is applied",
    file: "engine/recv/groups.ts",
    edits: [
      {
        find: "groupLength = <u32>(at - logBufferBase) - position;",
        replace:
          "if (at == end && streamEnd == END_PARTIAL) return GROUP_CUT;\n" +
          "  groupLength = <u32>(at - logBufferBase) - position;",
      },
      {
        find: 'import { bufferLength } from "./stream";',
        replace: 'import { bufferLength, END_PARTIAL, streamEnd } from "./stream";',
      },
    ],
  },
  {
    name: "lsn-check-off-by-one",
    bug: "A page whose LSN is the start of a group is taken to have that group.",
    breaks: "redo is applied to every page that is older",
    file: APPLY,
    edits: [
      { find: "const status = applyGroup(end);", replace: "const status = applyGroup(start);" },
    ],
  },
  {
    name: "new-pages-not-emptied",
    bug: "The record that starts a page from zeros is skipped; redo meets whatever stood there.",
    breaks: "redo makes a new page from nothing",
    file: APPLY,
    edits: [
      {
        find: "const block = isInit ? bufCreate(recSpace, recPage, <u32>recValue1) : bufFix(recSpace, recPage);",
        replace:
          "if (isInit) return OK;\n  const block = isInit ? bufCreate(recSpace, recPage, 0) : bufFix(recSpace, recPage);",
      },
    ],
  },
  {
    name: "recovered-pages-clean",
    bug: "Pages to which redo was applied do not join the flush list.",
    breaks: "pages durable before the checkpoint passes them",
    file: APPLY,
    edits: [
      { find: "if (block.oldestModification == 0) flushListAdd(block, start);", replace: "" },
    ],
  },
  {
    name: "first-copy-wins",
    bug: "Of two valid copies of a page the first in file order counts, not the newest.",
    breaks: "the newest copy repairs a page",
    file: COPIES,
    edits: [{ find: "if (copyLsn(i) >= lsn) return;", replace: "if (copyLsn(i) != 0) return;" }],
  },
  {
    name: "stale-copy-restored",
    bug: "A damaged page is replaced by a copy from before the checkpoint, whatever its version.",
    breaks: "an older version is never put in the place of a page",
    file: RESTORE,
    edits: [
      {
        find: JUDGE,
        replace: "if (reason == 0 || reason == WHAT_PAGE_LSN_AHEAD) return next();",
      },
    ],
  },
  {
    name: "sound-page-replaced",
    bug: "A sound page is replaced by its copy, also by an older one.",
    breaks: "a sound page stays as it is",
    file: RESTORE,
    edits: [{ find: JUDGE, replace: "if (reason == WHAT_PAGE_LSN_AHEAD) return next();" }],
  },
  {
    name: "copies-ignored",
    bug: "Damaged pages are not repaired from their copies.",
    breaks: "a torn page is repaired",
    file: RESTORE,
    edits: [{ find: JUDGE, replace: "if (reason != 0xffffffff) return next();" }],
  },
  {
    name: "second-copy-file-ignored",
    bug: "Recovery reads the first doublewrite file only.",
    breaks: "a torn page is repaired",
    file: RESTORE,
    edits: [{ find: "while (file < BATCHES_MAX) {", replace: "while (file < 1) {" }],
  },
  {
    name: "restored-pages-not-synced",
    bug: "Pages repaired from copies are not synced before the copies may be overwritten.",
    breaks: "a copy stands until its page is durable",
    file: RESTORE,
    edits: [
      { find: "if (space.writes == 0) continue;", replace: "if (space.id < 0xffffffff) continue;" },
    ],
  },
  {
    name: "settle-skipped",
    bug: "Recovery builds on redo and pages that it found in the file cache, without syncing them.",
    breaks: "what recovery builds on is durable",
    file: RECV,
    edits: [{ find: "state = SETTLE;\n  settleStart();", replace: "startRestore();" }],
  },
  {
    name: "settle-skips-redo",
    bug: "Recovery syncs the data files it found, but not the redo.",
    breaks: "what recovery builds on is durable",
    file: "engine/recv/settle.ts",
    edits: [{ find: "sync(OP_SYNC, KIND_LOG, 0);", replace: "" }],
  },
  {
    name: "settle-skips-data",
    bug: "Recovery syncs the redo it found, but not the data files.",
    breaks: "what recovery builds on is durable",
    file: "engine/recv/settle.ts",
    edits: [
      {
        find: "if (spaceAt(s).state == SPACE_FOUND) sync(OP_SYNC, KIND_DATA, spaceAt(s).id);",
        replace: "",
      },
    ],
  },
  {
    name: "settle-skips-directory",
    bug: "Recovery syncs the files it found, but not the removal of the marker.",
    breaks: "with the marker nobody has been promised anything",
    file: "engine/recv/settle.ts",
    edits: [{ find: "sync(OP_SYNC_DIR, KIND_MARKER, 0);", replace: "" }],
  },
  {
    name: "epoch-not-raised",
    bug: "The log goes on under the epoch it had, so blocks left behind its end may continue it.",
    breaks: "what an interrupted write left is never taken for newer redo",
    file: RECV,
    edits: [
      {
        find: "logBufferInit(endLsn, max(checkpointEpoch, scan.highestEpoch) + 1);",
        replace: "logBufferInit(endLsn, max(checkpointEpoch, scan.highestEpoch));",
      },
    ],
  },
  {
    name: "damaged-redo-is-the-end",
    bug: "A redo block with a wrong checksum is taken for the end of the log.",
    breaks: "damage to durable redo is reported",
    file: "engine/recv/scan.ts",
    edits: [
      {
        find: "  return streamEnd == END_DAMAGED || streamEnd == END_OVERWRITTEN",
        replace: "  return streamEnd == END_OVERWRITTEN",
      },
    ],
  },
  {
    name: "redo-block-unchecked",
    bug: "The checksum of a redo block is not compared.",
    breaks: "damage to durable redo is reported",
    file: "engine/recv/stream.ts",
    edits: [
      {
        find: "if (!blockChecksumIsValid(block) || !dataLengthIsValid(blockDataLength(block)))",
        replace: "if (!dataLengthIsValid(blockDataLength(block)))",
      },
    ],
  },
  {
    name: "page-checksum-ignored",
    bug: "A page whose checksum is wrong is served when its LSN halves agree.",
    breaks: "no damaged page is ever served",
    file: "engine/buf/verify.ts",
    edits: [
      {
        find: "if (!checksumKnown && !checksumIsValid(frame, pageSize)) {",
        replace: "if (!lsnHalvesAgree(frame, pageSize) && !checksumIsValid(frame, pageSize)) {",
      },
    ],
  },
  {
    name: "page-number-ignored",
    bug: "A sound page that belongs elsewhere is served.",
    breaks: "no misplaced page is ever served",
    file: "engine/buf/verify.ts",
    edits: [
      {
        find: "if (pageNo(frame) != page) return mismatch(what.WHAT_PAGE_NUMBER, page, pageNo(frame));",
        replace: "",
      },
    ],
  },
];
