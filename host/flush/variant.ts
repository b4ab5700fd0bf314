// Tables made from tables: another sync call, copies always synced, MariaDB's fast doublewrite.
// A variant's class is derived, never copied, so a variant cannot keep a promise it lost.

import { durabilityOf } from "./durability.js";
import type { FlushMethod } from "./method.js";
import { freezeMethod, NO_DATA_SYNC } from "./table.js";

/** Suffix of the names whose doublewrite file is synced although the server would not. */
export const SAFE_SUFFIX = "-safe";

/** Returns the same table with another sync call (innodb_use_fdatasync). */
export function withSyncCall(base: FlushMethod, syncCall: "fsync" | "fdatasync"): FlushMethod {
  return base.syncCall === syncCall ? base : freezeMethod({ ...base, syncCall });
}

/** Returns the same table under another of its server's names. */
export function renamed(base: FlushMethod, name: string, number: number): FlushMethod {
  return freezeMethod({ ...base, name, number, summary: `the same as ${base.name}` });
}

/**
 * Returns `base` with the doublewrite file synced before any page of its batch is written.
 * `remaining` is the caveat that is left; it is dropped when nothing is left to warn of.
 */
export function withDoublewriteSync(base: FlushMethod, remaining = ""): FlushMethod {
  return withClass(
    {
      ...base,
      name: base.name + SAFE_SUFFIX,
      number: null,
      summary: `${base.name}, and the doublewrite file is synced before pages go in place`,
      sync: { ...base.sync, "dblwr-batch": "sync" },
    },
    remaining,
  );
}

/** Returns `base` under MariaDB's innodb_doublewrite=fast: copies synced, data files never. */
export function withFastDoublewrite(base: FlushMethod): FlushMethod {
  return withClass(
    { ...base, sync: { ...base.sync, ...NO_DATA_SYNC, "dblwr-batch": "sync" } },
    "innodb_doublewrite=fast never syncs data files: pages that the checkpoint has passed can be " +
      "lost, under O_DIRECT by a power cut on a volatile cache, buffered by any system crash.",
  );
}

/** Returns `table` with the class it derives and, below "power-loss", the caveat. */
export function withClass(table: FlushMethod, caveat: string): FlushMethod {
  const durability = durabilityOf(table);
  return freezeMethod({ ...table, durability, caveat: durability === "power-loss" ? "" : caveat });
}
