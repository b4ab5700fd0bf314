// What `bench list` reads of the library: the tables it prints.

export {
  matrix,
  methodNames,
  profileNamed,
  profileNames,
  type MatrixRow,
} from "../host/flush/index.js";
export type { MatrixCell } from "../host/flush/index.js";
export { sizeText, VARIABLES, type VariableDefinition } from "../host/options.js";
export { probeDirectIo } from "../host/probe/index.js";
