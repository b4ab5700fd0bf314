// A method's answers, looked up once for each (file kind, sync point): the driver asks for every
// sync.

import { FILE_KINDS, type FileKind } from "../abi.js";
import { callFor, type SyncDecision } from "./call.js";
import type { FlushMethod, SyncPoint } from "./method.js";

export class SyncDecisions {
  private readonly known = Object.fromEntries(FILE_KINDS.map((kind) => [kind, {}])) as Record<
    FileKind,
    Partial<Record<SyncPoint, SyncDecision>>
  >;

  constructor(private readonly method: FlushMethod) {}

  /** As callFor. Errors: EnginePanic for a pair that no protocol step has. */
  of(kind: FileKind, point: SyncPoint): SyncDecision {
    const decision = this.known[kind][point];
    if (decision !== undefined) return decision;
    return (this.known[kind][point] = callFor(this.method, kind, point));
  }
}
