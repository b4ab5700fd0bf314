// Removes what an interrupted creation has left, in an order that may be cut anywhere itself.
//
//   every file but the marker ▸ their directories synced ▸ the marker
//
// The marker goes last, when the others can no longer come back: without it, whatever stands in the
// directory counts as a complete store.

import { dirname } from "node:path";
import type { Backend } from "./backend/backend.js";
import type { OurFile } from "./inspect-directory.js";
import type { Observation } from "./observe/observation.js";

/** Errors: IoError; the next opener begins again. */
export function removeLeftovers(
  backend: Backend,
  leftovers: readonly OurFile[],
  observation: Observation | null,
): void {
  const remove = ({ kind, id, path }: OurFile): void => {
    backend.unlink(path);
    observation?.fileChanged({ type: "unlinked", kind, id, path, point: "none", result: 0 });
  };
  const others = leftovers.filter((file) => file.kind !== "marker");
  others.forEach(remove);
  const synced = new Set<string>();
  for (const { kind, id, path } of others) {
    if (synced.has(dirname(path))) continue;
    synced.add(dirname(path));
    backend.syncDirectory(dirname(path));
    observation?.fileChanged({ type: "dir-synced", kind, id, path, point: "none", result: 0 });
  }
  leftovers.filter((file) => file.kind === "marker").forEach(remove);
}
