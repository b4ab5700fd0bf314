// The public API of Tornproof.

export { Store, type Effective } from "./store.js";
export type { Tablespace, Transaction, TransactionSync, TransactionWriter } from "./transaction.js";
export { CorruptionError, EnginePanic, IoError, STORE_ERROR_CODES, StoreError } from "./errors.js";
export type { StoreErrorCode } from "./errors.js";
export type { EngineOverrides } from "./open-store.js";
export { ENGINE_OPTION } from "./engine-options.js";
export type { StoreStatus } from "./status.js";
export { LATENCY_CLASSES, type IoCounters, type LatencyClass, type Metrics } from "./metrics.js";
export { Histogram, type HistogramJson } from "./histogram.js";
export type { TraceEvent } from "./trace.js";
export { FILE_KINDS, IO_POINTS, type FileKind, type IoPoint } from "./abi.js";
export type { Backend, FileHandle, IoOp, OpenMode } from "./backend/backend.js";
export { CALL, OP_LINK, OP_RWF_ATOMIC, OP_RWF_DSYNC } from "./backend/backend.js";
export {
  automaticBackend,
  BACKEND_NAMES,
  backendProblem,
  createBackend,
  type BackendName,
} from "./backend/index.js";
export { MemoryDisk } from "./backend/memory-disk.js";
export * from "./flush/index.js";
export * from "./options.js";
export * from "./probe/index.js";
export { nearestName } from "./nearest.js";
export { packageRoot } from "./package-root.js";
export { Random } from "./random.js";
