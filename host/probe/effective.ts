// Requested and effective: the method a store really runs, given what the probes found. A
// substitution keeps or raises durability, is named, and is an error under `strict`.

import type { BackendCapabilities } from "../backend/backend.js";
import { StoreError } from "../errors.js";
import { ruleFor } from "../flush/call.js";
import type { FlushMethod, MethodFile, SyncPoint, SyncRule } from "../flush/method.js";
import { METHOD_FILES, POINTS_OF } from "../flush/table.js";
import { withClass } from "../flush/variant.js";
import type { AtomicWriteProbe } from "./atomic-write.js";
import type { DirectIoProbe } from "./direct-io.js";

/** What was found; null where nothing was probed (memory, a simulated disk). */
export interface Probes {
  readonly directIo: DirectIoProbe | null;
  /** Files whose directory is another one than the data's, with what was found there. */
  readonly elsewhere?: Readonly<Partial<Record<MethodFile, DirectIoProbe>>>;
  readonly atomicWrite: AtomicWriteProbe | null;
}

export interface EffectiveMethod {
  readonly requested: FlushMethod;
  readonly effective: FlushMethod;
  /** One sentence for each difference; empty when the two are the same. */
  readonly substitutions: readonly string[];
}

/** Redo is written in multiples of this many bytes, so a direct log needs no coarser alignment. */
const LOG_BLOCK_BYTES = 512;

/**
 * Returns the method that can run here with the promise of `method` or a stronger one.
 * Errors: StoreError METHOD_UNAVAILABLE for RWF_ATOMIC that a layer refuses, because a store that
 * relies on it may run without doublewrite; and for any substitution when `strict`.
 */
export function effectiveMethod(
  method: FlushMethod,
  probes: Probes,
  backend: BackendCapabilities,
  strict = false,
): EffectiveMethod {
  if (method.atomicPages) requireAtomicPages(method, probes.atomicWrite, backend);
  const reasons = new Map<MethodFile, string>();
  for (const file of METHOD_FILES) {
    const reason = whyNotDirect(method, file, probes.elsewhere?.[file] ?? probes.directIo);
    if (reason !== null) reasons.set(file, reason);
  }
  if (reasons.size === 0) return { requested: method, effective: method, substitutions: [] };
  const substitutions = describe(reasons);
  if (strict) {
    throw new StoreError("METHOD_UNAVAILABLE", `${method.name}: ${substitutions.join("; ")}`);
  }
  return { requested: method, effective: buffered(method, [...reasons.keys()]), substitutions };
}

function requireAtomicPages(
  method: FlushMethod,
  probe: AtomicWriteProbe | null,
  backend: BackendCapabilities,
): void {
  if (!backend.rwf) {
    throw new StoreError(
      "METHOD_UNAVAILABLE",
      `${method.name}: refused by the backend: ${backend.executor} has no pwritev2 flags`,
    );
  }
  if (probe === null || probe.available) return;
  throw new StoreError(
    "METHOD_UNAVAILABLE",
    `${method.name}: refused by the ${probe.refusedBy ?? "device"}: ${probe.reason}`,
  );
}

function whyNotDirect(
  method: FlushMethod,
  file: MethodFile,
  probe: DirectIoProbe | null,
): string | null {
  if (!method.open[file].direct || probe === null) return null;
  if (!probe.real) return probe.reason;
  if (file !== "log" || probe.alignment <= LOG_BLOCK_BYTES) return null;
  return `direct writes need ${probe.alignment} bytes, a log block has ${LOG_BLOCK_BYTES}`;
}

/** Files that share a reason share a sentence. */
function describe(reasons: ReadonlyMap<MethodFile, string>): string[] {
  const byReason = new Map<string, MethodFile[]>();
  for (const [file, reason] of reasons) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), file]);
  }
  return [...byReason].map(
    ([reason, files]) => `${files.join(", ")} opened without O_DIRECT: ${reason}`,
  );
}

/**
 * Opens `files` through the page cache. What O_DIRECT had brought to the drive now stops in the
 * page cache, so every point of these files syncs, unless the open mode still does.
 */
function buffered(method: FlushMethod, files: readonly MethodFile[]): FlushMethod {
  const open = { ...method.open };
  const except: Partial<Record<MethodFile, Partial<Record<SyncPoint, SyncRule>>>> = {
    ...method.except,
  };
  for (const file of files) {
    open[file] = { direct: false, sync: method.open[file].sync };
    if (open[file].sync === "none") except[file] = syncedEverywhere(method, file);
  }
  return withClass({ ...method, open, except }, method.caveat);
}

function syncedEverywhere(
  method: FlushMethod,
  file: MethodFile,
): Partial<Record<SyncPoint, SyncRule>> {
  const changed = POINTS_OF[file].filter((point) => ruleFor(method, file, point) !== "sync");
  return {
    ...method.except?.[file],
    ...Object.fromEntries(changed.map((point) => [point, "sync" as const])),
  };
}
