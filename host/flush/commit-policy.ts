// What the engine is told of innodb_flush_log_at_trx_commit, given the flush method.

import { callFor } from "./call.js";
import type { FlushMethod, SyncPoint } from "./method.js";

/**
 * A flush method may leave the sync of a commit to the background (MariaDB's nosync). The engine
 * must then not be told that redo is durable, or it would write pages before their redo.
 */
export function commitPolicy(method: FlushMethod, asked: 0 | 1 | 2): 0 | 1 | 2 {
  const makesCall = (point: SyncPoint): boolean => callFor(method, "log", point).call !== null;
  return asked === 1 && !makesCall("log-commit") && makesCall("log-write-ahead") ? 2 : asked;
}
