// What `bench list` reads of the library: the tables it prints.

export {
  matrix,
  methodNames,
  probeDirectIo,
  profileNamed,
  profileNames,
  sizeText,
  VARIABLES,
  type MatrixCell,
  type MatrixRow,
  type VariableDefinition,
} from "../host/index.js";
