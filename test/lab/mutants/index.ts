// Every engine mutant. docs/canaries.md shows them with what catches each.

import { buildVariant, engineSource } from "../engine-variant.js";
import { FILE_MUTANTS } from "./files.js";
import { FLUSH_MUTANTS } from "./flush.js";
import { mutate, type Mutant } from "./mutant.js";
import { RECOVERY_MUTANTS } from "./recovery.js";
import { REDO_MUTANTS } from "./redo.js";

export { mutate, type Mutant } from "./mutant.js";

export const ENGINE_MUTANTS: readonly Mutant[] = [
  ...REDO_MUTANTS,
  ...FLUSH_MUTANTS,
  ...RECOVERY_MUTANTS,
  ...FILE_MUTANTS,
];

/** The engine with this one bug. */
export function buildMutant(mutant: Mutant): Promise<WebAssembly.Module> {
  const { name, file } = mutant;
  const files = new Map([[file, mutate(engineSource(file), mutant)]]);
  return buildVariant({ name, files });
}
