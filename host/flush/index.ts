// Flush methods: pure tables that say how files are opened and what each sync point calls.
// Start with method.ts (the shape), then profile/tornproof.ts (the default tables).

export type { DurabilityClass, FlushMethod, MethodFile, SyncPoint, SyncRule } from "./method.js";
export { callFor, methodFileOf, openModeFor, ruleFor, type SyncDecision } from "./call.js";
export { commitPolicy } from "./commit-policy.js";
export { SyncDecisions } from "./decisions.js";
export { DURABILITY_CLASSES, durabilityOf, isWeaker } from "./durability.js";
export { matrix, matrixRow, openModeText } from "./matrix.js";
export type { MatrixCall, MatrixCell, MatrixRow } from "./matrix.js";
export type { Profile } from "./profile/profile.js";
export { DEFAULT_PROFILE, PROFILES, registerMethod, unregisterMethod } from "./registry.js";
export {
  methodNames,
  profileNamed,
  profileNames,
  resolveMethod,
  type ResolveOptions,
} from "./resolve.js";
export { METHOD_FILES, POINTS_OF, SYNC_POINTS } from "./table.js";
export { withClass } from "./variant.js";
