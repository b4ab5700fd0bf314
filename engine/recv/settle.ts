// Makes durable what recovery has found. A process that was killed, unlike a power cut, leaves
// writes in the file cache that no sync has covered: recovery reads them, and they may still be
// lost.
//
//   redo            pages are about to be written that rest on it
//   tablespaces     a page that looks up to date is not written again, and the checkpoint passes it
//   the directory   the removal of the marker of a creation: it must not come back

import { poison, poisoned } from "../abi/failure";
import { AT_RECOVERY, KIND_DATA, KIND_LOG, KIND_MARKER, OP_SYNC, OP_SYNC_DIR } from "../abi/io";
import { OWNER_RECV, pushRequest, tagOf } from "../abi/ring";
import { SPACE_FOUND, spaceAt, spacesEnd } from "../fil/space";

/** Index in the tags of these requests. */
export const SETTLE_INDEX: u32 = 2;

let requestsLeft: u32 = 0;

/** Requests every sync. */
export function settleStart(): void {
  sync(OP_SYNC, KIND_LOG, 0);
  for (let s: u32 = 0; s < spacesEnd; s++) {
    if (spaceAt(s).state == SPACE_FOUND) sync(OP_SYNC, KIND_DATA, spaceAt(s).id);
  }
  sync(OP_SYNC_DIR, KIND_MARKER, 0);
}

function sync(op: u32, kind: u32, id: u32): void {
  requestsLeft++;
  pushRequest(op, kind, AT_RECOVERY, 0, id, 0, 0, 0, tagOf(OWNER_RECV, SETTLE_INDEX));
}

/** A sync has ended; true when all have ended well. */
export function settleRequestDone(result: i32): bool {
  assert(requestsLeft > 0, "recv: a finished sync was in flight");
  requestsLeft--;
  if (result < 0) poison(KIND_DATA, 0, result);
  return requestsLeft == 0 && !poisoned();
}
