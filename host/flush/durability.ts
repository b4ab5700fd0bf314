// What a table can promise: the durability class that follows from its open modes and rules.
// Registration and every derived table use it; the built-in tables state their class themselves,
// and the contract suite compares the two with a third, independent derivation.
//
//   where acknowledged bytes are        after a power cut        class
//   on the medium                       there                    power-loss
//   in the drive (O_DIRECT, no sync)    there if the cache is    protected-cache
//   in the page cache                   gone                     process-crash

import { ruleFor } from "./call.js";
import type { DurabilityClass, FlushMethod, MethodFile, SyncPoint } from "./method.js";
import { METHOD_FILES } from "./table.js";

type Depth = 0 | 1 | 2; // page cache, drive, medium

const CLASS_AT_DEPTH = ["process-crash", "protected-cache", "power-loss"] as const;

/** Weakest first. */
export const DURABILITY_CLASSES: readonly DurabilityClass[] = [
  "process-crash",
  "os-crash",
  "protected-cache",
  "power-loss",
];

/** Returns whether class `a` survives strictly less than class `b`. */
export function isWeaker(a: DurabilityClass, b: DurabilityClass): boolean {
  return DURABILITY_CLASSES.indexOf(a) < DURABILITY_CLASSES.indexOf(b);
}

/**
 * Returns what a commit acknowledged under this table survives, with doublewrite ON and
 * innodb_flush_log_at_trx_commit=1. The weakest edge of the protocol decides. "os-crash" is never
 * returned: what reached the drive survives the operating system and a protected power cut alike.
 */
export function durabilityOf(method: FlushMethod): DurabilityClass {
  const edges: Depth[] = [
    depthOfWrite(method, "log", "log-commit"),
    depthOfWrite(method, "log", "log-write-ahead"),
    depthOfWrite(method, "log", "checkpoint-log"),
    depthOfWrite(method, "dblwr", "dblwr-batch"),
    depthOfData(method),
    depthOfWrite(method, "data", "recovery"),
    depthOfGrowth(method),
    ...METHOD_FILES.map((file) => depthOfCreation(method, file)),
  ];
  return CLASS_AT_DEPTH[Math.min(...edges) as Depth];
}

/** Where an overwrite of existing bytes is once the point has passed. */
function depthOfWrite(method: FlushMethod, file: MethodFile, point: SyncPoint): Depth {
  if (ruleFor(method, file, point) === "sync") return 2;
  if (method.open[file].sync !== "none") return 2;
  return method.open[file].direct ? 1 : 0;
}

/** Pages need one sync between their write and the checkpoint that passes them; either will do. */
function depthOfData(method: FlushMethod): Depth {
  const batch = depthOfWrite(method, "data", "data-batch");
  const checkpoint = depthOfWrite(method, "data", "checkpoint-data");
  return batch > checkpoint ? batch : checkpoint;
}

/** The new size is metadata in the page cache: O_DIRECT does nothing for it. */
function depthOfGrowth(method: FlushMethod): Depth {
  if (ruleFor(method, "data", "file-extend") !== "none") return 2;
  return method.open.data.sync === "none" ? 0 : 2;
}

/** A directory entry needs a sync of its own, whatever the open mode. */
function depthOfCreation(method: FlushMethod, file: MethodFile): Depth {
  return ruleFor(method, file, "file-create") === "none" ? 0 : 2;
}
