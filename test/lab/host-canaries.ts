// The host's canaries: one bug each, in a flush method's table or in a backend. The engine and the
// driver between them are the real ones.

import type { Backend } from "../../host/backend/backend.js";
import { ruleFor, type FlushMethod, type SyncPoint } from "../../host/flush/index.js";
import type { MethodFile } from "../../host/flush/method.js";
import {
  AcknowledgesFailedSyncs,
  AcknowledgesFailedWrites,
  CutsWrites,
  EndsWritesEarly,
  MissesByOnePage,
  RetriesFailedSyncs,
  SwallowsDirectorySyncs,
  SwallowsSyncs,
  SyncsAnotherFile,
  SyncsBeforeWrites,
  Unlinks,
} from "./broken-backends.js";
import type { CanaryBackend } from "./canary-backend.js";

export interface HostCanary {
  readonly name: string;
  readonly bug: string;
  readonly breaks: string;
  /** The broken table, made from a sound one. */
  readonly method?: (sound: FlushMethod) => FlushMethod;
  /** The broken backend, around a sound one. */
  readonly backend?: (sound: Backend) => CanaryBackend;
}

const METHODS: readonly HostCanary[] = [
  rule("log", "log-commit", "no acknowledgement before redo is durable"),
  rule("log", "log-write-ahead", "write-ahead: redo durable before its page"),
  rule("log", "checkpoint-log", "checkpoint durable before its redo is overwritten"),
  rule("dblwr", "dblwr-batch", "copies durable before their pages"),
  rule("data", "data-batch", "a copy stands until its page is durable"),
  rule("data", "file-create", "file content and entry durable before use"),
  rule("data", "file-extend", "size durable before use"),
  rule("log", "recovery", "what recovery builds on is durable"),
  {
    name: "method: data never synced",
    bug: "A table makes no sync of data files, neither after a batch nor for a checkpoint.",
    breaks: "pages durable before the checkpoint passes them",
    method: (sound) => without(without(sound, "data", "data-batch"), "data", "checkpoint-data"),
  },
];

const BACKENDS: readonly HostCanary[] = [
  {
    name: "backend: redo syncs swallowed",
    bug: "Every sync of the redo log succeeds without being made.",
    breaks: "no acknowledgement before redo is durable",
    backend: (sound) => new SwallowsSyncs(sound, "log"),
  },
  {
    name: "backend: doublewrite syncs swallowed",
    bug: "Every sync of a doublewrite file succeeds without being made.",
    breaks: "copies durable before their pages",
    backend: (sound) => new SwallowsSyncs(sound, "dblwr"),
  },
  {
    name: "backend: data syncs swallowed",
    bug: "Every sync of a data file succeeds without being made.",
    breaks: "pages durable before the checkpoint passes them",
    backend: (sound) => new SwallowsSyncs(sound, "data"),
  },
  {
    name: "backend: directory syncs swallowed",
    bug: "Every sync of a directory succeeds without being made.",
    breaks: "directory entry durable before use",
    backend: (sound) => new SwallowsDirectorySyncs(sound),
  },
  {
    name: "backend: sync of another file",
    bug: "A sync of one data file is made on another one.",
    breaks: "pages durable before the checkpoint passes them",
    backend: (sound) => new SyncsAnotherFile(sound),
  },
  {
    name: "backend: links ignored",
    bug: "A sync linked to a write starts beside it.",
    breaks: "a sync covers the write it follows",
    backend: (sound) => new Unlinks(sound),
  },
  {
    name: "backend: sync before its write",
    bug: "Of a write and the sync linked to it, the sync is made first.",
    breaks: "a sync covers the write it follows",
    backend: (sound) => new SyncsBeforeWrites(sound),
  },
  {
    name: "backend: writes end early",
    bug: "A write of a page is reported done when it starts.",
    breaks: "pages durable before the checkpoint passes them",
    backend: (sound) => new EndsWritesEarly(sound),
  },
  {
    name: "backend: failed syncs acknowledged",
    bug: "A sync that failed is reported as a success.",
    breaks: "nothing is acknowledged after a failed sync",
    backend: (sound) => new AcknowledgesFailedSyncs(sound),
  },
  {
    name: "backend: failed writes acknowledged",
    bug: "A write that failed is reported as a success.",
    breaks: "nothing is acknowledged after a failed write",
    backend: (sound) => new AcknowledgesFailedWrites(sound),
  },
  {
    name: "backend: failed syncs retried",
    bug: "A sync that failed is made again, and the second outcome is reported.",
    breaks: "nothing is acknowledged after a failed sync",
    backend: (sound) => new RetriesFailedSyncs(sound),
  },
  {
    name: "backend: short writes taken for whole",
    bug: "Every third write of a page moves its first half only, and is reported whole.",
    breaks: "what was written is there",
    backend: (sound) => new CutsWrites(sound),
  },
  {
    name: "backend: writes at a wrong offset",
    bug: "Every fifth write of a page lands one page further.",
    breaks: "a page stands at its place",
    backend: (sound) => new MissesByOnePage(sound),
  },
];

export const HOST_CANARIES: readonly HostCanary[] = [...METHODS, ...BACKENDS];

function rule(file: MethodFile, point: SyncPoint, breaks: string): HostCanary {
  return {
    name: `method: no ${file} sync at ${point}`,
    bug: `A table has the rule "none" for the ${file} file at ${point}.`,
    breaks,
    method: (sound) => without(sound, file, point),
  };
}

/** The method with one rule turned to "none". */
export function without(sound: FlushMethod, file: MethodFile, point: SyncPoint): FlushMethod {
  if (ruleFor(sound, file, point) === "none") {
    throw new Error(`canary: ${sound.name} has no ${file} sync at ${point} to leave out`);
  }
  const exception = { ...sound.except?.[file], [point]: "none" as const };
  return { ...sound, name: "canary", except: { ...sound.except, [file]: exception } };
}
