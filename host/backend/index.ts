// The registry of backends: names, factories, and which of them this installation can create.
// Importing it never loads the addon; creating the native backend does.

import { StoreError } from "../errors.js";
import type { Backend } from "./backend.js";
import { createMemoryBackend } from "./memory.js";
import type { MemoryDisk } from "./memory-disk.js";
import { createNativeBackend } from "./native.js";
import { createNodeFsBackend } from "./node-fs.js";

/** Names in order of preference for "auto"; `memory` is never chosen by itself. */
export const BACKEND_NAMES = ["native", "node-fs", "memory"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Every backend takes what concerns it and ignores the rest. */
export interface BackendOptions {
  /** native, node-fs: operations in flight at the same time. */
  readonly queueDepth?: number;
  /** native: false uses threads even where io_uring works. */
  readonly uring?: boolean;
  /** memory: the disk to use; a new, empty one when absent. */
  readonly memoryDisk?: MemoryDisk;
}

const FACTORIES: Readonly<Record<BackendName, (options: BackendOptions) => Backend>> = {
  native: createNativeBackend,
  "node-fs": createNodeFsBackend,
  memory: (options) => createMemoryBackend(options.memoryDisk),
};

/**
 * Creates a backend by name. "auto" is native where the addon loads, else node-fs.
 * Errors: StoreError UNAVAILABLE when the addon was asked for by name and does not load;
 * StoreError BAD_OPTION for an unknown name or a bad option.
 */
export function createBackend(name: BackendName | "auto", options: BackendOptions = {}): Backend {
  if (name === "auto") return createBackend(automaticBackend(), options);
  if (!Object.hasOwn(FACTORIES, name)) {
    const known = ["auto", ...BACKEND_NAMES].join(", ");
    throw new StoreError("BAD_OPTION", `backend: expected one of ${known}, got "${String(name)}"`);
  }
  return FACTORIES[name](options);
}

/** What "auto" stands for on this machine. */
export function automaticBackend(): BackendName {
  return backendProblem("native") === null ? "native" : "node-fs";
}

/** Why a backend cannot be created here, in words; null when it can. */
export function backendProblem(name: BackendName): string | null {
  try {
    // It acquires nothing before attach, so it can be thrown away.
    FACTORIES[name]({});
    return null;
  } catch (error) {
    if (error instanceof StoreError && error.code === "UNAVAILABLE") return error.message;
    throw error;
  }
}
