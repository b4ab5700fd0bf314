// Which backend "auto" is here, why the others are not it, and which kernel features it uses.

import { addonProblem, loadAddon } from "../../native/index.js";
import type { BackendCapabilities } from "../backend/backend.js";
import {
  automaticBackend,
  BACKEND_NAMES,
  type BackendName,
  backendProblem,
  createBackend,
} from "../backend/index.js";

export interface BackendChoice {
  readonly name: BackendName;
  readonly isActive: boolean;
  /** Why it is, or is not, the one. */
  readonly reason: string;
}

export interface BackendFacts {
  readonly active: BackendName;
  readonly capabilities: BackendCapabilities;
  readonly choices: readonly BackendChoice[];
  /** Null when io_uring works; else why not. */
  readonly uringProblem: string | null;
  /** How checksums are computed: "sse4.2", "armv8", "table"; null without the addon. */
  readonly checksums: string | null;
}

/** Looks at every backend; nothing is opened. */
export function backendFacts(): BackendFacts {
  const active = automaticBackend();
  const addon = loadAddon();
  return {
    active,
    capabilities: createBackend(active).capabilities,
    choices: BACKEND_NAMES.map((name) => {
      const isActive = name === active;
      return { name, isActive, reason: isActive ? REASONS[name] : whyNot(name) };
    }),
    uringProblem: addon === null ? `no addon: ${addonProblem() ?? ""}` : addon.uringProblem(),
    checksums: addon?.checksumImplementation() ?? null,
  };
}

const REASONS: Readonly<Record<BackendName, string>> = {
  native: "the addon loads",
  "node-fs": "it runs everywhere, and the addon does not load",
  memory: "it was asked for",
};

function whyNot(name: BackendName): string {
  const problem = backendProblem(name);
  if (problem !== null) return problem;
  return name === "memory"
    ? "keeps nothing: never chosen by itself"
    : "works, and native does the same faster";
}
