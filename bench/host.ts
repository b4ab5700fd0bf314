// The one door from the benchmark to the library: everything the benchmark uses of it is named here.

export type { FileKind } from "../host/abi.js";
export { FILE_KINDS } from "../host/abi.js";
export type { Backend, FileHandle, IoOp, OpenMode } from "../host/backend/backend.js";
export { CALL, OP_LINK, OP_RWF_DSYNC } from "../host/backend/backend.js";
export { automaticBackend, BACKEND_NAMES, createBackend } from "../host/backend/index.js";
export type { BackendName } from "../host/backend/index.js";
export type { StoreErrorCode } from "../host/errors.js";
export { CorruptionError, EnginePanic, IoError, StoreError } from "../host/errors.js";
export type { DurabilityClass } from "../host/flush/index.js";
export { methodNames, profileNamed, profileNames, resolveMethod } from "../host/flush/index.js";
export { Histogram } from "../host/histogram.js";
export { nearestName } from "../host/nearest.js";
export { normalizeOptions, optionStatus, parseDefaultsFile } from "../host/options.js";
export { packageRoot } from "../host/package-root.js";
export { probeDirectIo, probeDirectory } from "../host/probe/index.js";
