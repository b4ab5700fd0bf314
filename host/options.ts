// The options of a store: InnoDB's variables under InnoDB's names, and a few of our own.
//
//   options/definition.ts   what one variable is: type, unit, default, range
//   options/variables.ts    the table of the variables that are honored
//   options/foreign.ts      InnoDB's variables that are not
//   options/value.ts        one value from what a user wrote
//   options/normalize.ts    all of them, defaults and cross-checks
//   options/defaults-file.ts   the [mysqld] section of a my.cnf

export { parseDefaultsFile } from "./options/defaults-file.js";
export type { VariableDefinition, VariableType } from "./options/definition.js";
export { optionStatus, type OptionStatus } from "./options/names.js";
export { chooseMethod, normalizeOptions } from "./options/normalize.js";
export type {
  HostOptions,
  InnodbOptions,
  InnodbSettings,
  HostSettings,
  NormalizedOptions,
  StoreOptions,
} from "./options/types.js";
export { parseSize, sizeText } from "./options/value.js";
export { VARIABLES } from "./options/variables.js";
