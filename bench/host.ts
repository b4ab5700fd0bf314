// The one door from the benchmark to the library: everything the benchmark uses of it is named
// here.

export type {
  Backend,
  BackendName,
  DurabilityClass,
  FileHandle,
  FileKind,
  IoOp,
  OpenMode,
  StoreErrorCode,
} from "../host/index.js";
export {
  automaticBackend,
  BACKEND_NAMES,
  CALL,
  createBackend,
  FILE_KINDS,
  Histogram,
  IoError,
  methodNames,
  nearestName,
  normalizeOptions,
  OP_LINK,
  OP_RWF_DSYNC,
  packageRoot,
  parseDefaultsFile,
  probeDirectIo,
  probeDirectory,
  profileNamed,
  Random,
  resolveMethod,
  Store,
  StoreError,
} from "../host/index.js";
