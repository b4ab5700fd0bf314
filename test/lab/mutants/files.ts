// Mutants of the life of files: creation, growth, removal; each durable before anybody relies on
// it.

import type { Mutant } from "./mutant.js";

const DDL = "engine/ddl/ddl.ts";
const EXTEND = "engine/fsp/extend.ts";
const CREATE = "engine/boot/create-store.ts";

export const FILE_MUTANTS: readonly Mutant[] = [
  {
    name: "directory-not-synced",
    bug: "A new tablespace is logged before its directory entry is durable.",
    breaks: "directory entry durable before use",
    file: DDL,
    edits: [
      {
        find: "return request(FILE_FOLDER, OP_SYNC_DIR, 0, 0, 0, 0);",
        replace: "state = LOG;\n      return ddlStep();",
      },
    ],
  },
  {
    name: "new-file-not-synced",
    bug: "A new tablespace is logged before its first page and its size are durable.",
    breaks: "file content and size durable before use",
    file: DDL,
    edits: [
      {
        find: "return request(FILE_SYNC, OP_SYNC, 0, 0, 0, 0);",
        replace: "return request(FILE_FOLDER, OP_SYNC_DIR, 0, 0, 0, 0);",
      },
    ],
  },
  {
    name: "create-acknowledged-early",
    bug: "A new tablespace is acknowledged before the redo of its creation is durable.",
    breaks: "no acknowledgement before redo is durable",
    file: DDL,
    edits: [
      {
        find: "if (state == DURABLE && flushedToDiskLsn >= logged) stepDurable();",
        replace: "if (state == DURABLE && (isCreate || flushedToDiskLsn >= logged)) stepDurable();",
      },
    ],
  },
  {
    name: "drop-before-redo",
    bug: "The file of a dropped tablespace is deleted before the redo of the drop is durable.",
    breaks: "a file the dictionary knows is there",
    file: DDL,
    edits: [
      {
        find: "if (state == DURABLE && flushedToDiskLsn >= logged) stepDurable();",
        replace:
          "if (state == DURABLE && (!isCreate || flushedToDiskLsn >= logged)) stepDurable();",
      },
    ],
  },
  {
    name: "extension-not-synced",
    bug: "The new size of a tablespace is logged before the longer file is durable.",
    breaks: "size durable before use",
    file: EXTEND,
    edits: [
      { find: "space.pendingIo += 2;", replace: "space.pendingIo++;" },
      { find: "AT_FILE_EXTEND,\n    IO_LINK,", replace: "AT_FILE_EXTEND,\n    0," },
      {
        find:
          "pushRequest(\n    OP_SYNC,\n    KIND_DATA,\n    AT_FILE_EXTEND,\n    0,\n    space.id,\n" +
          "    0,\n    0,\n    0,\n    tagOf(OWNER_EXTEND, slot * 2 + 1),\n  );",
        replace: "",
      },
      { find: "  if (!isSync) return;\n  space.filePages", replace: "  space.filePages" },
    ],
  },
  {
    name: "extension-error-ignored",
    bug: "A tablespace whose growth could not be synced counts as grown.",
    breaks: "after a failed sync nothing goes on",
    file: EXTEND,
    edits: [
      {
        find: "if (result < 0) {\n    if (isSync",
        replace: "if (result < 0 && !isSync) {\n    if (isSync",
      },
    ],
  },
  {
    name: "marker-removed-early",
    bug: "The marker of a store being created is removed before the redo log is durable.",
    breaks: "without the marker every file is complete",
    file: CREATE,
    edits: [
      {
        find: "return ask(OP_SYNC, KIND_LOG, 0, 0, 0);",
        replace: "return ask(OP_DELETE, KIND_MARKER, 0, 0, 0);",
      },
      {
        find: "case 14:\n      return ask(OP_DELETE, KIND_MARKER, 0, 0, 0);",
        replace: "case 14:\n      return ask(OP_SYNC, KIND_LOG, 0, 0, 0);",
      },
    ],
  },
  {
    name: "marker-comes-back",
    bug: "The directory is not synced after the marker of a new store is removed.",
    breaks: "with the marker nobody has been promised anything",
    file: CREATE,
    edits: [
      {
        find: "case 15:\n      return ask(OP_SYNC_DIR, KIND_MARKER, 0, 0, 0);",
        replace: "case 15:\n      break;",
      },
    ],
  },
  {
    name: "orphan-kept",
    bug: "Files of interrupted creations are not deleted when the store opens.",
    breaks: "a file nobody knows is removed",
    file: "engine/boot/load.ts",
    edits: [
      {
        find: "if (isKept || space.state == SPACE_ACTIVE || space.state == SPACE_NONE) {",
        replace: "if (isKept || space.state != SPACE_DROPPED) {",
      },
    ],
  },
];
