// The driver's trace: every call it makes, in the order in which it starts them.

import type { FileKind, IoPoint } from "./abi.js";

/** One call. Offsets and lengths in bytes; 0 where a call has none. */
export interface TraceEvent {
  /** pread, pwrite, zero-fill, fsync, fdatasync, create, unlink, fsync-dir. */
  readonly call: string;
  readonly kind: FileKind;
  readonly id: number;
  readonly point: IoPoint;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}
